//! Which messages went to a target: what a person searches by. One item per
//! message and target, however many devices the target has.

use revocation_app::ports::StoreError;
use revocation_rules::ids::{PushId, TargetId};
use revocation_rules::push::Push;
use revocation_rules::window;

use super::{Item, Reader, Writer, expires_at, key, push};

/// Kept as long as the deliveries themselves: what a device got is nobody's business for longer.
pub fn write(of: &Push, target: &TargetId) -> Item {
    let said = &of.registration;
    Writer::at(
        key::target(&said.push.tenant, said.push_type, target),
        &push::listed_sk(&said.push, said.sent_at),
    )
    .text("push_id", said.push.id.as_str())
    .number("expires_at", expires_at(window::kept_until(said.latest_sending())))
    .finish()
}

pub fn read(item: &Item) -> Result<PushId, StoreError> {
    Reader::new("target", item)?.parsed("push_id")
}
