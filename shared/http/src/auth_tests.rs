//! Who is let in, with which key, where.

use http::HeaderMap;
use revocation_app::ports::{AccessKey, KeptSecret, SecretDigest, SecretText, StoreError};
use revocation_rules::ids::Tenant;
use revocation_rules::role::Permission;

use super::*;
use crate::now;

pub const SECRET: &str = "a/b+c.d";

/// One key, in a store of its own.
#[derive(Clone)]
pub struct OneKey(pub AccessKey);

impl OneKey {
    pub fn of(role: Role) -> Self {
        Self(AccessKey {
            id: "key_1".parse().unwrap(),
            tenant: Tenant {
                app: "shop".parse().unwrap(),
                workspace: "default".parse().unwrap(),
            },
            role,
            channel: (role == Role::Callback).then_some(Channel::Xiaomi),
            state: KeyState::Active,
            label: Some("Night shift".parse().unwrap()),
            secret: KeptSecret::Digest(SecretDigest::of(SECRET)),
            created_at: Timestamp::UNIX_EPOCH,
        })
    }
}

impl AccessKeyStore for OneKey {
    async fn access_key(&self, id: &KeyId) -> Result<Option<AccessKey>, StoreError> {
        Ok(Some(self.0.clone()).filter(|key| key.id == *id))
    }
}

pub fn headers(authorization: &str) -> HeaderMap {
    HeaderMap::from_iter([(http::header::AUTHORIZATION, authorization.parse().unwrap())])
}

fn asked(key: &OneKey, authorization: &str, permission: Permission) -> Result<Caller, ProblemKind> {
    let (headers, cache) = (headers(authorization), KeyCache::default());
    let asked = Asked::new("GET /v1/me", Some(permission));
    now(authenticate(&asked, &headers, key, &cache, Timestamp::UNIX_EPOCH)).map_err(|problem| problem.kind)
}

fn called_back(query: &str, key: &OneKey, channel: Channel, senders: SenderCallbacks) -> Result<Caller, ProblemKind> {
    let asked = Asked::new("POST /v1/receipts/{channel}", Some(Permission::CallBack));
    let cache = KeyCache::default();
    let at = Timestamp::UNIX_EPOCH;
    now(authenticate_callback(&asked, query, channel, senders, key, &cache, at)).map_err(|problem| problem.kind)
}

const GOOD: &str = "x=1&access_key=key_1.a%2Fb%2Bc.d&access_key=other";

#[test]
fn a_callback_key_is_good_for_its_own_channel_s_callback_and_for_nothing_else() {
    let key = OneKey::of(Role::Callback);
    for channel in Channel::ALL {
        for senders in [SenderCallbacks::Allow, SenderCallbacks::Refuse] {
            let caller = called_back(GOOD, &key, channel, senders);
            if channel == Channel::Xiaomi {
                assert_eq!(caller.unwrap().channel, Some(Channel::Xiaomi));
            } else {
                assert_eq!(caller, Err(ProblemKind::Forbidden), "{channel}");
            }
        }
    }
    for permission in [
        Permission::Identify,
        Permission::Send,
        Permission::AskGate,
        Permission::Read,
        Permission::Revoke,
        Permission::CallBack,
    ] {
        let expected = permission == Permission::CallBack;
        assert_eq!(Role::Callback.may(permission), expected, "{permission:?}");
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Callback) {
            assert!(!(expected && role.may(permission)), "{role:?}");
        }
        if !expected {
            let answer = asked(&key, &format!("Bearer key_1.{SECRET}"), permission);
            assert_eq!(answer, Err(ProblemKind::Forbidden), "{permission:?}");
        }
    }
}

#[test]
fn a_sender_s_key_in_a_callback_address_is_that_vendor_s_until_it_is_refused() {
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Callback) {
        let key = OneKey::of(role);
        let allowed = called_back(GOOD, &key, Channel::Vivo, SenderCallbacks::Allow);
        if role == Role::Sender {
            assert_eq!(
                allowed.unwrap().channel,
                Some(Channel::Vivo),
                "limited to the callback it stands in"
            );
        } else {
            assert_eq!(allowed, Err(ProblemKind::Forbidden), "{role:?}");
        }
        let refused = called_back(GOOD, &key, Channel::Vivo, SenderCallbacks::Refuse);
        assert_eq!(refused, Err(ProblemKind::Forbidden), "{role:?}");
    }
}

#[test]
fn a_callback_without_a_whole_key_that_is_right_is_refused() {
    for bad in [
        "",
        "access_key=key_1",
        "access_key=key_1.wrong",
        "access_key=key_2.a%2Fb%2Bc.d",
        "access_key=.",
        "key=key_1.s",
    ] {
        for role in [Role::Sender, Role::Callback] {
            let answer = called_back(bad, &OneKey::of(role), Channel::Xiaomi, SenderCallbacks::Allow);
            assert_eq!(answer, Err(ProblemKind::Unauthenticated), "{bad}");
        }
    }
}

#[test]
fn a_key_is_let_in_however_its_secret_is_kept() {
    let digest = SecretDigest::of(SECRET);
    for secret in [
        KeptSecret::Digest(digest),
        KeptSecret::Sealed { digest, sealed: vec![1] },
        KeptSecret::Readable(SecretText::new(SECRET)),
    ] {
        let mut key = OneKey::of(Role::Viewer);
        key.0.secret = secret;
        let caller = asked(&key, &format!("Bearer key_1.{SECRET}"), Permission::Read).unwrap();
        assert_eq!(caller.actor.label, key.0.label);
        for wrong in ["Bearer key_1.", "Bearer key_1.a", "Bearer key_2.a/b+c.d", "Basic key_1.a/b+c.d"] {
            assert_eq!(asked(&key, wrong, Permission::Read), Err(ProblemKind::Unauthenticated), "{wrong}");
        }
        // What is stored is not what must be shown.
        let stored = digest.0.map(|byte| format!("{byte:02x}")).concat();
        let answer = asked(&key, &format!("Bearer key_1.{stored}"), Permission::Read);
        assert_eq!(answer, Err(ProblemKind::Unauthenticated));
    }
}
