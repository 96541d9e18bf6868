//! Thousands of devices and ten thousand pushes, in a debug build.

use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt};
use serde_json::json;

use crate::support::World;
use crate::support::apns::{answered, device};
use crate::support::huawei::message;

/// Far above what it takes, so that only a real regression fails on a busy machine.
const LIMIT: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_pushes_to_apple_take_seconds() {
    let world = World::start().await;
    let numbers: Vec<u32> = (0..10_000).collect();
    world.apns_devices(&numbers, "active").await;
    let token = world.signer.token();
    assert_eq!(answered(world.apns_request(&token, 0)).await.status, 200);

    let before = Instant::now();
    let accepted = stream::iter(&numbers)
        .map(|number| answered(world.apns_request(&token, *number)))
        .buffer_unordered(200)
        .filter(|answer| std::future::ready(answer.status == 200))
        .count()
        .await;
    assert_eq!(accepted, 10_000);
    assert!(before.elapsed() < LIMIT, "{:?}", before.elapsed());
    println!("10,000 pushes in {:?}", before.elapsed());
    assert_eq!(world.stats("apns").await["pushes"], json!(10_001));
    assert_eq!(world.device("apns", &device(9999)).await["pushes"], json!(1));
    assert_eq!(world.violations("apns").await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_thousand_devices_at_huawei_take_seconds() {
    let world = World::start().await;
    let tokens: Vec<String> = (0..20_000).map(|number| format!("device-{number}")).collect();
    let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let before = Instant::now();
    world.huawei_devices(&tokens).await;
    let session = world.login().await;
    for batch in tokens.chunks(1000) {
        let answer = world.huawei_send(&session, &message(batch)).await;
        assert_eq!(answer.code(), "80000000");
    }
    let bars = world.control("/bars", json!({ "vendor": "huawei", "tokens": tokens })).await;
    assert_eq!(bars.as_object().unwrap().len(), 20_000);
    assert!(before.elapsed() < LIMIT, "{:?}", before.elapsed());
    println!("20,000 devices in {:?}", before.elapsed());
}
