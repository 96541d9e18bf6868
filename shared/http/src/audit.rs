//! Who did what, and who was refused: one line each, and the only place that writes them.
//!
//! Target `audit`, level info, written whatever the log level is. A line has the key's id and
//! label, the tenant, the route as a pattern, the push as a digest, and what came of it. It has no
//! id of a push, no secret and nothing of a body: `docs/operations.md` has the fields and a query.

use revocation_app::ports::AccessKey;
use revocation_rules::actor::Actor;
use revocation_rules::hex::hex;
use revocation_rules::ids::{PushId, PushKind, Tenant};
use revocation_rules::role::Permission;
use sha2::{Digest, Sha256};

use crate::caller::Caller;
use crate::problem::Problem;

/// Bytes of a push's digest that are said.
const DIGEST_BYTES: usize = 16;

/// What a request is about, as far as the audit is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    route: &'static str,
    pub(crate) permission: Option<Permission>,
    push: Option<String>,
}

impl Asked {
    /// A route by its pattern, and what it asks of a key. Without a permission no key is let in.
    pub const fn new(route: &'static str, permission: Option<Permission>) -> Self {
        Self {
            route,
            permission,
            push: None,
        }
    }

    /// Something that is done otherwise than by a path, such as an action of an mPaaS SDK.
    pub const fn action(name: &'static str) -> Self {
        Self::new(name, None)
    }

    pub const fn route(&self) -> &'static str {
        self.route
    }

    #[must_use]
    pub fn about(mut self, kind: PushKind, id: &PushId) -> Self {
        self.push = Some(digest(kind, id));
        self
    }
}

/// Who it was, as far as anybody knows.
#[derive(Debug, Clone, Copy)]
pub enum Who<'a> {
    /// They showed that they know the secret.
    Key(&'a Actor, &'a Tenant),
    /// There is such a key; whether it is theirs is open.
    Claimed(&'a AccessKey),
    Nobody,
    /// Who sends to the queue of recordings, by the id that SQS knows them by.
    Sender(&'a str, &'a Tenant),
}

/// Writes one line. `result` is a word of ours: the slug of a problem, or what was done.
pub fn write(asked: &Asked, who: Who<'_>, result: &str) {
    let (key, label, tenant, proven) = match who {
        Who::Key(actor, tenant) => (Some(&actor.key), actor.label.as_ref(), Some(tenant), true),
        Who::Claimed(key) => (Some(&key.id), key.label.as_ref(), Some(&key.tenant), false),
        Who::Nobody => (None, None, None, false),
        Who::Sender(_, tenant) => (None, None, Some(tenant), true),
    };
    let sender = match who {
        Who::Sender(sender, _) => Some(sender),
        Who::Key(..) | Who::Claimed(_) | Who::Nobody => None,
    };
    tracing::info!(
        target: "audit",
        route = asked.route,
        key.id = key.map(tracing::field::display),
        key.label = label.map(tracing::field::display),
        key.proven = proven,
        sender,
        tenant = tenant.map(tracing::field::display),
        push.digest = asked.push.as_deref(),
        result,
        "{result}: {}",
        asked.route
    );
}

/// A change that somebody who may was answered to, well or not.
pub fn answered(asked: &Asked, caller: &Caller, done: &Result<&'static str, &Problem>) {
    let result = match done {
        Ok(done) => done,
        Err(problem) => problem.kind.slug(),
    };
    write(asked, Who::Key(&caller.actor, &caller.tenant), result);
}

/// The first half of the SHA-256 of `<kind>#<id>`, so that who knows a push finds its lines, and
/// who reads lines learns no id.
fn digest(kind: PushKind, id: &PushId) -> String {
    let whole = Sha256::digest(format!("{}#{}", kind.as_str(), id.as_str()));
    hex(&whole[..DIGEST_BYTES])
}

#[cfg(test)]
#[path = "audit_tests.rs"]
mod tests;
