//! A request that finds its function as API Gateway would, and its answer.

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;

use http::Response;
use jiff::SignedDuration;
use revocation_app::ports::Clock as _;
use revocation_http::auth::{KeyCache, SenderCallbacks};
use revocation_http::body::MAX_BODY_BYTES;
use revocation_http::respond::respond_to_fault;
use revocation_http::route::{Function, deployed};
use revocation_lambda::http_event::{AnswerFault, HttpRequest, answer};
use revocation_rules::channel::{Channel, Channels};
use revocation_testkit::{
    CountingSecrets, ManualClock, Memory, MemoryAccessKeys, MemoryDevices, MemoryLinks, MemoryNonces, MemoryQueue, MemorySeal, MemoryStore,
    SeededDice, Weather, builders,
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::keys::{self, SECRET};

/// What API Gateway hands over.
const EVENT: &str = include_str!("../../../shared/lambda/src/fixtures/api_gateway.json");

/// Of a request's body.
const MOST_SHOWN: usize = 500;

pub struct World {
    pub clock: ManualClock,
    pub store: MemoryStore,
    pub queue: MemoryQueue,
    pub keys: MemoryAccessKeys,
    pub channels: Channels,
    pub dice: SeededDice,
    record: record::Deps<Memory>,
    revoke: revoke::Deps<Memory>,
    lookup: lookup::Deps<Memory>,
    receipts: receipts::Deps<Memory>,
    devices: devices::Deps<Memory>,
    mpaas: mpaas::Deps<Memory>,
    runtime: Runtime,
    asked: Cell<usize>,
    nonces: Cell<usize>,
    told: RefCell<String>,
}

/// What the gateway gets.
#[derive(Debug)]
pub struct Reply(pub Value);

impl Reply {
    pub fn status(&self) -> u64 {
        self.0["statusCode"].as_u64().unwrap()
    }

    pub fn text(&self) -> &str {
        self.0["body"].as_str().unwrap()
    }

    /// `null`, if it is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(self.text()).unwrap_or_default()
    }

    /// Demands this status.
    #[expect(clippy::return_self_not_must_use, reason = "most who ask have no other question")]
    #[track_caller]
    pub fn expect(self, status: u64) -> Self {
        assert_eq!(self.status(), status, "{}", self.text());
        self
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new(&Weather::calm(), 0)
    }
}

impl World {
    /// An hour after noon. The stores are in this weather, and the functions' clock is wrong by `skew_ms`.
    pub fn new(weather: &Weather, skew_ms: i64) -> Self {
        let clock = ManualClock::at(builders::noon() + SignedDuration::from_hours(1));
        let store = MemoryStore::new().in_weather(weather).with_clock(&clock);
        let queue = MemoryQueue::new(&clock).in_weather(weather);
        let keys = keys::all();
        let channels = Channels::new(Channel::dispatched());
        let dice = SeededDice::new(1);
        let own = || clock.skewed(skew_ms);
        Self {
            record: record::Deps {
                store: store.clone(),
                queue: queue.clone(),
                channels: channels.clone(),
                keys: keys.clone(),
                key_cache: KeyCache::default(),
                clock: own(),
            },
            revoke: revoke::Deps {
                store: store.clone(),
                queue: queue.clone(),
                keys: keys.clone(),
                key_cache: KeyCache::default(),
                channels: channels.clone(),
                clock: own(),
                dice: dice.clone(),
            },
            lookup: lookup::Deps {
                store: store.clone(),
                keys: keys.clone(),
                key_cache: KeyCache::default(),
                clock: own(),
            },
            receipts: receipts::Deps {
                store: store.clone(),
                queue: queue.clone(),
                keys: keys.clone(),
                key_cache: KeyCache::default(),
                sender_callbacks: SenderCallbacks::Refuse,
                clock: own(),
            },
            devices: devices::Deps {
                devices: MemoryDevices::new().in_weather(weather),
                links: MemoryLinks::default(),
                keys: keys.clone(),
                key_cache: KeyCache::default(),
                clock: own(),
                secrets: CountingSecrets::default(),
                socket_url: "wss://socket.example/live".to_owned(),
            },
            mpaas: mpaas::Deps {
                store: store.clone(),
                queue: queue.clone(),
                door: mpaas::Door {
                    keys: keys.clone(),
                    cache: KeyCache::default(),
                    seal: MemorySeal,
                    nonces: MemoryNonces::default(),
                },
                channels: channels.clone(),
                clock: own(),
                dice: dice.clone(),
            },
            runtime: tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap(),
            asked: Cell::new(0),
            nonces: Cell::new(0),
            told: RefCell::default(),
            clock,
            store,
            queue,
            keys,
            channels,
            dice,
        }
    }

    /// `line` is method and path; `who` is a key's name, or nobody's. `null` is no body.
    pub fn ask(&self, who: &str, line: &str, body: &Value) -> Reply {
        if body.is_null() {
            return self.send(who, line, &[], "");
        }
        self.send(who, line, &[("content-type", "application/json")], &body.to_string())
    }

    /// The same with any body, and more headers.
    pub fn send(&self, who: &str, line: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let (method, target) = line.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (key, function) = routed(method, path);
        let mut event: Value = serde_json::from_str(EVENT).unwrap();
        event["routeKey"] = key.as_str().into();
        event["rawPath"] = path.into();
        event["rawQueryString"] = query.into();
        event["requestContext"]["http"]["method"] = method.into();
        event["body"] = body.into();
        let sent = event["headers"].as_object_mut().unwrap();
        sent.remove("authorization");
        if !who.is_empty() {
            sent.insert("authorization".to_owned(), format!("Bearer {who}.{SECRET}").into());
        }
        sent.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
        let answer = self.event(function, event);
        self.tell(&key, who, line, body, &answer);
        answer
    }

    /// What a function answers to an event.
    pub fn event(&self, function: Function, event: Value) -> Reply {
        let shared = respond_to_fault;
        match function {
            Function::Record => self.served(event, shared, async |request| record::handle(&self.record, request).await),
            Function::Revoke => self.served(event, shared, async |request| revoke::handle(&self.revoke, request).await),
            Function::Lookup => self.served(event, shared, async |request| lookup::handle(&self.lookup, request).await),
            Function::Receipts => self.served(event, shared, async |request| receipts::handle(&self.receipts, request).await),
            Function::Devices => self.served(event, shared, async |request| devices::handle(&self.devices, request).await),
            Function::Console => self.served(event, shared, async |request| revocation_console::handle(request)),
            Function::Mpaas => self.served(event, revocation_http::mpaas::respond_to_fault, async |request| {
                mpaas::handle(&self.mpaas, request).await
            }),
        }
    }

    fn served(&self, event: Value, fault: AnswerFault, handle: impl AsyncFn(&HttpRequest) -> Response<String>) -> Reply {
        self.asked.update(|asked| asked + 1);
        let id = format!("request-{}", self.asked.get());
        let event = serde_json::from_value(event).unwrap();
        let answer = self.runtime.block_on(answer(&id, event, MAX_BODY_BYTES, handle, fault));
        Reply(serde_json::to_value(answer).unwrap())
    }

    /// Ten revocations of the same push, all at the same time.
    pub fn at_once(&self, who: &str, line: &str, bodies: &[Value]) {
        let (method, path) = line.split_once(' ').unwrap();
        let request = |body: &Value| HttpRequest {
            id: "request-at-once".to_owned(),
            method: method.parse().unwrap(),
            path: path.to_owned(),
            query: String::new(),
            headers: [
                (http::header::AUTHORIZATION, format!("Bearer {who}.{SECRET}").parse().unwrap()),
                (http::header::CONTENT_TYPE, "application/json".parse().unwrap()),
            ]
            .into_iter()
            .collect(),
            body: body.to_string().into_bytes(),
        };
        let requests: Vec<_> = bodies.iter().map(request).collect();
        let answers = requests.iter().map(|request| revoke::handle(&self.revoke, request));
        for (answer, body) in self.runtime.block_on(futures::future::join_all(answers)).into_iter().zip(bodies) {
            let (parts, text) = answer.into_parts();
            let told = |value: &http::HeaderValue| json!(value.to_str().unwrap());
            let headers: Value = parts.headers.iter().map(|(name, value)| (name.to_string(), told(value))).collect();
            let answer = Reply(json!({"statusCode": parts.status.as_u16(), "headers": headers, "body": text}));
            self.tell("at once", who, line, &body.to_string(), &answer);
        }
    }

    fn tell(&self, key: &str, who: &str, line: &str, body: &str, answer: &Reply) {
        let mut told = self.told.borrow_mut();
        let who = if who.is_empty() { "nobody" } else { who };
        let _ = writeln!(told, "## {key}\n{who}: {line}");
        if !body.is_empty() {
            let shown: String = body.chars().take(MOST_SHOWN).collect();
            let _ = writeln!(told, "{shown}");
        }
        let _ = writeln!(told, "\n{}", answer.status());
        for (name, value) in answer.0["headers"].as_object().unwrap() {
            // It changes whenever the page does.
            let value = if name == "etag" { "<its digest>" } else { value.as_str().unwrap() };
            let _ = writeln!(told, "{name}: {value}");
        }
        let text = answer.text();
        match serde_json::from_str::<Value>(text) {
            Ok(_) if text == revocation_http::OPENAPI => told.push_str("\n<shared/http/src/openapi.json>\n"),
            Ok(json) => {
                let _ = writeln!(told, "\n{json:#}");
            }
            Err(_) if text.is_empty() => {}
            Err(_) if key.contains(" /console") => told.push_str("\n<the file>\n"),
            Err(_) => {
                let _ = writeln!(told, "\n{text}");
            }
        }
        told.push('\n');
    }

    /// Another one each time.
    pub(crate) fn nonce(&self) -> String {
        self.nonces.update(|nonces| nonces + 1);
        format!("nonce-{}", self.nonces.get())
    }

    /// What was asked so far is nobody's concern.
    pub fn forget(&self) {
        self.told.borrow_mut().clear();
    }

    /// All that was asked and answered.
    pub fn told(self) -> String {
        self.told.into_inner()
    }

    /// How much is kept, to tell whether a request changed anything.
    pub fn kept(&self) -> (usize, usize, usize, usize) {
        let revocations = self.store.all_revocations().len();
        (
            self.store.all_pushes().len(),
            self.store.commits(),
            revocations,
            self.queue.sent().len(),
        )
    }

    /// The time as JSON has it, moved by so many hours.
    pub fn hours(&self, hours: i64) -> String {
        (self.clock.now() + SignedDuration::from_hours(hours)).to_string()
    }
}

/// The route of API Gateway: the one with the fewest placeholders that fits, or the one for everything else.
fn routed(method: &str, path: &str) -> (String, Function) {
    let segments: Vec<&str> = path.split('/').collect();
    let mut fitting = None;
    for route in deployed() {
        let fits = match route.key.split_once(' ') {
            None => true,
            Some((of, pattern)) => {
                let parts: Vec<&str> = pattern.split('/').collect();
                of == method
                    && parts.len() == segments.len()
                    && parts
                        .iter()
                        .zip(&segments)
                        .all(|(part, segment)| (part.starts_with('{') && !segment.is_empty()) || part == segment)
            }
        };
        let placeholders = if route.key.contains(' ') {
            route.key.matches('{').count()
        } else {
            usize::MAX
        };
        if fits && fitting.as_ref().is_none_or(|(_, _, least)| placeholders < *least) {
            fitting = Some((route.key, route.function, placeholders));
        }
    }
    let (key, function, _) = fitting.unwrap();
    (key, function)
}
