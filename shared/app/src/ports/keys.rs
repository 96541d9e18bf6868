//! Access keys: who is asking, for which tenant, in which role.

use std::fmt;
use std::future::Future;

use jiff::Timestamp;
use revocation_rules::ids::{KeyId, Tenant};

use super::StoreError;

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Registers pushes, records deliveries, asks the gate, reports receipts.
    Sender,
    /// Reads.
    Viewer,
    /// Reads and revokes.
    Operator,
    /// Everything.
    Admin,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Sender, Self::Viewer, Self::Operator, Self::Admin];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    Active,
    Disabled,
}

#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    pub id: KeyId,
    pub tenant: Tenant,
    pub role: Role,
    pub state: KeyState,
    pub secret: String,
    pub created_at: Timestamp,
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", &self.id)
            .field("tenant", &self.tenant)
            .field("role", &self.role)
            .field("state", &self.state)
            .field("secret", &"<redacted>")
            .finish_non_exhaustive()
    }
}

pub trait AccessKeyStore: Send + Sync {
    /// Looks up one key. An unknown key is `None`, not an error.
    fn access_key(&self, id: &KeyId) -> impl Future<Output = Result<Option<AccessKey>, StoreError>> + Send;
}
