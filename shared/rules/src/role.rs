//! What an access key may do.

/// Whom a key is for.
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
    /// Stands in the address that one vendor calls back, and is good for nothing else.
    Callback,
}

/// What a call does, as far as roles are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Ask whose key it is.
    Identify,
    Send,
    AskGate,
    Read,
    Revoke,
    /// What a vendor calls us back with: its key stands in a URL, so it is good for nothing else.
    CallBack,
}

impl Role {
    pub const ALL: [Self; 5] = [Self::Sender, Self::Viewer, Self::Operator, Self::Admin, Self::Callback];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
            Self::Callback => "callback",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    pub const fn may(self, permission: Permission) -> bool {
        match self {
            Self::Sender => matches!(permission, Permission::Identify | Permission::Send | Permission::AskGate),
            Self::Viewer => matches!(permission, Permission::Identify | Permission::Read | Permission::AskGate),
            Self::Operator => matches!(
                permission,
                Permission::Identify | Permission::Read | Permission::AskGate | Permission::Revoke
            ),
            Self::Admin => !matches!(permission, Permission::CallBack),
            Self::Callback => matches!(permission, Permission::CallBack),
        }
    }
}
