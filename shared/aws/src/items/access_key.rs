//! An access key.

use revocation_app::ports::{AccessKey, KeyState, Role, StoreError};
use revocation_rules::ids::Tenant;

use super::{Item, Reader, Writer};

pub const STATE: &str = "state";

pub fn write(key: &AccessKey) -> Item {
    Writer::keyed(key.id.as_str().to_owned())
        .text("app", key.tenant.app.as_str())
        .text("workspace", key.tenant.workspace.as_str())
        .text("role", key.role.as_str())
        .text(STATE, state_name(key.state))
        .text("secret", key.secret.as_str())
        .time("created_at", key.created_at)
        .finish()
}

pub fn read(item: &Item) -> Result<AccessKey, StoreError> {
    let reader = Reader::new("access key", item)?;
    Ok(AccessKey {
        id: reader.parsed("pk")?,
        tenant: Tenant {
            app: reader.parsed("app")?,
            workspace: reader.parsed("workspace")?,
        },
        role: reader.known("role", Role::parse)?,
        state: reader.known(STATE, state_of)?,
        secret: reader.text("secret")?.to_owned(),
        created_at: reader.time("created_at")?,
    })
}

pub const fn state_name(state: KeyState) -> &'static str {
    match state {
        KeyState::Active => "active",
        KeyState::Disabled => "disabled",
    }
}

fn state_of(name: &str) -> Option<KeyState> {
    [KeyState::Active, KeyState::Disabled]
        .into_iter()
        .find(|state| state_name(*state) == name)
}
