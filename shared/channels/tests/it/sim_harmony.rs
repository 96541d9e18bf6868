//! `HarmonyOS` as its reference describes it: what the users see.

use revocation_app::ports::ChannelClient;
use revocation_rules::batch::Handle;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::outcome::Outcome;
use serde_json::{Value, json};

use crate::sim::World;
use crate::support::{Case, ended, misconfigured, overwritten, recalled_as_a_whole, throttled, transient, unknown};

const APP: &str = "6917569";

/// A service account, as the vendor knows it and as its tenant does.
fn account() -> (Value, Value) {
    let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
    let known = json!({"project_id": "388421841222199046", "client_id": APP, "key_id": "a-key", "sub_account": "110088"});
    let (mut app, mut document) = (known.clone(), known);
    app["public_key_pem"] = key.public_key_pem().into();
    document["private_key"] = key.serialize_pem().into();
    document["category"] = "WORK".into();
    (app, document)
}

async fn start(devices: usize) -> (World, Case, Box<dyn ChannelClient>) {
    let (app, document) = account();
    let world = World::start(Channel::Harmony, app).await;
    let case = world.devices(APP, devices, None).await.by(Strategy::Recall);
    let client = world.client(&document);
    (world, case, client)
}

/// The notice stands in the place of the message on this device.
async fn shows_the_notice(world: &World, token: &str) {
    let device = world.device(token).await;
    assert_eq!(device["notifications"].as_array().unwrap().len(), 1);
    let shown = &device["notifications"][0];
    assert_eq!((&shown["title"], &shown["key"]), (&json!("Message revoked"), &json!("7")));
}

#[tokio::test]
async fn a_recall_leaves_nothing_on_the_bar_and_shows_nothing() {
    for strategy in [Strategy::Recall, Strategy::RecallThenOverwrite] {
        let (world, case, client) = start(1_000).await;
        assert_eq!(case.by(strategy).revoke(&*client).await, vec![recalled_as_a_whole(); 1_000]);
        for token in ["d0", "d999"] {
            let device = world.device(token).await;
            assert_eq!(device["notifications"], json!([]));
            assert_eq!((&device["removed"], &device["pushes"]), (&json!(1), &json!(1)));
        }
        let stats = world.stats().await;
        assert_eq!((&stats["calls"], &stats["recalls"]), (&json!(1), &json!(1)));
        world.nothing_was_wrong().await;
    }
}

#[tokio::test]
async fn an_overwrite_takes_the_messages_place() {
    for devices in [1, 3, 1_000] {
        let (world, case, client) = start(devices).await;
        assert_eq!(case.by(Strategy::Overwrite).revoke(&*client).await, vec![overwritten(); devices]);
        for token in ["d0", &format!("d{}", devices - 1)] {
            shows_the_notice(&world, token).await;
        }
        world.nothing_was_wrong().await;
    }
}

#[tokio::test]
async fn the_notice_is_shown_although_the_message_had_an_app_message_id() {
    let (world, case, client) = start(0).await;
    drop(case);
    world.order("/devices", json!({"app": APP, "tokens": ["d0"]})).await;
    let original = json!({"tokens": ["d0"], "key": "7", "title": "Half price", "body": "b", "job_key": "message-1"});
    world.order("/deliver", original).await;
    let case = Case::new([("d0".to_owned(), Some(Handle::NotifyId(7)))]);
    assert_eq!(case.revoke(&*client).await, [overwritten()]);
    shows_the_notice(&world, "d0").await;
    assert_eq!(world.device("d0").await["ignored"], 0);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn what_is_not_delivered_yet_is_recalled_and_never_shown() {
    let (world, case, client) = start(0).await;
    drop(case);
    world
        .order("/devices", json!({"app": APP, "tokens": ["d0"], "state": "offline"}))
        .await;
    world
        .order(
            "/deliver",
            json!({"tokens": ["d0"], "key": "7", "title": "Half price", "body": "b"}),
        )
        .await;
    let case = Case::new([("d0".to_owned(), Some(Handle::NotifyId(7)))]).by(Strategy::Recall);
    assert_eq!(case.revoke(&*client).await, [recalled_as_a_whole()]);
    world.order("/online", json!({"tokens": ["d0"]})).await;
    assert_eq!(world.titles("d0").await, [""; 0]);
}

#[tokio::test]
async fn a_recall_that_was_accepted_says_nothing_of_a_device_that_is_gone() {
    let (world, case, client) = start(3).await;
    world
        .order("/devices", json!({"app": APP, "tokens": ["d0"], "state": "unregistered"}))
        .await;
    assert_eq!(case.revoke(&*client).await, vec![recalled_as_a_whole(); 3]);
    assert_eq!(world.titles("d1").await, [""; 0]);
    // A notice does say so.
    let case = Case::new((0..3).map(|n| (format!("d{n}"), Some(Handle::NotifyId(7)))));
    let expected = [unknown("harmony:tokenFormatError"), overwritten(), overwritten()];
    assert_eq!(case.revoke(&*client).await, expected);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn what_can_not_be_recalled_is_overwritten() {
    let (world, case, client) = start(3).await;
    world
        .fault(json!({"error_next": {"n": 1, "status": 400, "code": "80100001"}}))
        .await;
    assert_eq!(
        case.by(Strategy::RecallThenOverwrite).revoke(&*client).await,
        vec![overwritten(); 3]
    );
    shows_the_notice(&world, "d1").await;
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn a_device_that_spoils_a_recall_is_found_and_the_others_are_recalled_once() {
    let (world, case, client) = start(9).await;
    world.fault(json!({"fail_tokens": {"d4": "80100020"}})).await;
    let mut expected = vec![recalled_as_a_whole(); 9];
    expected[4] = ended(Outcome::Refused, "harmony:80100020");
    assert_eq!(case.revoke(&*client).await, expected);
    for token in ["d0", "d3", "d5", "d8"] {
        let device = world.device(token).await;
        assert_eq!((&device["removed"], &device["pushes"]), (&json!(1), &json!(1)), "{token}");
    }
    assert_eq!(world.titles("d4").await, ["Half price"]);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn tokens_of_another_app_are_a_setting_and_one_among_many_is_found() {
    let (world, _, client) = start(3).await;
    let (mut other, _) = account();
    other["client_id"] = "app2".into();
    other["key_id"] = "key-2".into();
    world.order("/apps", other).await;
    world.order("/devices", json!({"app": "app2", "tokens": ["o0", "o1"]})).await;
    let case =
        |tokens: &[&str]| Case::new(tokens.iter().map(|token| ((*token).to_owned(), Some(Handle::NotifyId(7))))).by(Strategy::Recall);
    let answers = case(&["d0", "o0", "d1"]).revoke(&*client).await;
    assert_eq!(answers, [recalled_as_a_whole(), unknown("harmony:80300028"), recalled_as_a_whole()]);
    assert_eq!(
        case(&["o0", "o1"]).revoke(&*client).await,
        vec![misconfigured("harmony:80300028"); 2]
    );
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn a_token_that_ran_out_is_signed_anew_once() {
    let (world, case, client) = start(2).await;
    assert_eq!(case.revoke(&*client).await, vec![recalled_as_a_whole(); 2]);
    world.fault(json!({"expire_sessions": true})).await;
    assert_eq!(case.revoke(&*client).await, vec![recalled_as_a_whole(); 2]);
    let stats = world.stats().await;
    assert_eq!((&stats["sessions_seen"], &stats["logins"]), (&json!(2), &json!(0)));
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn troubles_are_named_and_what_was_lost_may_be_asked_for_again() {
    let (world, case, client) = start(2).await;
    world.fault(json!({"drop_after_effect_next": 1})).await;
    assert_eq!(case.revoke(&*client).await, vec![transient("harmony:connection_broken"); 2]);
    assert_eq!(case.revoke(&*client).await, vec![recalled_as_a_whole(); 2]);
    assert_eq!(world.titles("d0").await, [""; 0]);
    world
        .fault(json!({"error_next": {"n": 1, "status": 500, "code": "80000001"}}))
        .await;
    assert_eq!(case.revoke(&*client).await, vec![transient("harmony:80000001"); 2]);
    world.fault(json!({"throttle_next": 1, "retry_after_s": 7})).await;
    assert_eq!(case.revoke(&*client).await, vec![throttled("harmony:http_503", Some(7)); 2]);
    world.nothing_was_wrong().await;
}

#[tokio::test]
async fn an_account_that_nobody_knows_waits_for_a_person() {
    let (world, case, _) = start(2).await;
    let (_, mut document) = account();
    document["key_id"] = "another".into();
    let stranger = world.client(&document);
    assert_eq!(case.revoke(&*stranger).await, vec![misconfigured("harmony:80200001"); 2]);
    assert_eq!(world.titles("d0").await, ["Half price"]);
    world.nothing_was_wrong().await;
}
