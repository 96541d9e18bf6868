//! Who is asking: an access key names the tenant and the role.
//!
//! `Authorization: Bearer <key id>.<secret>`. A key is read once a minute at
//! most; disabling one takes that long to reach every running function. Whoever
//! is refused here leaves one line in the audit.

use http::HeaderMap;
use jiff::Timestamp;
use revocation_app::ports::{AccessKeyStore, KeyState};
use revocation_rules::channel::Channel;
use revocation_rules::ids::KeyId;
use revocation_rules::role::Role;

use crate::audit::{self, Asked, Who};
pub use crate::caller::Caller;
pub use crate::key_cache::KeyCache;
use crate::problem::{Problem, ProblemKind};
use crate::query;

/// May a sender's key stand in the address that a vendor calls back, as before there was a role for it?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SenderCallbacks {
    /// For the time of the switch-over. Each use is logged.
    Allow,
    Refuse,
}

impl SenderCallbacks {
    pub const FORMAT: &str = "`allow` or `refuse`";

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "allow" => Some(Self::Allow),
            "refuse" => Some(Self::Refuse),
            _ => None,
        }
    }
}

/// Finds out who is asking and whether they may.
///
/// # Errors
/// [`ProblemKind::Unauthenticated`] without a valid key, [`ProblemKind::Forbidden`]
/// when its role does not allow what is asked.
pub async fn authenticate(
    asked: &Asked,
    headers: &HeaderMap,
    keys: &impl AccessKeyStore,
    cache: &KeyCache,
    now: Timestamp,
) -> Result<Caller, Problem> {
    let (id, secret) = bearer(headers).inspect_err(|problem| refused(asked, Who::Nobody, problem))?;
    let caller = check(asked, &id, secret, keys, cache, now).await?;
    if asked.permission.is_some_and(|permission| caller.role.may(permission)) {
        Ok(caller)
    } else {
        Err(forbid(asked, &caller, format!("a {} key can not do this", caller.role.as_str())))
    }
}

/// Finds out for whom a vendor calls back. Vendors send no header of ours: the
/// key stands in the query, as `access_key=<key id>.<secret>`. It is a key of the
/// role callback for this very `channel`, or, as long as `senders` are allowed,
/// a sender's; either way the caller is this channel's vendor and nobody else.
///
/// # Errors
/// As [`authenticate`].
pub async fn authenticate_callback(
    asked: &Asked,
    query: &str,
    channel: Channel,
    senders: SenderCallbacks,
    keys: &impl AccessKeyStore,
    cache: &KeyCache,
    now: Timestamp,
) -> Result<Caller, Problem> {
    let missing =
        || Problem::new(ProblemKind::Unauthenticated).with_detail("the callback address must have `?access_key=<key id>.<secret>`");
    let key = query::value(query, "access_key");
    let parts = key.as_deref().and_then(|key| key.split_once('.'));
    let named = parts.and_then(|(id, secret)| Some((id.parse().ok()?, secret)));
    let (id, secret): (KeyId, &str) = named
        .ok_or_else(missing)
        .inspect_err(|problem| refused(asked, Who::Nobody, problem))?;
    let mut caller = check(asked, &id, secret, keys, cache, now).await?;
    match (caller.role, senders) {
        (Role::Callback, _) if caller.channel == Some(channel) => Ok(caller),
        (Role::Callback, _) => Err(forbid(asked, &caller, format!("this key is not for callbacks of {channel}"))),
        (Role::Sender, SenderCallbacks::Allow) => {
            tracing::warn!(
                key.id = %id,
                channel = %channel,
                "a sender's key stands in a callback address: make one with `--role callback --channel {channel}`, \
                 put it there, and disable {id} if it has no other use"
            );
            caller.channel = Some(channel);
            Ok(caller)
        }
        (Role::Sender, SenderCallbacks::Refuse) => {
            let why = "a sender's key is not taken from a callback address any more: make one of the role callback";
            Err(forbid(asked, &caller, why.to_owned()))
        }
        (Role::Viewer | Role::Operator | Role::Admin, _) => {
            Err(forbid(asked, &caller, format!("a {} key can not do this", caller.role.as_str())))
        }
    }
}

async fn check(
    asked: &Asked,
    id: &KeyId,
    secret: &str,
    keys: &impl AccessKeyStore,
    cache: &KeyCache,
    now: Timestamp,
) -> Result<Caller, Problem> {
    let read = cache.read(id, keys, now).await.map_err(|error| {
        tracing::error!(%error, "could not read an access key");
        Problem::from(&error)
    })?;
    // An unknown key, a wrong secret and a disabled key are answered alike. The audit tells them apart.
    let Some(read) = read else {
        return Err(unknown()).inspect_err(|problem| refused(asked, Who::Nobody, problem));
    };
    if !read.key.secret.is(secret) {
        return Err(unknown()).inspect_err(|problem| refused(asked, Who::Claimed(&read.key), problem));
    }
    if read.key.state != KeyState::Active {
        audit::write(asked, Who::Key(&read.key.actor(), &read.key.tenant), "disabled");
        return Err(unknown());
    }
    cache.keep(&read);
    cache.asked(&read.key);
    Ok(Caller::of(read))
}

fn refused(asked: &Asked, who: Who<'_>, problem: &Problem) {
    audit::write(asked, who, problem.kind.slug());
}

fn forbid(asked: &Asked, caller: &Caller, why: String) -> Problem {
    let problem = Problem::new(ProblemKind::Forbidden).with_detail(why);
    refused(asked, Who::Key(&caller.actor, &caller.tenant), &problem);
    problem
}

fn unknown() -> Problem {
    Problem::new(ProblemKind::Unauthenticated).with_detail("the access key is unknown or disabled")
}

fn bearer(headers: &HeaderMap) -> Result<(KeyId, &str), Problem> {
    let missing = || Problem::new(ProblemKind::Unauthenticated).with_detail("send `Authorization: Bearer <key id>.<secret>`");
    let value = headers
        .get(http::header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(missing)?;
    let (scheme, token) = value.split_once(' ').ok_or_else(missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(missing());
    }
    let (id, secret) = token.trim().split_once('.').ok_or_else(missing)?;
    Ok((id.parse().map_err(|_| missing())?, secret))
}

#[cfg(test)]
#[path = "auth_tests.rs"]
pub(crate) mod tests;
