//! Who is asking: an access key names the tenant and the role.
//!
//! `Authorization: Bearer <key id>.<secret>`. A key is read once a minute at
//! most; disabling one takes that long to reach every running function.

use std::collections::HashMap;
use std::sync::Mutex;

use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{AccessKey, AccessKeyStore, KeyState, Role};
use revocation_rules::ids::{KeyId, Tenant};
use subtle::ConstantTimeEq;

use crate::problem::{Problem, ProblemKind};
use crate::query;

/// How long a key that was read is believed.
const KEEP: SignedDuration = SignedDuration::from_secs(60);
/// Keys kept at once; beyond it all are read anew.
const KEPT: usize = 1_000;

/// What a call does, as far as roles are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Ask whose key it is.
    Identify,
    Send,
    AskGate,
    Read,
    Revoke,
    /// What a vendor calls us back with: its key stands in a URL, so no key
    /// that may do more than a sender's is taken.
    CallBack,
}

/// May a key of this role do that?
pub const fn allows(role: Role, permission: Permission) -> bool {
    match role {
        _ if matches!(permission, Permission::Identify) => true,
        Role::Sender => matches!(permission, Permission::Send | Permission::AskGate | Permission::CallBack),
        Role::Viewer => matches!(permission, Permission::Read | Permission::AskGate),
        Role::Operator => matches!(permission, Permission::Read | Permission::AskGate | Permission::Revoke),
        Role::Admin => !matches!(permission, Permission::CallBack),
    }
}

/// Whoever holds a valid key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub key: KeyId,
    pub tenant: Tenant,
    pub role: Role,
}

/// Keys that were read lately.
#[derive(Debug, Default)]
pub struct KeyCache(Mutex<HashMap<KeyId, (Timestamp, AccessKey)>>);

impl KeyCache {
    /// The key, if it was read lately.
    pub fn get(&self, id: &KeyId, now: Timestamp) -> Option<AccessKey> {
        let keys = self.0.lock().ok()?;
        keys.get(id)
            .filter(|(read_at, _)| now.duration_since(*read_at).abs() < KEEP)
            .map(|(_, key)| key.clone())
    }

    /// Only for keys whose secret the caller has shown to know.
    pub fn put(&self, key: &AccessKey, now: Timestamp) {
        if let Ok(mut keys) = self.0.lock() {
            if keys.len() >= KEPT {
                keys.clear();
            }
            keys.insert(key.id.clone(), (now, key.clone()));
        }
    }
}

/// Finds out who is asking and whether they may.
///
/// # Errors
/// [`ProblemKind::Unauthenticated`] without a valid key, [`ProblemKind::Forbidden`]
/// when its role does not allow `permission`.
pub async fn authenticate(
    headers: &HeaderMap,
    keys: &impl AccessKeyStore,
    cache: &KeyCache,
    now: Timestamp,
    permission: Permission,
) -> Result<Caller, Problem> {
    let (id, secret) = bearer(headers)?;
    check(id, secret, keys, cache, now, permission).await
}

/// Finds out for whom a vendor calls back. Vendors send no header of ours: the
/// key stands in the query, as `access_key=<key id>.<secret>`.
///
/// # Errors
/// As [`authenticate`].
pub async fn authenticate_callback(query: &str, keys: &impl AccessKeyStore, cache: &KeyCache, now: Timestamp) -> Result<Caller, Problem> {
    let missing =
        || Problem::new(ProblemKind::Unauthenticated).with_detail("the callback address must have `?access_key=<key id>.<secret>`");
    let key = query::value(query, "access_key").ok_or_else(missing)?;
    let (id, secret) = key.split_once('.').ok_or_else(missing)?;
    let id = id.parse().map_err(|_| missing())?;
    check(id, secret, keys, cache, now, Permission::CallBack).await
}

async fn check(
    id: KeyId,
    secret: &str,
    keys: &impl AccessKeyStore,
    cache: &KeyCache,
    now: Timestamp,
    permission: Permission,
) -> Result<Caller, Problem> {
    let key = match cache.get(&id, now) {
        Some(key) => Some(key),
        None => keys.access_key(&id).await.map_err(|error| {
            tracing::error!(%error, "could not read an access key");
            Problem::from(&error)
        })?,
    };
    // An unknown key, a wrong secret and a disabled key are answered alike.
    let key = key
        .filter(|key| bool::from(key.secret.as_bytes().ct_eq(secret.as_bytes())))
        .filter(|key| key.state == KeyState::Active)
        .ok_or_else(unknown)?;
    cache.put(&key, now);
    if !allows(key.role, permission) {
        return Err(Problem::new(ProblemKind::Forbidden).with_detail(format!("a {} key can not do this", key.role.as_str())));
    }
    Ok(Caller {
        key: key.id,
        tenant: key.tenant,
        role: key.role,
    })
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
mod tests {
    use super::*;

    struct NoKeys;

    impl AccessKeyStore for NoKeys {
        async fn access_key(&self, _: &KeyId) -> Result<Option<AccessKey>, revocation_app::ports::StoreError> {
            Ok(None)
        }
    }

    /// Keys that were read lately are believed, so these need no store.
    fn known(role: Role) -> KeyCache {
        let cache = KeyCache::default();
        let key = AccessKey {
            id: "key_1".parse().unwrap(),
            tenant: Tenant {
                app: "shop".parse().unwrap(),
                workspace: "default".parse().unwrap(),
            },
            role,
            state: KeyState::Active,
            secret: "a/b+c.d".to_owned(),
            created_at: Timestamp::UNIX_EPOCH,
        };
        cache.put(&key, Timestamp::UNIX_EPOCH);
        cache
    }

    fn asked(query: &str, role: Role) -> Result<Caller, ProblemKind> {
        let cache = known(role);
        let asked = authenticate_callback(query, &NoKeys, &cache, Timestamp::UNIX_EPOCH);
        let mut asked = std::pin::pin!(asked);
        match asked.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
            std::task::Poll::Ready(asked) => asked.map_err(|problem| problem.kind),
            std::task::Poll::Pending => panic!("nothing to wait for"),
        }
    }

    #[test]
    fn a_vendor_calls_back_with_a_sender_s_key_and_no_other() {
        let good = "x=1&access_key=key_1.a%2Fb%2Bc.d&access_key=other";
        for role in Role::ALL {
            let expected = if role == Role::Sender { None } else { Some(ProblemKind::Forbidden) };
            assert_eq!(asked(good, role).err(), expected, "{role:?}");
        }
        for bad in [
            "",
            "access_key=key_1",
            "access_key=key_1.wrong",
            "access_key=key_2.a%2Fb%2Bc.d",
            "access_key=.",
            "key=key_1.s",
        ] {
            assert_eq!(asked(bad, Role::Sender), Err(ProblemKind::Unauthenticated), "{bad}");
        }
    }
}
