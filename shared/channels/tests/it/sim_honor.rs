//! Honor as those describe it who send through it: what the users see.

use revocation_app::ports::ChannelClient;
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use serde_json::{Value, json};

use crate::sim::{SECRET, World};
use crate::support::{Case, ended, misconfigured, overwritten, throttled, transient, unknown};

const APP: &str = "104410638";

fn app() -> Value {
    json!({"app_id": APP, "client_id": "c", "client_secret": SECRET})
}

async fn start(devices: usize) -> (World, Case, Box<dyn ChannelClient>) {
    let world = World::start(Channel::Honor, app()).await;
    let case = world.devices(APP, devices, None).await;
    let client = world.client(&app());
    (world, case, client)
}

#[tokio::test]
async fn every_user_reads_the_notice_in_the_messages_place() {
    for devices in [1, 3, 1_000] {
        let (world, case, client) = start(devices).await;
        world.overwrites(&case, &*client, devices).await;
        let stats = world.stats().await;
        assert_eq!((&stats["logins"], &stats["calls"]), (&json!(1), &json!(1)));
    }
}

#[tokio::test]
async fn an_app_with_the_right_sends_the_notice_as_no_marketing_and_it_may_ring() {
    let mut with_right = app();
    with_right["self_classified"] = json!(true);
    let world = World::start(Channel::Honor, with_right).await;
    let case = world.devices(APP, 1, None).await;
    let mut document = app();
    document["importance"] = json!("NORMAL");
    assert_eq!(case.revoke(&*world.client(&document)).await, [overwritten()]);
    assert_eq!(world.titles("d0").await, ["Message revoked"]);
    assert_eq!(world.device("d0").await["notifications"][0]["silent"], json!(false));
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn devices_that_are_gone_end_and_the_others_are_taken_back() {
    let (world, case, client) = start(4).await;
    world
        .order("/devices", json!({"app": APP, "tokens": ["d1"], "state": "unregistered"}))
        .await;
    world.fault(json!({"fail_tokens": {"d2": "80100000"}})).await;
    let gone = ended(Outcome::TargetGone, "honor:expired_token");
    let failed = unknown("honor:failed_token");
    assert_eq!(case.revoke(&*client).await, [overwritten(), gone, failed, overwritten()]);
    assert_eq!(world.titles("d3").await, ["Message revoked"]);
    world.nothing_was_wrong().await;

    let (world, case, client) = start(2).await;
    world
        .order("/devices", json!({"app": APP, "tokens": ["d0", "d1"], "state": "unregistered"}))
        .await;
    assert_eq!(case.revoke(&*client).await, vec![unknown("honor:80300007"); 2]);
}

#[tokio::test]
async fn a_session_that_ended_is_renewed_without_a_loss() {
    let (world, case, client) = start(3).await;
    assert_eq!(case.revoke(&*client).await, vec![overwritten(); 3]);
    world.fault(json!({"expire_sessions": true})).await;
    assert_eq!(case.revoke(&*client).await, vec![overwritten(); 3]);
    assert_eq!(world.stats().await["logins"], json!(2));
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn an_answer_that_was_lost_shows_nothing_twice() {
    let (world, case, client) = start(3).await;
    world.fault(json!({"drop_after_effect_next": 1})).await;
    assert_eq!(case.revoke(&*client).await, vec![transient("honor:connection_broken"); 3]);
    assert_eq!(case.revoke(&*client).await, vec![overwritten(); 3]);
    assert_eq!(world.titles("d1").await, ["Message revoked"]);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn a_wait_that_honor_asks_for_is_kept() {
    let (world, case, client) = start(2).await;
    world.fault(json!({"throttle_next": 1, "retry_after_s": 7})).await;
    assert_eq!(case.revoke(&*client).await, vec![throttled("honor:503", Some(7)); 2]);
    // One that was not told of the pause yet.
    assert_eq!(case.revoke(&*world.client(&app())).await, vec![overwritten(); 2]);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn a_wrong_secret_or_app_waits_for_a_person() {
    let (world, case, _) = start(2).await;
    for (field, value, reason) in [("client_secret", "wrong", "honor:login_http_401"), ("app_id", "999", "honor:10205")] {
        let mut document = app();
        document[field] = json!(value);
        assert_eq!(case.revoke(&*world.client(&document)).await, vec![misconfigured(reason); 2]);
    }
}
