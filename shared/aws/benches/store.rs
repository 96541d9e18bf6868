//! What payloads and calls cost, CPU of the calling thread alone, and how large payloads are:
//! `cargo bench -p revocation-aws`.
//!
//! Against a `DynamoDB` on another thread, over loopback and without TLS: the store, the SDK and HTTP. Prints the best
//! of several rounds, which was disturbed least; the clock of the thread is Linux's, elsewhere it is the wall's.

#![expect(clippy::unwrap_used, reason = "a measurement")]

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use revocation_app::ports::{BatchPayloads as _, BatchRecorder as _, PushStore as _, Recorded};
use revocation_aws::DynamoPushStore;
use revocation_rules::batch::{Delivery, Handle};
use revocation_rules::ids::TargetId;

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/contract/support/build.rs"]
mod build;

const PUSHES: &str = "pushes";
const ROUNDS: u32 = 40;
const DELIVERIES: u32 = 1_000;

fn main() {
    let client = client(&elsewhere());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        revocation_aws::schema::create_tables(&client, PUSHES, "access_keys").await.unwrap();
        println!(
            "{:<28} {:>10} {:>12} {:>12}",
            "1,000 deliveries", "bytes each", "record, µs", "read, µs"
        );
        for (name, of) in VENDORS {
            payload(&client, name, of).await;
        }
        call(&client).await;
    });
}

type Batch = fn(u32) -> Delivery;

/// Tokens as long and as random as the vendors', targets as senders name them.
const VENDORS: [(&str, Batch); 7] = [
    ("huawei", |nth| {
        with_notify_id(&format!("IQAAAACy{}", random(nth, 122, URL_SAFE)), nth)
    }),
    ("huawei, without a target", |nth| {
        nameless(&format!("IQAAAACy{}", random(nth, 122, URL_SAFE)))
    }),
    ("xiaomi", |nth| with_notify_id(&random(nth, 64, BASE64), nth)),
    ("oppo", |nth| with_notify_id(&format!("OPPO_CN_{}", random(nth, 32, HEX)), nth)),
    ("vivo", |nth| with_notify_id(&random(nth, 23, DIGITS), nth)),
    ("apns", |nth| Delivery {
        handle: Some(Handle::CollapseId("sale-2026-11".to_owned())),
        ..with_notify_id(&random(nth, 64, HEX), nth)
    }),
    ("self_built", |nth| with_notify_id(&format!("phone-{nth}"), nth)),
];

const HEX: &[u8] = b"0123456789abcdef";
const DIGITS: &[u8] = b"0123456789";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn random(nth: u32, length: usize, alphabet: &[u8]) -> String {
    let mut state = u64::from(nth) + 1;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from(alphabet[usize::try_from(state >> 33).unwrap() % alphabet.len()])
    };
    (0..length).map(|_| next()).collect()
}

fn with_notify_id(token: &str, nth: u32) -> Delivery {
    Delivery {
        handle: Some(Handle::NotifyId(730_021)),
        ..Delivery::new(format!("user-{}", random(nth, 8, DIGITS)).parse().unwrap(), token.parse().unwrap())
    }
}

fn nameless(token: &str) -> Delivery {
    let delivery = with_notify_id(token, 0);
    Delivery {
        target: TargetId::of_token(&delivery.token),
        ..delivery
    }
}

/// Records a batch and reads its payload, again and again.
async fn payload(client: &Client, name: &str, of: Batch) {
    let store = DynamoPushStore::new(client.clone(), PUSHES);
    let deliveries: Vec<Delivery> = (0..DELIVERIES).map(of).collect();
    let push = build::a_push(&build::task(&name.replace([' ', ','], "-")));
    let (mut record, mut read) = (Duration::MAX, Duration::MAX);
    for nth in 0..ROUNDS {
        let header = build::a_header(&push, &format!("b{nth}"), &deliveries);
        let began = cpu();
        assert_eq!(store.record(&header, &deliveries).await.unwrap(), Recorded::New);
        record = record.min(cpu().saturating_sub(began));
        let began = cpu();
        let payloads = store.payloads(std::slice::from_ref(&header)).await.unwrap();
        read = read.min(cpu().saturating_sub(began));
        assert_eq!(payloads[0].as_deref(), Some(&*deliveries));
    }
    let bytes = largest_payload(client, &push).await;
    println!(
        "{name:<28} {:>10.1} {:>12.3} {:>12.3}",
        f64::from(bytes) / f64::from(DELIVERIES),
        each(record),
        each(read)
    );
}

async fn largest_payload(client: &Client, push: &revocation_rules::push::Push) -> u32 {
    let id = push.registration.push.id.as_str();
    let items = client.scan().table_name(PUSHES).into_paginator().items().send();
    let items: Vec<_> = items.try_collect().await.unwrap();
    let of_push = items
        .iter()
        .filter(|item| matches!(item.get("pk"), Some(AttributeValue::S(pk)) if pk.contains(&format!("#{id}#"))));
    let payloads = of_push.filter_map(|item| item.get("payload")?.as_b().ok());
    u32::try_from(payloads.map(|blob| blob.as_ref().len()).max().unwrap_or_default()).unwrap()
}

/// The smallest call there is: one item, and none there.
async fn call(client: &Client) {
    let store = DynamoPushStore::new(client.clone(), PUSHES);
    let push = build::task("nobody's");
    let mut best = Duration::MAX;
    for _ in 0..20 {
        let began = cpu();
        for _ in 0..50 {
            assert!(store.push(&push).await.unwrap().is_none());
        }
        best = best.min(cpu().saturating_sub(began) / 50);
    }
    println!("{:<28} {:>10.1} µs", "one GetItem", best.as_secs_f64() * 1e6);
}

fn each(batch: Duration) -> f64 {
    batch.as_secs_f64() * 1e6 / f64::from(DELIVERIES)
}

/// A database with a thread of its own, and its address.
fn elsewhere() -> String {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            send.send(format!("http://{}", listener.local_addr().unwrap())).unwrap();
            dynoxide::server::serve_on(listener, dynoxide::Database::memory().unwrap()).await;
        });
    });
    receive.recv().unwrap()
}

fn client(endpoint: &str) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .endpoint_url(endpoint)
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

/// How long this thread has computed.
fn cpu() -> Duration {
    static BEGAN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let of_thread = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = of_thread.and_then(|stat| stat.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| BEGAN.elapsed(), Duration::from_nanos)
}
