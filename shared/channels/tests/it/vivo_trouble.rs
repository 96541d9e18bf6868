//! vivo over real HTTPS when something goes wrong.

use jiff::Timestamp;
use revocation_rules::batch::Handle;
use revocation_rules::channel::Strategy;
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;
use serde_json::json;

use crate::server::{Do, Server};
use crate::support::{Case, Documents, ManualClock, count, ended, misconfigured, overwritten, recalled, throttled, transient};
use crate::vivo::{LIST, LOGIN, RECALL, SAVE, SEND, client, counts, devices, document, logged_in, result, revoke, vivo};

/// `count` deliveries, each with a sending and a notify id of its own.
fn singles(count: u32) -> Case {
    let tasks: Vec<String> = (0..count).map(|n| format!("task{n}")).collect();
    Case::new((0..count).map(|n| (format!("r{n}"), Some(Handle::NotifyId(n + 1))))).sent_as(tasks.iter().map(|task| Some(task.as_str())))
}

#[tokio::test]
async fn a_session_that_ran_out_is_renewed_once_and_the_call_repeated() {
    for (refusal, at) in [
        (result(10000), RECALL),
        (Do::answer(401, ""), RECALL),
        (result(10000), SAVE),
        (result(10000), LIST),
    ] {
        let strategy = if at == RECALL { Strategy::Recall } else { Strategy::Overwrite };
        let refused = std::sync::atomic::AtomicBool::new(false);
        let server = vivo(move |seen, _| {
            if seen.path == at && !refused.swap(true, std::sync::atomic::Ordering::SeqCst) {
                refusal.clone()
            } else {
                result(0)
            }
        })
        .await;
        let taken = if at == RECALL { recalled() } else { overwritten() };
        assert_eq!(revoke(&server, &devices(2).by(strategy)).await, vec![taken; 2]);
        assert_eq!((server.seen_at(LOGIN).len(), server.seen_at(at).len()), (2, 2));
    }
}

#[tokio::test]
async fn a_session_refused_twice_waits_for_a_person() {
    let server = vivo(|_, _| result(10000)).await;
    for strategy in [Strategy::Overwrite, Strategy::Recall, Strategy::RecallThenOverwrite] {
        let answers = revoke(&server, &devices(2).by(strategy)).await;
        assert_eq!(answers, vec![misconfigured("vivo:10000"); 2]);
    }
    assert_eq!(counts(&server), [4, 0, 2, 0]);
}

#[tokio::test]
async fn a_session_is_renewed_every_two_hours() {
    let server = vivo(|_, _| result(0)).await;
    let clock = ManualClock::new();
    let client = client(&server, &Documents::new([Some(document("s"))]), &clock);
    for (advance_s, logins) in [(0, 1), (5_400, 1), (1_800, 2)] {
        clock.advance_secs(advance_s);
        devices(1).revoke(&*client).await;
        assert_eq!(server.seen_at(LOGIN).len(), logins);
    }
}

#[tokio::test]
async fn a_rotated_secret_is_read_at_once() {
    let server = Server::http1(|seen, n| match (seen.path.as_str(), n) {
        (LOGIN, 0) => result(10202),
        (LOGIN, _) => logged_in(),
        _ => result(0),
    })
    .await;
    let documents = Documents::new([Some(document("old")), Some(document("new"))]);
    let answers = devices(1).revoke(&*client(&server, &documents, &ManualClock::new())).await;
    assert_eq!(answers, [overwritten()]);
    let logins = server.seen_at(LOGIN);
    assert_eq!(logins.len(), 2);
    assert_ne!(logins[0].json()["sign"], logins[1].json()["sign"]);
}

#[tokio::test]
async fn a_secret_that_stays_wrong_waits_for_a_person() {
    for code in [10200, 10202, 10094] {
        let server = Server::http1(move |_, _| result(code)).await;
        let expected = misconfigured(&format!("vivo:login_{code}"));
        assert_eq!(revoke(&server, &devices(2)).await, vec![expected; 2]);
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_throttled_order_starts_no_further_call() {
    for (first, reason, wait) in [
        (Do::answer(429, "").retry_after("7"), "vivo:http_429", Some(7)),
        (result(10072).retry_after("7"), "vivo:10072", Some(7)),
        (result(10040), "vivo:10040", None),
    ] {
        for strategy in [Strategy::Overwrite, Strategy::RecallThenOverwrite] {
            let first = first.clone();
            let server = vivo(move |_, n| if n == 0 { first.clone() } else { result(0).after_ms(200) }).await;
            let answers = revoke(&server, &singles(20).by(strategy)).await;
            assert_eq!(count(&answers, &throttled(reason, wait)), 1);
            assert_eq!(count(&answers, &overwritten()) + count(&answers, &recalled()), 3);
            assert_eq!(count(&answers, &Answer::NotTried), 16);
        }
    }
}

#[tokio::test]
async fn when_the_days_quota_is_used_up_nothing_more_is_asked() {
    for strategy in [Strategy::Overwrite, Strategy::RecallThenOverwrite] {
        let server = vivo(|_, _| result(10073)).await;
        let answers = revoke(&server, &singles(20).by(strategy)).await;
        assert_eq!(answers, vec![ended(Outcome::Failed, "vivo:10073"); 20]);
        assert!(server.seen().len() < 20);
    }
}

#[tokio::test]
async fn a_quota_that_ends_between_saving_and_pushing_ends_the_order() {
    let server = vivo(|seen, _| result(if seen.path == LIST { 10073 } else { 0 })).await;
    assert_eq!(revoke(&server, &devices(3)).await, vec![ended(Outcome::Failed, "vivo:10073"); 3]);
    assert_eq!(counts(&server), [0, 0, 1, 1]);
}

#[tokio::test]
async fn a_recall_that_failed_is_not_overwritten_but_asked_for_again() {
    for (trouble, expected) in [
        (Do::answer(500, ""), transient("vivo:http_500")),
        (Do::drop_connection(), transient("vivo:connection_broken")),
        (result(0).after_ms(60_000), transient("vivo:timeout")),
    ] {
        let server = vivo(move |_, _| trouble.clone()).await;
        let answers = revoke(&server, &devices(2).by(Strategy::RecallThenOverwrite)).await;
        assert_eq!(answers, vec![expected; 2]);
        assert_eq!(counts(&server), [1, 0, 0, 0]);
    }
}

#[tokio::test]
async fn a_repeat_carries_the_ids_of_the_first_try() {
    let server = vivo(|seen, n| {
        if seen.path == LIST && n < 2 {
            Do::drop_connection()
        } else {
            result(0)
        }
    })
    .await;
    let client = client(&server, &Documents::new([Some(document("s"))]), &ManualClock::new());
    assert_eq!(devices(2).revoke(&*client).await, vec![transient("vivo:connection_broken"); 2]);
    assert_eq!(devices(2).revoke(&*client).await, vec![overwritten(); 2]);
    for path in [SAVE, LIST] {
        let tries = server.seen_at(path);
        assert_eq!(tries.len(), 2);
        assert_eq!(tries[0].json()["requestId"], tries[1].json()["requestId"]);
    }
}

#[tokio::test]
async fn a_saved_notice_that_has_no_id_or_is_gone_is_saved_again() {
    let body = json!({"result": 0, "desc": "d"}).to_string();
    let server = vivo(move |_, _| Do::answer(200, body.clone())).await;
    assert_eq!(revoke(&server, &devices(2)).await, vec![transient("vivo:unreadable"); 2]);
    let server = vivo(|seen, _| result(if seen.path == LIST { 10155 } else { 0 })).await;
    assert_eq!(revoke(&server, &devices(2)).await, vec![transient("vivo:10155"); 2]);
}

#[tokio::test]
async fn saving_a_notice_names_no_device_that_could_be_gone() {
    for code in [10050, 10302, 10311] {
        let server = vivo(move |_, _| result(code)).await;
        assert_eq!(revoke(&server, &devices(2)).await, vec![transient(&format!("vivo:{code}")); 2]);
    }
}

#[tokio::test]
async fn after_the_deadline_nothing_is_asked() {
    let server = vivo(|_, _| result(0)).await;
    let client = client(&server, &Documents::new([Some(document("s"))]), &ManualClock::new());
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    assert_eq!(devices(2).revoke_until(&*client, now).await, vec![Answer::NotTried; 2]);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_deadline_between_two_calls_leaves_the_second_for_later() {
    let clock = ManualClock::new();
    let late = clock.clone();
    let server = vivo(move |seen, _| {
        if seen.path == RECALL {
            late.advance_secs(60);
            result(10155)
        } else {
            result(0)
        }
    })
    .await;
    let client = client(&server, &Documents::new([Some(document("s"))]), &clock);
    let until = Timestamp::from_second(1_800_000_030).unwrap();
    let answers = devices(2).by(Strategy::RecallThenOverwrite).revoke_until(&*client, until).await;
    assert_eq!(answers, vec![transient("vivo:10155"); 2]);
    assert_eq!(counts(&server), [1, 0, 0, 0]);
}

#[tokio::test]
async fn a_notice_that_is_longer_than_vivo_takes_is_cut() {
    let server = vivo(|_, _| result(0)).await;
    assert_eq!(revoke(&server, &devices(1).saying(&"撤".repeat(60))).await, [overwritten()]);
    assert_eq!(server.seen_at(SEND)[0].json()["content"], "撤".repeat(50));
}
