//! Meizu as its README describes it: what the users see.

use revocation_app::ports::ChannelClient;
use revocation_rules::batch::Handle;
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use serde_json::{Value, json};

use crate::sim::{SECRET, World};
use crate::support::{Case, ended, misconfigured, overwritten, throttled, transient, unknown};

const APP: &str = "100999";

fn app() -> Value {
    json!({"app_id": APP, "app_secret": SECRET})
}

async fn start(devices: usize) -> (World, Case, Box<dyn ChannelClient>) {
    let world = World::start(Channel::Meizu, app()).await;
    world.devices(APP, devices, None).await;
    let client = world.client(&app());
    (world, of(devices), client)
}

/// Meizu's key of the message that the world's devices show.
fn of(devices: usize) -> Case {
    Case::new((0..devices).map(|n| (format!("d{n}"), Some(Handle::NotifyKey("7".to_owned())))))
}

#[tokio::test]
async fn every_user_reads_the_notice_in_the_messages_place_and_hears_nothing() {
    for (devices, calls) in [(1, 1), (3, 1), (250, 3)] {
        let (world, case, client) = start(devices).await;
        world.overwrites(&case.saying("撤回&x=1 +%"), &*client, devices).await;
        assert_eq!(world.device("d0").await["notifications"][0]["body"], json!("撤回&x=1 +%"));
        assert_eq!(world.stats().await["calls"], json!(calls));
    }
}

#[tokio::test]
async fn devices_that_are_gone_end_and_the_others_are_taken_back() {
    let (world, case, client) = start(6).await;
    world
        .order("/devices", json!({"app": APP, "tokens": ["d1"], "state": "unregistered"}))
        .await;
    world
        .fault(json!({"fail_tokens": {"d2": "110010", "d3": "520", "d4": "519"}}))
        .await;
    assert_eq!(
        case.revoke(&*client).await,
        [
            overwritten(),
            unknown("meizu:110002"),
            ended(Outcome::TargetGone, "meizu:110010"),
            throttled("meizu:520", Some(60)),
            transient("meizu:519"),
            overwritten(),
        ]
    );
    assert_eq!(world.titles("d5").await, ["Message revoked"]);
    assert_eq!(world.titles("d3").await, ["Half price"]);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn an_answer_that_was_lost_shows_nothing_twice() {
    let (world, case, client) = start(3).await;
    world.fault(json!({"drop_after_effect_next": 1})).await;
    assert_eq!(case.revoke(&*client).await, vec![transient("meizu:connection_broken"); 3]);
    assert_eq!(case.revoke(&*client).await, vec![overwritten(); 3]);
    assert_eq!(world.titles("d1").await, ["Message revoked"]);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn a_wait_that_meizu_asks_for_is_kept() {
    let (world, case, client) = start(2).await;
    world.fault(json!({"throttle_next": 1, "retry_after_s": 7})).await;
    assert_eq!(case.revoke(&*client).await, vec![throttled("meizu:110010", Some(7)); 2]);
    // One that was not told of the pause yet.
    assert_eq!(case.revoke(&*world.client(&app())).await, vec![overwritten(); 2]);
}

#[tokio::test]
async fn a_quota_that_is_used_up_ends_the_order() {
    let (world, case, client) = start(2).await;
    world.fault(json!({"error_next": {"n": 1, "status": 200, "code": "110019"}})).await;
    assert_eq!(case.revoke(&*client).await, vec![ended(Outcome::Failed, "meizu:110019"); 2]);
}

#[tokio::test]
async fn a_wrong_secret_or_app_waits_for_a_person() {
    let (world, case, _) = start(2).await;
    for (field, value, reason) in [("app_secret", "wrong", "meizu:1006"), ("app_id", "7", "meizu:110000")] {
        let mut document = app();
        document[field] = json!(value);
        assert_eq!(case.revoke(&*world.client(&document)).await, vec![misconfigured(reason); 2]);
    }
    world.nothing_was_wrong().await;
}
