//! Whose request it is, once that is known.

use revocation_rules::actor::Actor;
use revocation_rules::channel::Channel;
use revocation_rules::ids::Tenant;
use revocation_rules::role::Role;

use crate::key_cache::ReadKey;

/// Whoever holds a valid key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub actor: Actor,
    pub tenant: Tenant,
    pub role: Role,
    /// Set for a vendor that calls back: what it reports counts for deliveries of this channel only.
    pub channel: Option<Channel>,
}

impl Caller {
    pub(crate) fn of(read: ReadKey) -> Self {
        Self {
            actor: read.key.actor(),
            tenant: read.key.tenant,
            role: read.key.role,
            channel: read.key.channel,
        }
    }
}
