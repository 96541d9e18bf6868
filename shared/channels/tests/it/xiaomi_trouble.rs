//! Xiaomi when it is busy, slow or silent, when a secret is replaced, and when time runs out.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use revocation_channels::{Settings, connect_with};
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;

use crate::server::{Do, Server};
use crate::support::{
    Case, Documents, ManualClock, TIMEOUTS, count, devices, ended, misconfigured, no_sessions, notify_ids, overwritten, settings,
    throttled, transient,
};
use crate::xiaomi::{RECALL, SEND, client, code, document, revoke};

#[tokio::test]
async fn when_the_days_quota_is_used_up_all_that_is_left_ends_and_nothing_more_is_asked() {
    let server = Server::http1(|_, n| if n == 0 { code(200_001) } else { code(0).after_ms(200) }).await;
    let answers = revoke(&server, &notify_ids(1..21)).await;
    let used_up = ended(Outcome::Failed, "xiaomi:200001");
    assert_eq!((count(&answers, &used_up), count(&answers, &overwritten())), (17, 3));
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn a_quota_that_ends_between_recall_and_overwrite_ends_the_order() {
    let server = Server::http1(|seen, _| code(if seen.path == RECALL { 65028 } else { 10034 })).await;
    let answers = revoke(&server, &notify_ids(1..21).by(Strategy::RecallThenOverwrite)).await;
    assert_eq!(answers, vec![ended(Outcome::Failed, "xiaomi:10034"); 20]);
    assert!(server.seen_at(SEND).len() <= 4, "those in flight");
    assert!(server.seen_at(RECALL).len() <= 8, "those in flight, and those before");
}

#[tokio::test]
async fn a_throttled_order_starts_no_further_call_and_keeps_the_wait() {
    let server = Server::http1(|_, n| {
        if n == 0 {
            code(200_002).retry_after("7")
        } else {
            code(0).after_ms(200)
        }
    })
    .await;
    let answers = revoke(&server, &notify_ids(1..21)).await;
    assert_eq!(count(&answers, &throttled("xiaomi:200002", Some(7))), 1);
    assert_eq!(count(&answers, &overwritten()), 3);
    assert_eq!(count(&answers, &Answer::NotTried), 16);
    assert_eq!(server.in_flight_max(), 4);
}

#[tokio::test]
async fn a_black_hole_and_a_broken_connection_may_be_asked_again() {
    for strategy in [Strategy::Overwrite, Strategy::RecallThenOverwrite] {
        let server = Server::http1(|_, _| code(0).after_ms(60_000)).await;
        assert_eq!(revoke(&server, &devices(1).by(strategy)).await, [transient("xiaomi:timeout")]);
        let server = Server::http1(|_, _| Do::drop_connection()).await;
        let answers = revoke(&server, &devices(1).by(strategy)).await;
        assert_eq!(answers, [transient("xiaomi:connection_broken")]);
        assert!(
            server.seen_at(SEND).is_empty() || strategy == Strategy::Overwrite,
            "nobody knows whether it was recalled"
        );
    }
}

#[tokio::test]
async fn only_what_did_not_end_is_asked_again() {
    let server = Server::http1(|seen, _| code(if seen.field("notify_id") == "2" { 10001 } else { 0 })).await;
    let answers = revoke(&server, &notify_ids(1..4)).await;
    assert_eq!(answers, [overwritten(), transient("xiaomi:10001"), overwritten()]);
    revoke(&server, &notify_ids([2])).await;
    let asked: Vec<String> = server.seen().iter().skip(3).map(|seen| seen.field("registration_id")).collect();
    assert_eq!(asked, ["r2"]);
}

#[tokio::test]
async fn a_rotated_secret_is_read_at_once() {
    let server = Server::http1(|seen, _| code(if seen.header("authorization") == "key=new" { 0 } else { 21301 })).await;
    let documents = Documents::new([Some(document("old")), Some(document("new"))]);
    let client = client(&server, &documents, &ManualClock::new());
    assert_eq!(notify_ids(1..9).revoke(&*client).await, vec![overwritten(); 8]);
    assert_eq!(documents.reads(), 2);
    assert!(server.seen().len() <= 12, "only the calls in flight met the old secret");
}

#[tokio::test]
async fn a_secret_that_stays_wrong_waits_for_a_person() {
    let server = Server::http1(|_, _| code(21301)).await;
    let documents = Documents::new([Some(document("s"))]);
    let client = client(&server, &documents, &ManualClock::new());
    let answers = devices(2).revoke(&*client).await;
    assert_eq!(answers, vec![misconfigured("xiaomi:21301"); 2]);
    assert_eq!(server.seen().len(), 1, "the same secret is not tried twice");
    assert_eq!(documents.reads(), 2);
}

#[tokio::test]
async fn after_the_deadline_nothing_is_asked() {
    let server = Server::http1(|_, _| code(0)).await;
    let client = client(&server, &Documents::new([Some(document("s"))]), &ManualClock::new());
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    assert_eq!(devices(2).revoke_until(&*client, now).await, vec![Answer::NotTried; 2]);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn at_the_deadline_no_call_starts_not_even_the_overwrite_after_a_recall() {
    let clock = ManualClock::new();
    let late = clock.clone();
    let server = Server::http1(move |_, n| {
        if n == 0 {
            late.advance_secs(100);
        }
        code(65028)
    })
    .await;
    let client = client(&server, &Documents::new([Some(document("s"))]), &clock);
    let until = Timestamp::from_second(1_800_000_100).unwrap();
    let case: Case = notify_ids(1..21).by(Strategy::RecallThenOverwrite);
    let answers = case.revoke_until(&*client, until).await;
    let asked = server.seen_at(RECALL).len();
    assert!((1..=4).contains(&asked), "{asked} were asked");
    assert_eq!(count(&answers, &transient("xiaomi:65028")), asked);
    assert_eq!(count(&answers, &Answer::NotTried), 20 - asked);
    assert!(server.seen_at(SEND).is_empty());
}

#[tokio::test]
async fn a_rate_cuts_an_order_into_pieces_of_a_second() {
    let server = Server::http1(|_, _| code(0)).await;
    let settings = Settings {
        rate_per_second: 40,
        workers: 4,
        ..settings(&server.url, &server.ca_pem)
    };
    let documents = Documents::new([Some(document("s"))]);
    let client = connect_with(Channel::Xiaomi, &settings, TIMEOUTS, documents, no_sessions(), ManualClock::new()).unwrap();
    let started = Instant::now();
    assert_eq!(devices(25).revoke(&*client).await, vec![overwritten(); 25]);
    assert!(started.elapsed() >= Duration::from_millis(1_500));
    let sizes: Vec<usize> = server
        .seen()
        .iter()
        .map(|seen| seen.field("registration_id").split(',').count())
        .collect();
    assert_eq!(sizes, [10, 10, 5]);
}
