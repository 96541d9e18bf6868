//! That an identity of the senders' queue may record for a tenant. It lies among the access keys, whose ids have
//! no `#`. One item for each pair: put and deleted without a read.

use jiff::Timestamp;
use revocation_app::ports::StoreError;
use revocation_rules::ids::Tenant;
use revocation_rules::queue_sender::QueueSender;

use super::{Item, Reader, Writer};

/// What every key of such an item begins with. The role of `record-queued` reads no other.
pub const PREFIX: &str = "sender#";

pub fn key(sender: &QueueSender, tenant: &Tenant) -> String {
    format!("{PREFIX}{sender}#{tenant}")
}

pub fn write(sender: &QueueSender, tenant: &Tenant, now: Timestamp) -> Item {
    Writer::keyed(key(sender, tenant))
        .text("sender", sender.as_str())
        .text("app", tenant.app.as_str())
        .text("workspace", tenant.workspace.as_str())
        .time("created_at", now)
        .finish()
}

pub fn read(item: &Item) -> Result<(QueueSender, Tenant, Timestamp), StoreError> {
    let reader = Reader::new("queue sender", item)?;
    let tenant = Tenant {
        app: reader.parsed("app")?,
        workspace: reader.parsed("workspace")?,
    };
    Ok((reader.parsed("sender")?, tenant, reader.time("created_at")?))
}
