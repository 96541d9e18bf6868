//! One line for each change and each refusal, and nothing in it that is secret.

use std::io::Write;
use std::sync::{Arc, Mutex};

use http::Method;
use revocation_app::ports::{KeyState, Role};
use revocation_rules::channel::Channel;
use serde_json::Value;

use super::*;
use crate::auth::tests::{OneKey, SECRET, headers};
use crate::auth::{KeyCache, Permission, SenderCallbacks, authenticate, authenticate_callback};
use crate::now;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What was written while `act` ran: all of it, and the lines of the audit.
fn written(act: impl FnOnce()) -> (String, Vec<Value>) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, act);
    let all = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines = all.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let audit = lines.filter(|line| line["target"] == "audit").collect();
    (all, audit)
}

const PUSH: &str = "secret-message-id";

/// Every route that asks for a key, and what it takes.
const ROUTES: [(&str, &str, Permission); 17] = [
    ("PUT", "/v1/messages/secret-message-id", Permission::Send),
    ("POST", "/v1/messages/secret-message-id/deliveries", Permission::Send),
    ("GET", "/v1/messages/secret-message-id/gate", Permission::AskGate),
    ("POST", "/v1/messages/secret-message-id/revocations", Permission::Revoke),
    ("GET", "/v1/messages/secret-message-id", Permission::Read),
    ("GET", "/v1/messages/secret-message-id/revocations/rvk_1", Permission::Read),
    ("GET", "/v1/messages/secret-message-id/revocations/rvk_1/outcomes", Permission::Read),
    (
        "POST",
        "/v1/messages/secret-message-id/revocations/rvk_1/replays",
        Permission::Revoke,
    ),
    ("GET", "/v1/messages/secret-message-id/totals", Permission::Read),
    ("GET", "/v1/pushes", Permission::Read),
    ("GET", "/v1/me", Permission::Identify),
    ("GET", "/v1/notice", Permission::Read),
    ("PUT", "/v1/notice", Permission::Revoke),
    ("POST", "/v1/receipts", Permission::Send),
    ("POST", "/v1/receipts/xiaomi", Permission::CallBack),
    ("PUT", "/v1/devices/secret-device/token", Permission::Send),
    ("DELETE", "/v1/devices/secret-device/token", Permission::Send),
];

/// One request with a key of this role, which shows `secret`. What it is answered, and what was written.
fn request(key: &OneKey, (method, path, permission): (&str, &str, Permission), secret: &str) -> (Option<&'static str>, String, Vec<Value>) {
    let mut answer = None;
    let (all, audit) = written(|| {
        let asked = Asked::of(&method.parse().unwrap(), path);
        let (cache, at) = (KeyCache::default(), jiff::Timestamp::UNIX_EPOCH);
        let result = if permission == Permission::CallBack {
            let query = format!("access_key=key_1.{}", secret.replace('+', "%2B"));
            let senders = SenderCallbacks::Refuse;
            now(authenticate_callback(&asked, &query, Channel::Xiaomi, senders, key, &cache, at))
        } else {
            let headers = headers(&format!("Bearer key_1.{secret}"));
            now(authenticate(&asked, &headers, key, &cache, at, permission))
        };
        answer = result.err().map(|problem| problem.kind.slug());
    });
    (answer, all, audit)
}

#[test]
fn every_route_s_refusals_are_one_line_each_with_no_secret_and_no_id_in_it() {
    for route in ROUTES {
        for role in Role::ALL {
            let mut disabled = OneKey::of(role);
            disabled.0.state = KeyState::Disabled;
            let mut unknown = OneKey::of(role);
            unknown.0.id = "key_2".parse().unwrap();
            let known = OneKey::of(role);
            for (key, secret, proven) in [
                (&known, SECRET, true),
                (&known, "planted-secret", false),
                (&disabled, SECRET, true),
                (&unknown, SECRET, false),
            ] {
                let (problem, all, audit) = request(key, route, secret);
                let what = format!("{route:?} {role:?} {problem:?}: {all}");
                assert_eq!(audit.len(), usize::from(problem.is_some()), "{what}");
                for planted in [SECRET, "planted-secret", PUSH, "secret-device"] {
                    assert!(!all.contains(planted), "{what}");
                }
                if let Some(line) = audit.first() {
                    let known = key.0.id.as_str() == "key_1";
                    assert_eq!(line["key.proven"], proven, "{what}");
                    assert_eq!(line.get("key.id").is_some(), known, "{what}");
                    assert_eq!(line.get("tenant").is_some(), known, "{what}");
                    assert_eq!(line["route"].as_str().unwrap().split(' ').next(), Some(route.0), "{what}");
                    assert_eq!(line.get("push.digest").is_some(), route.1.contains(PUSH), "{what}");
                }
            }
        }
    }
}

#[test]
fn what_was_done_says_who_did_it_to_what() {
    let caller = Caller {
        actor: OneKey::of(Role::Operator).0.actor(),
        tenant: OneKey::of(Role::Operator).0.tenant,
        role: Role::Operator,
        channel: None,
    };
    let asked = Asked::of(&Method::POST, "/v1/tasks/20842863/revocations");
    let (_, audit) = written(|| answered(&asked, &caller, &Ok("accepted")));
    let [line] = audit.as_slice() else { panic!("{audit:?}") };
    assert_eq!(line["key.id"], "key_1");
    assert_eq!(line["key.label"], "Night shift");
    assert_eq!(line["tenant"], "shop/default");
    assert_eq!(line["route"], "POST /v1/{kind}/{id}/revocations");
    assert_eq!(line["result"], "accepted");
    // printf 'task#20842863' | sha256sum | cut -c1-32
    assert_eq!(line["push.digest"], "c46760c7d004c1ca114e0ecbb2ba3102");
}
