//! Protocols, streams and the end of connections.

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use vendor_sim::Options;

use crate::support::apns::{answered, device};
use crate::support::huawei::message;
use crate::support::raw_http2::RawHttp2;
use crate::support::{World, is_cut, trusting};

#[tokio::test]
async fn apple_turns_away_a_client_without_http2() {
    let world = World::start().await;
    let old = trusting(&world.sim).http1_only().build().unwrap();
    assert!(is_cut(&old.post(world.sim.url("apns")).send().await));
    assert_eq!(world.violations("apns").await, ["no application protocol in common"]);
}

#[tokio::test]
async fn apple_turns_away_a_client_that_negotiates_no_protocol_at_all() {
    let world = World::start().await;
    if let Ok(apple) = RawHttp2::connect_offering(&world.sim, world.sim.url("apns"), &[]).await {
        assert_ne!(apple.max_streams(), 1, "it was served");
        apple.until_ended().await;
    }
    assert_eq!(world.violations("apns").await, ["HTTP/2 was not negotiated"]);
}

#[tokio::test]
async fn huawei_speaks_both_http_versions() {
    let world = World::start().await;
    world.huawei_devices(&["device-1"]).await;
    let session = world.login().await;
    let old = trusting(&world.sim).http1_only().build().unwrap();
    for (client, version) in [(&world.client, reqwest::Version::HTTP_2), (&old, reqwest::Version::HTTP_11)] {
        let mut request = world.huawei_request(&session, &message(&["device-1"])).build().unwrap();
        *request.version_mut() = reqwest::Version::default();
        let answer = client.execute(request).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.version()), (200, version));
    }
}

#[tokio::test]
async fn a_client_that_does_not_trust_the_throw_away_ca_gets_nowhere() {
    let world = World::start().await;
    let other = World::start().await;
    assert!(is_cut(&other.client.post(world.sim.url("huawei")).send().await));
    assert_eq!(world.violations("huawei").await, Vec::<String>::new());
}

#[tokio::test]
async fn until_a_valid_provider_token_a_connection_has_one_stream() {
    let world = World::start().await;
    world.apns_devices(&[1], "active").await;
    let mut apple = RawHttp2::connect(&world.sim, world.sim.url("apns")).await;
    apple.until_settings(1).await;

    // A refused credential proves nothing.
    assert_eq!(apple.push(&device(1), None).await, Ok(403));
    assert_eq!(apple.max_streams(), 1);

    let token = world.signer.token();
    assert_eq!(apple.push(&device(1), Some(&token)).await, Ok(200));
    apple.until_settings(1000).await;
    // Many more frames, and the connection still stands.
    for _ in 0..50 {
        assert_eq!(apple.push(&device(1), Some(&token)).await, Ok(200));
    }
    assert_eq!(world.stats("apns").await["connections"], json!(1));
}

#[tokio::test]
async fn streams_opened_before_the_connection_is_proven_are_refused() {
    let world = World::start().await;
    world.apns_devices(&[1], "active").await;
    // The first answer comes late, so that the others arrive before it.
    world.control("/faults", json!({ "vendor": "apns", "latency_ms": 300 })).await;
    let token = world.signer.token();
    // Does not wait for the server's settings: everything is sent at once.
    let mut apple = RawHttp2::connect(&world.sim, world.sim.url("apns")).await;
    let pushes: Vec<_> = (0..10).map(|_| apple.send(&device(1), Some(&token))).collect();
    let answers = join_all(pushes).await;
    assert_eq!(answers.iter().filter(|answer| **answer == Ok(200)).count(), 1);
    let refused = Err(Some(h2::Reason::REFUSED_STREAM));
    assert_eq!(answers.iter().filter(|answer| **answer == refused).count(), 9);
    let stats = world.stats("apns").await;
    assert_eq!(stats["refused_streams"], json!(9));
    assert_eq!(stats["pushes"], json!(1));
}

#[tokio::test]
async fn a_polite_end_ends_the_connection() {
    let world = World::start().await;
    world.apns_devices(&[1], "active").await;
    let token = world.signer.token();
    let mut apple = RawHttp2::connect(&world.sim, world.sim.url("apns")).await;
    world.control("/faults", json!({ "vendor": "apns", "goaway_next": 1 })).await;
    assert_eq!(apple.push(&device(1), Some(&token)).await, Ok(200));
    apple.until_ended().await;
}

#[tokio::test]
async fn the_number_of_streams_can_be_set() {
    let options = Options {
        apns_streams: 3,
        ..Options::default()
    };
    let world = World::start_with(options).await;
    world.apns_devices(&[1], "active").await;
    let token = world.signer.token();
    assert_eq!(answered(world.apns_request(&token, 1)).await.status, 200);
    world.control("/faults", json!({ "vendor": "apns", "latency_ms": 50 })).await;
    let answers = join_all((0..12).map(|_| answered(world.apns_request(&token, 1)))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let stats = world.stats("apns").await;
    assert_eq!(stats["connections"], json!(1));
    assert_eq!(stats["in_flight_max"], json!(3));
}

#[tokio::test]
async fn a_polite_end_answers_what_is_open_and_the_next_push_needs_a_new_connection() {
    let world = World::start().await;
    world.apns_devices(&[1], "active").await;
    let token = world.signer.token();
    assert_eq!(answered(world.apns_request(&token, 1)).await.status, 200);
    world.control("/faults", json!({ "vendor": "apns", "apns_goaway_next": 1 })).await;
    assert_eq!(answered(world.apns_request(&token, 1)).await.status, 200);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(answered(world.apns_request(&token, 1)).await.status, 200);
    assert_eq!(world.stats("apns").await["connections"], json!(2));
}

#[tokio::test]
async fn nothing_is_left_when_the_simulator_is_dropped() {
    let World { sim, client, .. } = World::start().await;
    let (huawei, control) = (sim.url("huawei").to_owned(), sim.control.clone());
    drop(sim);
    tokio::time::sleep(Duration::from_millis(200)).await;
    for url in [huawei, control] {
        assert!(is_cut(&client.post(url).send().await));
    }
}
