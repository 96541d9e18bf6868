//! Xiaomi as its reference describes it: what the users see.

use revocation_app::ports::ChannelClient;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;
use serde_json::{Value, json};

use crate::sim::{SECRET, World};
use crate::support::{Case, count, ended, misconfigured, overwritten, recalled, throttled, transient, unknown};

const PACKAGE: &str = "com.example.shop";

async fn start(devices: usize) -> (World, Case, Box<dyn ChannelClient>) {
    let world = World::start(Channel::Xiaomi, json!({"package": PACKAGE, "app_secret": SECRET})).await;
    let case = world.devices(PACKAGE, devices, None).await;
    let client = another_worker(&world);
    (world, case, client)
}

/// One that was not told of any pause yet.
fn another_worker(world: &World) -> Box<dyn ChannelClient> {
    world.client(&json!({"package": PACKAGE, "app_secret": SECRET, "channel_id": "104"}))
}

#[tokio::test]
async fn every_user_reads_the_notice_in_the_messages_place_and_hears_nothing() {
    for devices in [1, 3, 1_000] {
        let (world, case, client) = start(devices).await;
        world.overwrites(&case, &*client, devices).await;
    }
}

#[tokio::test]
async fn a_recall_leaves_nothing_on_the_bar_and_shows_nothing() {
    for strategy in [Strategy::Recall, Strategy::RecallThenOverwrite] {
        let (world, case, client) = start(1_000).await;
        let case = case.by(strategy);
        assert_eq!(case.revoke(&*client).await, vec![recalled(); 1_000]);
        for token in ["d0", "d999"] {
            let device = world.device(token).await;
            assert_eq!(device["notifications"], json!([]));
            assert_eq!((&device["removed"], &device["pushes"]), (&json!(1), &json!(1)));
        }
        assert_eq!(world.stats().await["recalls"], 2);
        world.nothing_was_wrong().await;
    }
}

#[tokio::test]
async fn what_can_not_be_recalled_is_overwritten() {
    for refusal in [
        json!({"n": 1, "status": 200, "code": "65028"}),
        json!({"n": 1, "status": 200, "code": "21303"}),
        json!({"n": 1, "status": 404}),
    ] {
        let (world, case, client) = start(3).await;
        world.fault(json!({ "error_next": refusal })).await;
        let answers = case.by(Strategy::RecallThenOverwrite).revoke(&*client).await;
        assert_eq!(answers, vec![overwritten(); 3], "{refusal}");
        assert_eq!(world.titles("d1").await, ["Message revoked"]);
        world.nothing_was_wrong().await;
    }
}

#[tokio::test]
async fn the_notice_is_shown_although_the_message_had_a_job_key() {
    let (world, case, client) = start(0).await;
    drop(case);
    world.order("/devices", json!({"app": PACKAGE, "tokens": ["d0"]})).await;
    let original = json!({"tokens": ["d0"], "key": "7", "title": "Half price", "body": "b", "job_key": "job-1"});
    world.order("/deliver", original).await;
    let case = Case::new([("d0".to_owned(), Some(revocation_rules::batch::Handle::NotifyId(7)))]);
    assert_eq!(case.revoke(&*client).await, [overwritten()]);
    assert_eq!(world.titles("d0").await, ["Message revoked"]);
    assert_eq!(world.device("d0").await["ignored"], 0);
}

#[tokio::test]
async fn devices_that_are_gone_end_and_the_others_are_taken_back() {
    for (strategy, taken) in [(Strategy::Overwrite, overwritten()), (Strategy::Recall, recalled())] {
        let (world, case, client) = start(4).await;
        let case = case.by(strategy);
        world
            .order("/devices", json!({"app": PACKAGE, "tokens": ["d1"], "state": "unregistered"}))
            .await;
        world.fault(json!({"fail_tokens": {"d2": "66007"}})).await;
        let gone = unknown("xiaomi:bad_regid");
        assert_eq!(case.revoke(&*client).await, [taken.clone(), gone.clone(), gone, taken]);
        world.nothing_was_wrong().await;
    }
    let (world, case, client) = start(2).await;
    world
        .order("/devices", json!({"app": PACKAGE, "tokens": ["d0", "d1"], "state": "unregistered"}))
        .await;
    let gone = unknown("xiaomi:20301");
    assert_eq!(case.revoke(&*client).await, vec![gone; 2]);
}

#[tokio::test]
async fn an_answer_that_was_lost_shows_nothing_twice() {
    for (strategy, taken) in [(Strategy::Overwrite, overwritten()), (Strategy::Recall, recalled())] {
        let (world, case, client) = start(3).await;
        let case = case.by(strategy);
        world.fault(json!({"drop_after_effect_next": 1})).await;
        assert_eq!(case.revoke(&*client).await, vec![transient("xiaomi:connection_broken"); 3]);
        assert_eq!(case.revoke(&*client).await, vec![taken; 3]);
        assert!(world.titles("d1").await.len() <= 1);
        world.nothing_was_wrong().await;
    }
}

#[tokio::test]
async fn a_wait_that_xiaomi_asks_for_stops_the_order() {
    let (world, case, client) = start(1_000).await;
    world.fault(json!({"throttle_next": 2, "retry_after_s": 7})).await;
    let answers = case.revoke(&*client).await;
    assert_eq!(
        count(&answers, &throttled("xiaomi:10027", Some(7))),
        1_000,
        "both calls were in flight"
    );
    let client = another_worker(&world);
    assert_eq!(case.revoke(&*client).await, vec![overwritten(); 1_000]);
    assert_eq!(world.device("d0").await["pushes"], 1);
}

#[tokio::test]
async fn a_quota_that_is_used_up_ends_the_order() {
    let (world, case, client) = start(2).await;
    world.fault(json!({"error_next": {"n": 1, "status": 200, "code": "200001"}})).await;
    assert_eq!(case.revoke(&*client).await, vec![ended(Outcome::Failed, "xiaomi:200001"); 2]);
    assert_eq!(world.stats().await["calls"], 1);
}

#[tokio::test]
async fn a_black_hole_is_left_in_time() {
    let (world, case, client) = start(2).await;
    world.fault(json!({"black_hole": true})).await;
    assert_eq!(case.revoke(&*client).await, vec![transient("xiaomi:timeout"); 2]);
}

#[tokio::test]
async fn a_wrong_secret_or_package_waits_for_a_person() {
    let (world, case, _) = start(2).await;
    for (document, reason) in [
        (json!({"package": PACKAGE, "app_secret": "wrong"}), "xiaomi:21301"),
        (json!({"package": "com.example.other", "app_secret": SECRET}), "xiaomi:22006"),
    ] {
        let document: Value = document;
        let answers: Vec<Answer> = case.revoke(&*world.client(&document)).await;
        assert_eq!(answers, vec![misconfigured(reason); 2]);
    }
}
