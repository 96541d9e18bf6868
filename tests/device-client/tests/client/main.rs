//! The client against a small gateway that does as each test says.

#![expect(clippy::unwrap_used, reason = "tests; clippy knows only functions marked as such")]

mod gateway;

use std::time::Duration;

use device_client::{Arrived, Client, Fleet, Key, Kind, Message, Settings, Shown, Status, Timing};
use serde_json::{Value, json};

use gateway::{Gateway, Link};

const SOON: Duration = Duration::from_secs(20);

fn settings(gateway: &Gateway) -> Settings {
    Settings {
        url: gateway.url(),
        token: "dt_planted.secret".to_owned(),
        timing: Timing {
            answer: Duration::from_secs(5),
            answer_within: Duration::ZERO,
            say_again: Duration::from_millis(200),
            register_every: Duration::from_mins(1),
            hold: Duration::from_secs(2),
            first_wait: Duration::from_millis(20),
            longest_wait: Duration::from_millis(100),
            refused_wait: Duration::from_secs(4),
        },
    }
}

fn key() -> Key {
    Key {
        kind: Kind::Task,
        id: "t1".to_owned(),
        notify_id: 7,
    }
}

fn message() -> Message {
    Message {
        key: key(),
        batch_id: "b1".to_owned(),
        title: "90 % off".to_owned(),
        text: "Everything".to_owned(),
    }
}

fn revoke(instruction: &str) -> Value {
    json!({
        "type": "revoke", "instruction": instruction, "kind": "task", "id": "t1", "notify_id": 7,
        "notice": { "title": "Message revoked", "text": "Message revoked" }, "quiet": true,
        "revoked_at": "2026-11-23T08:20:00Z", "closes_at": "2026-11-30T08:00:00Z"
    })
}

fn ack(instruction: &str, event: &str) -> Value {
    json!({ "type": "ack", "instruction": instruction, "event": event })
}

fn acked(instruction: &str) -> Value {
    json!({ "type": "acked", "instruction": instruction })
}

/// A registered device.
async fn registered(gateway: &mut Gateway, client: &Client) -> Link {
    let mut link = gateway.accept().await;
    assert_eq!(link.next().await.unwrap(), json!({ "type": "register" }));
    link.send(&json!({ "type": "registered", "missed": 0, "more": false })).await;
    assert!(client.until(SOON, |view| view.status == Status::Registered).await);
    link
}

fn titles(client: &Client) -> Vec<(String, Shown)> {
    let bar = client.look().bar;
    bar.entries().values().map(|entry| (entry.title.clone(), entry.shown)).collect()
}

#[tokio::test]
async fn a_device_shows_its_token_and_registers() {
    let mut gateway = Gateway::start().await;
    let client = Client::start(settings(&gateway));
    let link = registered(&mut gateway, &client).await;
    assert_eq!(link.authorization, "Bearer dt_planted.secret");
    assert!(!format!("{client:?} {:?}", settings(&gateway)).contains("planted"));
}

#[tokio::test]
async fn a_shown_message_is_replaced_and_the_instruction_acknowledged_until_it_is_answered() {
    let mut gateway = Gateway::start().await;
    let client = Client::start(settings(&gateway));
    let mut link = registered(&mut gateway, &client).await;
    assert_eq!(client.show(message()), Arrived::Shown);
    link.send(&revoke("ins_1")).await;
    for _ in 0..3 {
        assert_eq!(link.next().await.unwrap(), ack("ins_1", "revoked"));
    }
    assert_eq!(titles(&client), [("Message revoked".to_owned(), Shown::Notice)]);
    assert_eq!(client.look().bar.sounds(), 1, "the notice is silent");
    link.send(&acked("ins_1")).await;
    assert!(client.until(SOON, |view| view.unanswered == 0).await);
}

#[tokio::test]
async fn an_original_that_comes_after_its_revocation_is_never_shown() {
    let mut gateway = Gateway::start().await;
    let client = Client::start(settings(&gateway));
    let mut link = registered(&mut gateway, &client).await;
    link.send(&revoke("ins_1")).await;
    assert_eq!(link.next().await.unwrap(), ack("ins_1", "revoked"));
    assert_eq!(client.show(message()), Arrived::AsNotice);
    assert_eq!(titles(&client), [("Message revoked".to_owned(), Shown::Notice)]);
    assert_eq!(client.look().bar.sounds(), 0);
}

#[tokio::test]
async fn what_the_user_did_is_reported_and_is_what_a_revocation_is_answered_with() {
    let mut gateway = Gateway::start().await;
    let client = Client::start(settings(&gateway));
    let mut link = registered(&mut gateway, &client).await;
    client.show(message());
    client.open(&key());
    let receipt = |of: &str| json!({ "type": of, "kind": "task", "id": "t1", "batch_id": "b1", "event": "opened" });
    assert_eq!(link.next().await.unwrap(), receipt("receipt"));
    assert_eq!(link.next().await.unwrap(), receipt("receipt"), "said again");
    link.send(&receipt("noted")).await;
    assert!(client.until(SOON, |view| view.unanswered == 0).await);
    link.send(&revoke("ins_1")).await;
    assert_eq!(link.next().await.unwrap(), ack("ins_1", "opened"));
    assert_eq!(titles(&client), []);
}

#[tokio::test]
async fn an_acknowledgement_survives_the_loss_of_its_connection() {
    let mut gateway = Gateway::start().await;
    let client = Client::start(settings(&gateway));
    let mut link = registered(&mut gateway, &client).await;
    link.send(&revoke("ins_1")).await;
    assert_eq!(link.next().await.unwrap(), ack("ins_1", "revoked"));
    drop(link);
    let mut link = gateway.accept().await;
    let said = [link.next().await.unwrap(), link.next().await.unwrap()];
    assert_eq!(said, [json!({ "type": "register" }), ack("ins_1", "revoked")]);
    // Given again, because the service did not hear it: nothing changes on the device.
    link.send(&revoke("ins_1")).await;
    link.send(&acked("ins_1")).await;
    assert_eq!(client.look().bar.entries().len(), 0);
}

#[tokio::test]
async fn a_device_that_was_offline_comes_back_and_registers() {
    let mut gateway = Gateway::start().await;
    let client = Client::start_offline(settings(&gateway));
    assert!(client.until(SOON, |view| view.status == Status::Offline).await);
    client.show(message());
    client.go_online();
    let mut link = registered(&mut gateway, &client).await;
    client.go_offline();
    assert_eq!(link.next().await, None, "it says goodbye");
    assert!(client.until(SOON, |view| view.status == Status::Offline).await);
    client.go_online();
    let mut link = registered(&mut gateway, &client).await;
    link.send(&revoke("ins_1")).await;
    assert!(
        client
            .until(SOON, |view| view.bar.entries().values().all(|entry| entry.shown == Shown::Notice))
            .await
    );
    assert_eq!(client.look().registered, 2);
}

#[tokio::test]
async fn a_device_that_comes_back_shows_nothing_before_it_has_heard_what_it_missed() {
    let mut gateway = Gateway::start().await;
    let client = Client::start(settings(&gateway));
    assert_eq!(client.show(message()), Arrived::Held);
    let mut link = gateway.accept().await;
    assert_eq!(link.next().await.unwrap(), json!({ "type": "register" }));
    link.send(&json!({ "type": "registered", "missed": 1, "more": false })).await;
    assert!(client.until(SOON, |view| view.status == Status::Registered).await);
    assert_eq!((client.look().held, titles(&client)), (1, vec![]), "one is still to come");
    link.send(&revoke("ins_1")).await;
    assert!(client.until(SOON, |view| view.held == 0).await);
    assert_eq!(titles(&client), [("Message revoked".to_owned(), Shown::Notice)]);
    assert_eq!(client.look().bar.sounds(), 0, "the original was never shown");
}

#[tokio::test]
async fn a_message_is_not_held_for_ever_when_nobody_answers() {
    let gateway = Gateway::refusing(503).await;
    let client = Client::start(settings(&gateway));
    assert_eq!(client.show(message()), Arrived::Held);
    assert!(client.until(SOON, |view| view.held == 0).await);
    assert_eq!(titles(&client), [("90 % off".to_owned(), Shown::Message)]);
}

#[tokio::test]
async fn a_device_that_is_cut_off_comes_back() {
    let mut gateway = Gateway::start().await;
    let client = Client::start(settings(&gateway));
    for _ in 0..3 {
        let _link = registered(&mut gateway, &client).await;
        client.cut_off();
        assert!(client.until(SOON, |view| view.status == Status::Connecting).await);
    }
}

#[tokio::test]
async fn a_refused_token_is_not_tried_again_and_again() {
    let mut gateway = Gateway::refusing(401).await;
    let client = Client::start(settings(&gateway));
    assert!(client.until(SOON, |view| view.status == Status::Refused).await);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(gateway.handshakes(), 1);
    while gateway.handshakes() < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn the_bar_is_right_at_once_and_the_acknowledgement_comes_by_chance() {
    let mut gateway = Gateway::start().await;
    let mut settings = settings(&gateway);
    settings.timing.answer_within = Duration::from_hours(1);
    let client = Client::start(settings);
    let mut link = registered(&mut gateway, &client).await;
    client.show(message());
    link.send(&revoke("ins_1")).await;
    assert!(client.until(SOON, |view| view.instructions == 1).await);
    assert_eq!(titles(&client), [("Message revoked".to_owned(), Shown::Notice)]);
    let said = tokio::time::timeout(Duration::from_millis(100), link.next()).await;
    assert!(said.is_err(), "{said:?}");
}

#[tokio::test]
async fn a_gateway_in_trouble_is_tried_again() {
    let mut gateway = Gateway::refusing(503).await;
    let client = Client::start(settings(&gateway));
    while gateway.handshakes() < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(client.look().status, Status::Connecting);
}

#[tokio::test]
async fn a_registration_without_an_answer_is_a_lost_connection() {
    let mut gateway = Gateway::start().await;
    let mut settings = settings(&gateway);
    settings.timing.answer = Duration::from_millis(200);
    let client = Client::start(settings);
    let _silent = gateway.accept().await;
    registered(&mut gateway, &client).await;
    assert_eq!(client.look().registered, 1);
}

#[tokio::test]
async fn what_is_left_is_asked_for_once_the_rest_is_done() {
    let mut gateway = Gateway::start().await;
    let client = Client::start(settings(&gateway));
    let mut link = gateway.accept().await;
    link.next().await.unwrap();
    link.send(&revoke("ins_1")).await;
    link.send(&json!({ "type": "registered", "missed": 1, "more": true })).await;
    assert_eq!(link.next().await.unwrap(), ack("ins_1", "revoked"));
    link.send(&acked("ins_1")).await;
    let next = loop {
        match link.next().await.unwrap() {
            repeated if repeated == ack("ins_1", "revoked") => {}
            next => break next,
        }
    };
    assert_eq!(next, json!({ "type": "register" }));
    drop(client);
}

#[tokio::test]
async fn a_connection_is_kept_by_registering_again() {
    let mut gateway = Gateway::start().await;
    let mut settings = settings(&gateway);
    settings.timing.register_every = Duration::from_millis(100);
    let client = Client::start(settings);
    let mut link = registered(&mut gateway, &client).await;
    for _ in 0..3 {
        assert_eq!(link.next().await.unwrap(), json!({ "type": "register" }));
        link.send(&json!({ "type": "registered", "missed": 0, "more": false })).await;
    }
}

#[tokio::test]
async fn what_a_newer_service_says_is_ignored() {
    let mut gateway = Gateway::start().await;
    let client = Client::start(settings(&gateway));
    let mut link = registered(&mut gateway, &client).await;
    for frame in [json!({ "type": "news" }), json!([]), json!({ "message": "Internal server error" })] {
        link.send(&frame).await;
    }
    link.send(&revoke("ins_1")).await;
    assert_eq!(link.next().await.unwrap(), ack("ins_1", "revoked"));
    assert_eq!(client.look().registered, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_devices_half_of_them_away_and_shaken_end_without_the_original() {
    let mut gateway = Gateway::obliging(|| vec![revoke("ins_1")]).await;
    let devices = (0..1_000).map(|nth| (format!("d{nth}"), settings(&gateway)));
    let fleet = Fleet::start(devices, |name| name.ends_with(['0', '2', '4', '6', '8']));
    for (nth, (_, client)) in fleet.iter().enumerate() {
        // For a third of them the message comes late.
        if nth % 3 > 0 {
            client.show(message());
        }
    }
    fleet.shake(200, Duration::from_secs(1)).await;
    fleet.all_online();
    let late = fleet
        .until_all(Duration::from_mins(1), |view| view.instructions > 0 && view.unanswered == 0)
        .await;
    assert_eq!(late, Vec::<&str>::new());
    for (_, client) in fleet.iter() {
        client.show(message());
    }
    assert_eq!(
        fleet.count(|view| view.bar.entries().values().any(|entry| entry.shown == Shown::Message)),
        0
    );
    assert_eq!(fleet.count(|view| view.bar.entries().len() == 1), 1_000);
    assert!(gateway.handshakes() > 1_000, "nobody was shaken");
}
