//! Meizu over real HTTPS.

use revocation_rules::batch::Handle;
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;
use serde_json::{Value, json};

use crate::server::{Do, Seen, Server};
use crate::support::{
    Case, Documents, ManualClock, client_of, count, ended, misconfigured, overwritten, revoke_at, throttled, transient, unknown,
};

const SEND: &str = "/garcia/api/server/push/varnished/pushByPushId";

fn document(secret: &str) -> String {
    json!({"app_id": "100999", "app_secret": secret}).to_string()
}

fn taken(value: &Value) -> Do {
    Do::answer(
        200,
        json!({"code": "200", "message": "", "value": value, "msgId": "c2ee"}).to_string(),
    )
}

fn code(code: &str) -> Do {
    Do::answer(200, json!({"code": code, "message": "m", "value": "", "redirect": ""}).to_string())
}

/// `count` deliveries with one notify key.
fn devices(count: usize) -> Case {
    Case::new((0..count).map(|n| (format!("p{n}"), Some(Handle::NotifyKey("rv9abc".to_owned())))))
}

/// A delivery for each of so many notify keys.
fn keys(count: usize) -> Case {
    Case::new((0..count).map(|n| (format!("p{n}"), Some(Handle::NotifyKey(format!("k{n}"))))))
}

async fn revoke(server: &Server, case: &Case) -> Vec<Answer> {
    revoke_at(Channel::Meizu, server, document("s"), case).await
}

fn push_ids(seen: &Seen) -> Vec<String> {
    seen.field("pushIds").split(',').map(str::to_owned).collect()
}

#[tokio::test]
async fn a_call_is_for_a_hundred_devices_at_most() {
    let server = Server::http1(|_, _| taken(&json!({}))).await;
    assert_eq!(revoke(&server, &devices(250)).await, vec![overwritten(); 250]);
    let sends = server.seen_at(SEND);
    let mut sizes: Vec<usize> = sends.iter().map(|seen| push_ids(seen).len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [50, 100, 100]);
    assert_eq!(server.seen().len(), sends.len(), "there is no login");
    assert_eq!(sends[0].header("content-type"), "application/x-www-form-urlencoded;charset=UTF-8");
    let message: Value = serde_json::from_str(&sends[0].field("messageJson")).unwrap();
    assert_eq!(
        message,
        json!({
            "noticeBarInfo": {"noticeMsgType": 1, "noticeBarType": 0, "title": "Message revoked", "content": "planted-text"},
            "clickTypeInfo": {"clickType": 0},
            "pushTimeInfo": {"offLine": 1, "validTime": 72},
            "advanceInfo": {
                "suspend": 0,
                "clearNoticeBar": 1,
                "notificationType": {"vibrate": 0, "lights": 0, "sound": 0},
                "notifyKey": "rv9abc",
            },
        })
    );
}

#[tokio::test]
async fn what_has_no_notify_key_or_no_single_push_id_is_not_asked_for() {
    let server = Server::http1(|_, _| taken(&json!({}))).await;
    let case = Case::new([
        ("p0".to_owned(), None),
        ("p1".to_owned(), Some(Handle::NotifyId(7))),
        ("p2,p3".to_owned(), Some(Handle::NotifyKey("k".to_owned()))),
        ("p4".to_owned(), Some(Handle::NotifyKey("k".to_owned()))),
    ]);
    let without = ended(Outcome::NotRevocable, "sent_without_notify_id");
    let two = ended(Outcome::TargetGone, "meizu:not_a_push_id");
    assert_eq!(revoke(&server, &case).await, [without.clone(), without, two, overwritten()]);
    assert_eq!(push_ids(&server.seen()[0]), ["p4"]);
}

#[tokio::test]
async fn devices_in_the_answers_value_end_by_their_codes_and_the_others_are_overwritten() {
    let value = json!({"110002": ["p1"], "110010": ["p2"], "201": ["p3"], "513": ["p4"]});
    let server = Server::http1(move |_, _| taken(&value)).await;
    assert_eq!(
        revoke(&server, &devices(6)).await,
        [
            overwritten(),
            unknown("meizu:110002"),
            ended(Outcome::TargetGone, "meizu:110010"),
            ended(Outcome::Refused, "meizu:201"),
            transient("meizu:513"),
            overwritten(),
        ]
    );
}

#[tokio::test]
async fn a_device_that_is_asked_too_often_waits_alone() {
    // Its call is one of the first four of twenty, and no other is left out for it.
    let server = Server::http1(|seen, _| {
        let folded = push_ids(seen).contains(&"p0".to_owned());
        taken(&if folded { json!({"520": ["p0"]}) } else { json!({}) })
    })
    .await;
    let answers = revoke(&server, &keys(20)).await;
    assert_eq!(answers[0], throttled("meizu:520", Some(60)));
    assert_eq!(count(&answers, &overwritten()), 19);
}

#[tokio::test]
async fn an_app_that_is_too_fast_starts_no_further_call() {
    let server = Server::http1(|_, n| match n {
        0 => code("110010").retry_after("7"),
        _ => taken(&json!({})).after_ms(200),
    })
    .await;
    let answers = revoke(&server, &keys(20)).await;
    assert_eq!(count(&answers, &throttled("meizu:110010", Some(7))), 1);
    assert_eq!(count(&answers, &overwritten()), 3);
    assert_eq!(count(&answers, &Answer::NotTried), 16);
}

#[tokio::test]
async fn a_day_s_quota_that_is_used_up_ends_the_order() {
    for last in [code("110051"), taken(&json!({"110011": ["p0"]}))] {
        let server = Server::http1(move |_, _| last.clone()).await;
        let answers = revoke(&server, &devices(1)).await;
        let Answer::Ended { outcome, reason } = &answers[0] else {
            panic!("{answers:?}")
        };
        assert_eq!(*outcome, Outcome::Failed, "{reason}");
    }
}

#[tokio::test]
async fn who_is_meant_is_found_in_halves_where_it_can_not_be_read() {
    let server = Server::http1(|seen, _| {
        let bad = push_ids(seen).contains(&"p5".to_owned());
        taken(&if bad { json!({"110002": ["***"]}) } else { json!({}) })
    })
    .await;
    let mut expected = vec![overwritten(); 8];
    expected[5] = unknown("meizu:value_unreadable");
    assert_eq!(revoke(&server, &devices(8)).await, expected);
    // Eight, two of four, two of two, two of one.
    assert_eq!(server.seen().len(), 7);
}

#[tokio::test]
async fn each_answer_reaches_every_delivery_of_its_call() {
    for (said, expected) in [
        ("110003", unknown("meizu:110003")),
        ("1005", ended(Outcome::Refused, "meizu:1005")),
        ("110009", misconfigured("meizu:110009")),
        ("1001", transient("meizu:1001")),
        ("1003", throttled("meizu:1003", None)),
    ] {
        let server = Server::http1(move |_, _| code(said)).await;
        assert_eq!(revoke(&server, &devices(2)).await, [expected.clone(), expected]);
    }
}

#[tokio::test]
async fn a_rotated_secret_is_read_at_once_and_one_that_stays_wrong_waits_for_a_person() {
    let first = std::sync::Mutex::new(String::new());
    let server = Server::http1(move |seen, _| {
        let mut first = first.lock().unwrap();
        if first.is_empty() {
            *first = seen.field("sign");
        }
        // What the old secret signs is refused.
        if *first == seen.field("sign") {
            code("1006")
        } else {
            taken(&json!({}))
        }
    })
    .await;
    let documents = Documents::new([Some(document("old")), Some(document("new"))]);
    let client = client_of(Channel::Meizu, &server, &documents, &ManualClock::new());
    assert_eq!(devices(2).revoke(&*client).await, vec![overwritten(); 2]);

    let server = Server::http1(|_, _| code("1006")).await;
    assert_eq!(revoke(&server, &devices(2)).await, vec![misconfigured("meizu:1006"); 2]);
}
