//! One line for each change and each refusal, and nothing in it that is secret.

use std::io::Write;
use std::sync::{Arc, Mutex};

use http::Method;
use revocation_app::ports::KeyState;
use revocation_rules::channel::Channel;
use revocation_rules::role::Role;
use serde_json::Value;

use super::*;
use crate::auth::tests::{OneKey, SECRET, headers};
use crate::auth::{KeyCache, SenderCallbacks, authenticate, authenticate_callback};
use crate::now;
use crate::route::tests::a_path;
use crate::route::{ROUTES, Route, RouteSpec, route};

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

/// One request with a key of this role, which shows `secret`. What it is answered, and what was written.
fn request(key: &OneKey, spec: &RouteSpec, secret: &str) -> (Option<&'static str>, String, Vec<Value>) {
    let mut answer = None;
    let (all, audit) = written(|| {
        let (asked, _) = route::<Route>(&spec.method().parse().unwrap(), &a_path(spec)).unwrap();
        let (cache, at) = (KeyCache::default(), jiff::Timestamp::UNIX_EPOCH);
        let result = if spec.permission == Some(Permission::CallBack) {
            let query = format!("access_key=key_1.{}", secret.replace('+', "%2B"));
            let senders = SenderCallbacks::Refuse;
            now(authenticate_callback(&asked, &query, Channel::Xiaomi, senders, key, &cache, at))
        } else {
            let headers = headers(&format!("Bearer key_1.{secret}"));
            now(authenticate(&asked, &headers, key, &cache, at))
        };
        answer = result.err().map(|problem| problem.kind.slug());
    });
    (answer, all, audit)
}

#[test]
fn every_route_s_refusals_are_one_line_each_with_no_secret_and_no_id_in_it() {
    for route in ROUTES.iter().filter(|spec| spec.permission.is_some()) {
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
                let what = format!("{} {role:?} {problem:?}: {all}", route.key);
                assert_eq!(audit.len(), usize::from(problem.is_some()), "{what}");
                for planted in [SECRET, "planted-secret", "secret-id", "secret-device"] {
                    assert!(!all.contains(planted), "{what}");
                }
                if let Some(line) = audit.first() {
                    let known = key.0.id.as_str() == "key_1";
                    assert_eq!(line["key.proven"], proven, "{what}");
                    assert_eq!(line.get("key.id").is_some(), known, "{what}");
                    assert_eq!(line.get("tenant").is_some(), known, "{what}");
                    assert_eq!(line["route"], route.key, "{what}");
                    assert_eq!(line.get("push.digest").is_some(), route.key.contains("{id}"), "{what}");
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
    let (asked, _) = route::<Route>(&Method::POST, "/v1/tasks/20842863/revocations").unwrap();
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
