//! OPPO as its reference describes it: what the users see.

use revocation_app::ports::ChannelClient;
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use serde_json::{Value, json};

use crate::sim::{SECRET, World};
use crate::support::{Case, count, ended, misconfigured, overwritten, throttled, transient, unknown};

async fn start(devices: usize) -> (World, Case, Box<dyn ChannelClient>) {
    let world = World::start(Channel::Oppo, json!({"app_key": "key", "master_secret": SECRET})).await;
    let case = world.devices("key", devices, None).await;
    let client = another_worker(&world);
    (world, case, client)
}

/// One that was not told of any pause yet.
fn another_worker(world: &World) -> Box<dyn ChannelClient> {
    world.client(&json!({"app_key": "key", "master_secret": SECRET, "channel_id": "service", "category": "IM"}))
}

#[tokio::test]
async fn every_user_reads_the_notice_in_the_messages_place_and_hears_nothing() {
    for devices in [1, 3, 1_000] {
        let (world, case, client) = start(devices).await;
        world.overwrites(&case, &*client, devices).await;
    }
}

#[tokio::test]
async fn a_text_as_long_as_may_be_is_shown() {
    let (world, case, client) = start(1).await;
    let text = "撤".repeat(100);
    assert_eq!(case.saying(&text).revoke(&*client).await, [overwritten()]);
    assert_eq!(world.device("d0").await["notifications"][0]["body"], json!(text));
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn an_answer_that_was_lost_shows_nothing_twice() {
    let (world, case, client) = start(3).await;
    world.fault(json!({"drop_after_effect_next": 1})).await;
    assert_eq!(case.revoke(&*client).await, vec![transient("oppo:connection_broken"); 3]);
    assert_eq!(case.revoke(&*client).await, vec![overwritten(); 3]);
    assert_eq!(world.device("d1").await["pushes"], 1);
    assert_eq!(world.stats().await["calls"], 2);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn a_device_that_is_gone_leaves_the_others_overwritten() {
    for devices in [1, 3] {
        let (world, case, client) = start(devices).await;
        world
            .order("/devices", json!({"app": "key", "tokens": ["d0"], "state": "unregistered"}))
            .await;
        let mut expected = vec![overwritten(); devices];
        expected[0] = unknown("oppo:10000");
        assert_eq!(case.revoke(&*client).await, expected);
        world.nothing_was_wrong().await;
    }
}

#[tokio::test]
async fn each_devices_own_code_is_its_own() {
    let (world, case, client) = start(4).await;
    world.fault(json!({"fail_tokens": {"d0": "41", "d1": "32", "d2": "10000"}})).await;
    assert_eq!(
        case.revoke(&*client).await,
        [unknown("oppo:41"), overwritten(), unknown("oppo:10000"), overwritten(),]
    );
}

#[tokio::test]
async fn a_session_that_ran_out_is_renewed_once() {
    let (world, case, client) = start(2).await;
    assert_eq!(case.revoke(&*client).await, vec![overwritten(); 2]);
    world.fault(json!({"expire_sessions": true})).await;
    let again = case.revoke(&*client).await;
    assert_eq!(count(&again, &overwritten()), 2, "{again:?}");
    assert_eq!(world.stats().await["logins"], 2);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn a_wait_a_quota_and_a_wrong_secret_end_as_such() {
    let (world, case, client) = start(2).await;
    world.fault(json!({"throttle_next": 1, "retry_after_s": 7})).await;
    assert_eq!(case.revoke(&*client).await, vec![throttled("oppo:-2", Some(7)); 2]);
    world.fault(json!({"error_next": {"n": 1, "status": 200, "code": "33"}})).await;
    let client = another_worker(&world);
    assert_eq!(case.revoke(&*client).await, vec![ended(Outcome::Failed, "oppo:33"); 2]);
    let wrong = world.client(&json!({"app_key": "key", "master_secret": "other"}));
    assert_eq!(case.revoke(&*wrong).await, vec![misconfigured("oppo:login_16"); 2]);
    assert_eq!(world.titles("d0").await, ["Half price"]);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn a_black_hole_is_asked_again_later() {
    let (world, case, client) = start(1).await;
    case.revoke(&*client).await;
    world.fault(json!({"black_hole": true})).await;
    assert_eq!(case.revoke(&*client).await, [transient("oppo:timeout")]);
    world.order("/faults/clear", Value::Object(serde_json::Map::new())).await;
    assert_eq!(case.revoke(&*client).await, [overwritten()]);
}
