//! vivo as its reference describes it, and as its recall is thought to be: what the users see.

use revocation_app::ports::ChannelClient;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::outcome::Outcome;
use serde_json::json;

use crate::sim::{SECRET, World};
use crate::support::{Case, ended, misconfigured, overwritten, recalled, throttled, transient};

async fn start(devices: usize, has_recall: bool) -> (World, Case, Box<dyn ChannelClient>) {
    let app = json!({"app_id": 10_004, "app_key": "key", "app_secret": SECRET, "recall": has_recall});
    let world = World::start(Channel::Vivo, app).await;
    let case = world.devices("10004", devices, Some("5001")).await;
    let client = another_worker(&world);
    (world, case.by(Strategy::RecallThenOverwrite), client)
}

/// One that was not told of any pause yet.
fn another_worker(world: &World) -> Box<dyn ChannelClient> {
    world.client(&json!({"app_id": 10_004, "app_key": "key", "app_secret": SECRET, "category": "IM"}))
}

#[tokio::test]
async fn a_recall_takes_the_message_off_every_device_and_shows_nothing() {
    for strategy in [Strategy::Recall, Strategy::RecallThenOverwrite] {
        let (world, case, client) = start(1_000, true).await;
        assert_eq!(case.by(strategy).revoke(&*client).await, vec![recalled(); 1_000]);
        for token in ["d0", "d999"] {
            assert_eq!(world.titles(token).await, [""; 0]);
            assert_eq!(world.device(token).await["removed"], 1);
        }
        let stats = world.stats().await;
        assert_eq!((&stats["calls"], &stats["recalls"]), (&json!(1), &json!(1)));
        world.nothing_was_wrong().await;
    }
}

#[tokio::test]
async fn without_a_recall_every_user_reads_the_notice_in_the_messages_place() {
    for (devices, calls) in [(1, 2), (2, 3), (1_000, 3)] {
        let (world, case, client) = start(devices, false).await;
        world.overwrites(&case, &*client, devices).await;
        assert_eq!(world.stats().await["calls"], calls);
    }
}

#[tokio::test]
async fn a_sending_that_vivo_no_longer_knows_is_overwritten() {
    let (world, case, client) = start(2, true).await;
    let case = case.sent_as([Some("5002"), Some("5001")]);
    // Nobody was sent 5002.
    assert_eq!(case.revoke(&*client).await, [overwritten(), recalled()]);
    world.nothing_was_wrong().await;
    let (world, case, client) = start(2, true).await;
    let case = case.sent_as([Some("5002"), Some("5003")]).by(Strategy::Recall);
    assert_eq!(case.revoke(&*client).await, vec![ended(Outcome::Refused, "vivo:10155"); 2]);
    assert_eq!(world.titles("d0").await, ["Half price"]);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn a_device_that_is_gone_leaves_the_others_overwritten() {
    for devices in [1, 3] {
        let (world, case, client) = start(devices, false).await;
        world
            .order("/devices", json!({"app": "10004", "tokens": ["d0"], "state": "unregistered"}))
            .await;
        let mut expected = vec![overwritten(); devices];
        expected[0] = ended(Outcome::TargetGone, "vivo:invalid_user_2");
        assert_eq!(case.by(Strategy::Overwrite).revoke(&*client).await, expected);
        world.nothing_was_wrong().await;
    }
}

#[tokio::test]
async fn a_device_that_spoils_a_list_is_found_and_nobody_is_pushed_to_twice() {
    let (world, case, client) = start(9, false).await;
    world.fault(json!({"fail_tokens": {"d4": "10311"}})).await;
    let mut expected = vec![overwritten(); 9];
    expected[4] = ended(Outcome::TargetGone, "vivo:10311");
    assert_eq!(case.revoke(&*client).await, expected);
    for token in ["d0", "d3", "d5", "d8"] {
        world.overwritten(token).await;
    }
    assert_eq!(world.titles("d4").await, ["Half price"]);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn a_session_that_ran_out_is_renewed_once() {
    let (world, case, client) = start(2, false).await;
    assert_eq!(case.revoke(&*client).await, vec![overwritten(); 2]);
    world.fault(json!({"expire_sessions": true})).await;
    assert_eq!(case.revoke(&*client).await, vec![overwritten(); 2]);
    assert_eq!(world.stats().await["logins"], 2);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn an_answer_that_was_lost_leaves_one_notice() {
    let (world, case, client) = start(2, false).await;
    let case = case.by(Strategy::Overwrite);
    world.fault(json!({"drop_after_effect_next": 1})).await;
    assert_eq!(case.revoke(&*client).await, vec![transient("vivo:connection_broken"); 2]);
    assert_eq!(case.revoke(&*client).await, vec![overwritten(); 2]);
    assert_eq!(world.titles("d0").await, ["Message revoked"]);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn a_wait_a_quota_and_a_wrong_secret_end_as_such() {
    let (world, case, client) = start(2, true).await;
    world.fault(json!({"throttle_next": 1, "retry_after_s": 7})).await;
    assert_eq!(case.revoke(&*client).await, vec![throttled("vivo:10072", Some(7)); 2]);
    world.fault(json!({"error_next": {"n": 1, "status": 200, "code": "10073"}})).await;
    let client = another_worker(&world);
    assert_eq!(case.revoke(&*client).await, vec![ended(Outcome::Failed, "vivo:10073"); 2]);
    let wrong = world.client(&json!({"app_id": 10_004, "app_key": "key", "app_secret": "other"}));
    assert_eq!(case.revoke(&*wrong).await, vec![misconfigured("vivo:login_10203"); 2]);
    assert_eq!(world.titles("d0").await, ["Half price"]);
    world.nothing_was_wrong().await;
}
