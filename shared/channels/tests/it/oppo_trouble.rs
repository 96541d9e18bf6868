//! OPPO over real HTTPS when something goes wrong.

use futures::future::join_all;
use jiff::Timestamp;
use revocation_app::ports::ChannelClient;
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;
use serde_json::json;

use crate::oppo::{BATCH, LOGIN, SEND, client, code, document, logged_in, messages, oppo, revoke, taken};
use crate::server::{Do, Server};
use crate::support::{Documents, ManualClock, count, devices, ended, misconfigured, overwritten, throttled, transient};

#[tokio::test]
async fn a_session_that_ran_out_is_renewed_once_and_the_call_repeated() {
    for refusal in [11, 29] {
        let server = oppo(move |seen, n| if n == 0 { code(refusal) } else { taken(seen, |_| None) }).await;
        assert_eq!(revoke(&server, &devices(2)).await, vec![overwritten(); 2]);
        assert_eq!((server.seen_at(LOGIN).len(), server.seen_at(BATCH).len()), (2, 2));
    }
}

#[tokio::test]
async fn a_session_refused_twice_waits_for_a_person() {
    let server = oppo(|_, _| code(11)).await;
    assert_eq!(revoke(&server, &devices(2)).await, vec![misconfigured("oppo:11"); 2]);
    assert_eq!((server.seen_at(LOGIN).len(), server.seen_at(BATCH).len()), (2, 2));
}

#[tokio::test]
async fn fifty_orders_at_once_share_one_login_and_one_reading_of_the_credentials() {
    let server = oppo(|seen, _| taken(seen, |_| None)).await;
    let documents = Documents::new([Some(document("s"))]);
    let client = client(&server, &documents, &ManualClock::new());
    let case = devices(3);
    let all = join_all((0..50).map(|_| case.revoke(&*client))).await;
    assert!(all.iter().all(|answers| *answers == vec![overwritten(); 3]));
    assert_eq!((server.seen_at(LOGIN).len(), server.seen_at(BATCH).len()), (1, 50));
    assert_eq!(documents.reads(), 1);
}

#[tokio::test]
async fn a_session_of_a_day_is_renewed_before_its_end() {
    let server = oppo(|seen, _| taken(seen, |_| None)).await;
    let clock = ManualClock::new();
    let client = client(&server, &Documents::new([Some(document("s"))]), &clock);
    for (advance_hours, logins) in [(0, 1), (19, 1), (5, 2)] {
        clock.advance_secs(advance_hours * 3_600 - 1);
        devices(1).revoke(&*client).await;
        assert_eq!(server.seen_at(LOGIN).len(), logins);
    }
}

#[tokio::test]
async fn a_rotated_secret_is_read_at_once() {
    let old = "1ba0b1c7e2f9d8a6";
    let server = Server::http1(move |seen, n| match (seen.path.as_str(), n) {
        (LOGIN, 0) => code(16),
        (LOGIN, _) => logged_in(),
        _ => taken(seen, |_| None),
    })
    .await;
    let documents = Documents::new([Some(document(old)), Some(document("new"))]);
    let answers = devices(1).revoke(&*client(&server, &documents, &ManualClock::new())).await;
    assert_eq!(answers, [overwritten()]);
    let logins = server.seen_at(LOGIN);
    assert_eq!(logins.len(), 2);
    assert_ne!(logins[0].field("sign"), logins[1].field("sign"));
}

#[tokio::test]
async fn a_secret_that_stays_wrong_waits_for_a_person() {
    for (refusal, reason) in [(14, "oppo:login_14"), (16, "oppo:login_16"), (28, "oppo:login_28")] {
        let server = Server::http1(move |_, _| code(refusal)).await;
        assert_eq!(revoke(&server, &devices(2)).await, vec![misconfigured(reason); 2]);
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_throttled_order_starts_no_further_call() {
    for (first, reason, wait) in [
        (Do::answer(503, "").retry_after("7"), "oppo:http_503", Some(7)),
        (Do::answer(502, "").retry_after("7"), "oppo:http_502", Some(7)),
        (code(-2).retry_after("7"), "oppo:-2", Some(7)),
        (code(55), "oppo:55", None),
    ] {
        let server = oppo(move |seen, n| match n {
            0 => first.clone(),
            _ => taken(seen, |_| None).after_ms(200),
        })
        .await;
        let answers = revoke(&server, &devices(6_000)).await;
        assert_eq!(count(&answers, &throttled(reason, wait)), 1_000);
        assert_eq!(count(&answers, &overwritten()), 3_000);
        assert_eq!(count(&answers, &Answer::NotTried), 2_000);
    }
}

/// One worker does many orders. What one is told, the others need not ask.
#[tokio::test]
async fn an_order_within_the_pause_that_another_was_told_asks_nobody() {
    let server = oppo(move |seen, n| match n {
        0 => Do::answer(503, "").retry_after("30"),
        _ => taken(seen, |_| None),
    })
    .await;
    let clock = ManualClock::new();
    let client = client(&server, &Documents::new([Some(document("s"))]), &clock);
    assert_eq!(devices(2).revoke(&*client).await, vec![throttled("oppo:http_503", Some(30)); 2]);
    clock.advance_secs(10);
    assert_eq!(devices(2).revoke(&*client).await, vec![throttled("oppo:http_503", Some(20)); 2]);
    assert_eq!(server.seen_at(BATCH).len(), 1);
    clock.advance_secs(20);
    assert_eq!(devices(2).revoke(&*client).await, vec![overwritten(); 2]);
}

#[tokio::test]
async fn when_the_days_quota_is_used_up_nothing_more_is_asked() {
    let server = oppo(|_, _| code(33)).await;
    let answers = revoke(&server, &devices(9_000)).await;
    assert_eq!(answers, vec![ended(Outcome::Failed, "oppo:33"); 9_000]);
    assert!(server.seen_at(BATCH).len() < 9);
}

#[tokio::test]
async fn a_repeat_carries_the_ids_of_the_first_try() {
    let server = oppo(|seen, n| match n {
        0 => Do::drop_connection(),
        _ => taken(seen, |_| Some(32)),
    })
    .await;
    let client = client(&server, &Documents::new([Some(document("s"))]), &ManualClock::new());
    assert_eq!(devices(2).revoke(&*client).await, vec![transient("oppo:connection_broken"); 2]);
    assert_eq!(devices(2).revoke(&*client).await, vec![overwritten(); 2], "32: it had arrived");
    let tries = server.seen_at(BATCH);
    let ids = |n: usize| -> Vec<_> {
        let id = |message: &serde_json::Value| message["notification"]["app_message_id"].clone();
        messages(&tries[n]).iter().map(id).collect()
    };
    assert_eq!(ids(0), ids(1));
    assert_ne!(ids(0)[0], ids(0)[1]);
}

#[tokio::test]
async fn a_batch_that_says_nothing_of_a_target_is_asked_again_for_it() {
    let data = json!([{"messageId": "m", "registrationId": "r1"}]);
    let body = json!({"code": 0, "message": "success", "data": data}).to_string();
    let server = oppo(move |_, _| Do::answer(200, body.clone())).await;
    assert_eq!(revoke(&server, &devices(2)).await, [transient("oppo:unnamed"), overwritten()]);
}

#[tokio::test]
async fn a_slow_answer_may_be_asked_for_again() {
    let server = oppo(|_, _| code(0).after_ms(60_000)).await;
    assert_eq!(revoke(&server, &devices(1)).await, [transient("oppo:timeout")]);
    let server = Server::http1(|_, _| logged_in().after_ms(60_000)).await;
    assert_eq!(revoke(&server, &devices(1)).await, [transient("oppo:login_timeout")]);
}

#[tokio::test]
async fn after_the_deadline_nothing_is_asked() {
    let server = oppo(|seen, _| taken(seen, |_| None)).await;
    let client = client(&server, &Documents::new([Some(document("s"))]), &ManualClock::new());
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    assert_eq!(devices(2).revoke_until(&*client, now).await, vec![Answer::NotTried; 2]);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_long_text_is_sent_in_the_long_style() {
    let server = oppo(|seen, _| taken(seen, |_| None)).await;
    let client = client(&server, &Documents::new([Some(document("s"))]), &ManualClock::new());
    for (length, style) in [(50, 1), (51, 2)] {
        let case = devices(1).saying(&"x".repeat(length));
        let client: &dyn ChannelClient = &*client;
        assert_eq!(case.revoke(client).await, [overwritten()]);
        assert_eq!(messages(server.seen_at(SEND).last().unwrap())[0]["notification"]["style"], style);
    }
}
