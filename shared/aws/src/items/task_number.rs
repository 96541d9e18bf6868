//! Which task goes by a number: written with the push, for numbers that are made of ids.

use revocation_app::ports::StoreError;
use revocation_rules::ids::{PushKind, PushRef, Tenant};
use revocation_rules::push::Push;
use revocation_rules::task_number::TaskNumber;

use super::{Item, Reader, Writer, key};

const WHAT: &str = "task number";
pub const ID: &str = "push_id";

/// Kept as long as the push is.
pub fn write(push: &Push, number: TaskNumber) -> Item {
    let named = &push.registration.push;
    Writer::at(key::number(&named.tenant, number), key::NUMBER)
        .text(ID, named.id.as_str())
        .number("expires_at", super::push::expires_at(push))
        .finish()
}

pub fn read(tenant: &Tenant, item: &Item) -> Result<PushRef, StoreError> {
    Ok(PushRef {
        tenant: tenant.clone(),
        kind: PushKind::Task,
        id: Reader::new(WHAT, item)?.parsed(ID)?,
    })
}
