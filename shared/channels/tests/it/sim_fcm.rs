//! Firebase as its reference describes it: what the users see.

use std::sync::LazyLock;

use revocation_app::ports::ChannelClient;
use revocation_rules::batch::Handle;
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use serde_json::{Value, json};

use crate::sim::World;
use crate::support::{Case, ended, misconfigured, overwritten, throttled, transient, unknown};

const PROJECT: &str = "demo-project";
const EMAIL: &str = "push@demo-project.iam.gserviceaccount.com";

static KEY: LazyLock<rcgen::KeyPair> = LazyLock::new(|| rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap());

fn document() -> Value {
    json!({"project_id": PROJECT, "client_email": EMAIL, "private_key_id": "K", "private_key": KEY.serialize_pem()})
}

async fn start(devices: usize) -> (World, Case, Box<dyn ChannelClient>) {
    let app = json!({"project_id": PROJECT, "client_email": EMAIL, "private_key_id": "K", "public_key_pem": KEY.public_key_pem()});
    let world = World::start(Channel::Fcm, app).await;
    let case = world.devices(PROJECT, devices, None).await;
    let client = world.client(&document());
    (world, case, client)
}

#[tokio::test]
async fn every_user_reads_the_notice_in_the_messages_place() {
    let (world, case, client) = start(1_000).await;
    world.overwrites(&case, &*client, 1_000).await;
    let stats = world.stats().await;
    assert_eq!((&stats["calls"], &stats["logins"]), (&json!(1_000), &json!(1)));
}

#[tokio::test]
async fn an_installation_is_overwritten_as_a_token_is() {
    let (world, _, client) = start(0).await;
    let fid = "cT0123456789abcdefghij";
    world.order("/devices", json!({"app": PROJECT, "tokens": [fid]})).await;
    world
        .order(
            "/deliver",
            json!({"tokens": [fid], "key": "7", "title": "Half price", "body": "Only today"}),
        )
        .await;
    let case = Case::new([(fid.to_owned(), Some(Handle::Tag("7".to_owned())))]);
    assert_eq!(case.revoke(&*client).await, [overwritten()]);
    world.overwritten(fid).await;
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn who_is_gone_unknown_or_anothers_is_told_apart() {
    let (world, case, client) = start(4).await;
    world
        .order("/devices", json!({"app": PROJECT, "tokens": ["d0"], "state": "unregistered"}))
        .await;
    world.order("/devices", json!({"app": "another", "tokens": ["d1"]})).await;
    world.fault(json!({"fail_tokens": {"d2": "INVALID_ARGUMENT"}})).await;
    assert_eq!(
        case.revoke(&*client).await,
        [
            ended(Outcome::TargetGone, "fcm:UNREGISTERED"),
            unknown("fcm:SENDER_ID_MISMATCH"),
            unknown("fcm:INVALID_ARGUMENT"),
            overwritten(),
        ]
    );
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn an_iphone_without_a_key_stops_no_android() {
    let (world, case, client) = start(300).await;
    world.fault(json!({"fail_tokens": {"d0": "THIRD_PARTY_AUTH_ERROR"}})).await;
    let mut expected = vec![overwritten(); 300];
    expected[0] = misconfigured("fcm:THIRD_PARTY_AUTH_ERROR");
    assert_eq!(case.revoke(&*client).await, expected);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn a_session_that_ran_out_is_renewed_once() {
    let (world, case, client) = start(50).await;
    assert_eq!(case.revoke(&*client).await, vec![overwritten(); 50]);
    world.fault(json!({"expire_sessions": true})).await;
    assert_eq!(case.revoke(&*client).await, vec![overwritten(); 50]);
    assert_eq!(world.stats().await["logins"], 2);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn an_answer_that_was_lost_leaves_one_notice() {
    let (world, case, client) = start(2).await;
    world.fault(json!({"drop_after_effect_next": 1})).await;
    assert_eq!(case.revoke(&*client).await, vec![overwritten(); 2]);
    assert_eq!(world.titles("d0").await, ["Message revoked"]);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn a_device_that_is_offline_reads_only_the_notice_when_it_comes_back() {
    let (world, _, client) = start(0).await;
    world
        .order("/devices", json!({"app": PROJECT, "tokens": ["off"], "state": "offline"}))
        .await;
    world
        .order(
            "/deliver",
            json!({"tokens": ["off"], "key": "7", "title": "Half price", "body": "Only today"}),
        )
        .await;
    let case = Case::new([("off".to_owned(), Some(Handle::Tag("7".to_owned())))]);
    assert_eq!(case.revoke(&*client).await, [overwritten()]);
    world.order("/online", json!({"tokens": ["off"]})).await;
    assert_eq!(world.titles("off").await, ["Message revoked"]);
}

#[tokio::test]
async fn a_quota_an_outage_and_a_withdrawn_key_end_as_such() {
    let (world, case, client) = start(1).await;
    world
        .fault(json!({"error_next": {"n": 1, "status": 500, "code": "INTERNAL"}}))
        .await;
    assert_eq!(case.revoke(&*client).await, [transient("fcm:INTERNAL")]);
    world
        .fault(json!({"error_next": {"n": 1, "status": 503, "code": "UNAVAILABLE"}}))
        .await;
    assert_eq!(case.revoke(&*client).await, [throttled("fcm:UNAVAILABLE", Some(10))]);
    world.fault(json!({"throttle_next": 1, "retry_after_s": 7})).await;
    assert_eq!(case.revoke(&*client).await, [throttled("fcm:QUOTA_EXCEEDED", Some(7))]);
    let mut withdrawn = document();
    withdrawn["private_key_id"] = json!("withdrawn");
    let client = world.client(&withdrawn);
    assert_eq!(case.revoke(&*client).await, [misconfigured("fcm:login_http_400")]);
    world.nothing_was_wrong().await;
}
