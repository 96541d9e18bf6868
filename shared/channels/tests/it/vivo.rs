//! vivo over real HTTPS: what is asked, and what each answer comes to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use revocation_app::ports::ChannelClient;
use revocation_channels::{Settings, connect_with};
use revocation_rules::batch::Handle;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;
use serde_json::{Value, json};

use crate::server::{Do, Seen, Server};
use crate::support::{
    Case, Documents, ManualClock, TIMEOUTS, client_of, ended, misconfigured, no_sessions, overwritten, recalled, revoke_at, settings,
    throttled, transient, unknown,
};

pub const LOGIN: &str = "/message/auth";
pub const RECALL: &str = "/message/recall";
pub const SEND: &str = "/message/send";
pub const SAVE: &str = "/message/saveListPayload";
pub const LIST: &str = "/message/pushToList";

pub fn document(secret: &str) -> String {
    json!({"app_id": 10_004, "app_key": "key", "app_secret": secret, "category": "IM"}).to_string()
}

/// An answer as vivo gives it: HTTP 200, whatever the result.
pub fn result(code: i64) -> Do {
    Do::answer(200, json!({"result": code, "desc": "d", "taskId": "9001"}).to_string())
}

pub fn logged_in() -> Do {
    Do::answer(200, json!({"result": 0, "desc": "d", "authToken": "session"}).to_string())
}

pub fn devices_of(seen: &Seen) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    match seen.path.as_str() {
        SEND => vec![text(&seen.json()["regId"])],
        _ => seen.json()["regIds"].as_array().unwrap().iter().map(text).collect(),
    }
}

/// A server that lets everybody in and answers the rest as told; the rest is numbered from 0.
pub async fn vivo(rest: impl Fn(&Seen, usize) -> Do + Send + Sync + 'static) -> Server {
    let asked = AtomicUsize::new(0);
    Server::http1(move |seen, _| match seen.path.as_str() {
        LOGIN => logged_in(),
        _ => rest(seen, asked.fetch_add(1, Ordering::SeqCst)),
    })
    .await
}

pub fn client_with(settings: &Settings, documents: &Arc<Documents>, clock: &Arc<ManualClock>) -> Box<dyn ChannelClient> {
    connect_with(Channel::Vivo, settings, TIMEOUTS, documents.clone(), no_sessions(), clock.clone()).unwrap()
}

pub fn client(server: &Server, documents: &Arc<Documents>, clock: &Arc<ManualClock>) -> Box<dyn ChannelClient> {
    client_of(Channel::Vivo, server, documents, clock)
}

pub async fn revoke(server: &Server, case: &Case) -> Vec<Answer> {
    revoke_at(Channel::Vivo, server, document("s"), case).await
}

/// `count` deliveries with one notify id, of one sending.
pub fn devices(count: usize) -> Case {
    Case::new((0..count).map(|n| (format!("r{n}"), Some(Handle::NotifyId(7))))).sent_as(vec![Some("task"); count])
}

pub fn counts(server: &Server) -> [usize; 4] {
    [RECALL, SEND, SAVE, LIST].map(|path| server.seen_at(path).len())
}

#[tokio::test]
async fn a_recall_is_one_call_for_each_sending() {
    let server = vivo(|_, _| result(0)).await;
    for strategy in [Strategy::Recall, Strategy::RecallThenOverwrite] {
        let case = devices(5).sent_as(["a", "b", "a", "a", "b"].map(Some)).by(strategy);
        assert_eq!(revoke(&server, &case).await, vec![recalled(); 5]);
    }
    assert_eq!(counts(&server), [4, 0, 0, 0]);
    let recall = &server.seen_at(RECALL)[0];
    assert_eq!(recall.header("authtoken"), "session");
    let mut recalls: Vec<Value> = server.seen_at(RECALL)[..2].iter().map(Seen::json).collect();
    recalls.sort_by_key(|body| body["taskId"].to_string());
    assert_eq!(
        recalls,
        [json!({"appId": 10_004, "taskId": "a"}), json!({"appId": 10_004, "taskId": "b"})]
    );
}

#[tokio::test]
async fn the_recall_is_where_the_settings_say() {
    let server = vivo(|_, _| result(0)).await;
    let mut settings = settings(&server.url, &server.ca_pem);
    settings.set.insert("VIVO_RECALL_PATH", "/v2/message/revoke".to_owned());
    let client = client_with(&settings, &Documents::new([Some(document("s"))]), &ManualClock::new());
    assert_eq!(devices(1).by(Strategy::Recall).revoke(&*client).await, [recalled()]);
    assert_eq!(server.seen_at("/v2/message/revoke").len(), 1);
}

#[tokio::test]
async fn one_delivery_is_sent_to_and_a_thousand_share_a_list() {
    for (count, [sends, saves, lists]) in [(1, [1, 0, 0]), (2, [0, 1, 1]), (1_000, [0, 1, 1]), (1_001, [1, 1, 1])] {
        let server = vivo(|_, _| result(0)).await;
        assert_eq!(revoke(&server, &devices(count)).await, vec![overwritten(); count]);
        assert_eq!(counts(&server), [0, sends, saves, lists], "{count}");
        let pushed: usize = [SEND, LIST]
            .iter()
            .flat_map(|path| server.seen_at(path))
            .map(|seen| devices_of(&seen).len())
            .sum();
        assert_eq!(pushed, count);
        assert_eq!(server.seen_at(LOGIN).len(), 1);
    }
}

#[tokio::test]
async fn a_list_names_the_notice_that_was_saved() {
    let server = vivo(|_, _| result(0)).await;
    revoke(&server, &devices(2)).await;
    let login = server.seen_at(LOGIN)[0].json();
    assert_eq!(
        login,
        json!({"appId": 10_004, "appKey": "key", "timestamp": 1_800_000_000_000_i64, "sign": "b193c134a1bd36bb44c22e012b12c8d0"})
    );
    let (saved, list) = (server.seen_at(SAVE)[0].clone(), server.seen_at(LIST)[0].clone());
    assert_eq!((saved.header("authtoken"), list.header("authtoken")), ("session", "session"));
    assert_eq!(saved.header("content-type"), "application/json;charset=utf-8");
    assert_eq!((&saved.json()["notifyId"], &saved.json()["category"]), (&json!(7), &json!("IM")));
    assert_eq!(saved.json()["content"], "planted-text");
    assert_eq!(
        (&list.json()["taskId"], &list.json()["regIds"]),
        (&json!("9001"), &json!(["r0", "r1"]))
    );
    assert_ne!(saved.json()["requestId"], list.json()["requestId"]);
}

#[tokio::test]
async fn what_the_recall_does_not_take_is_overwritten() {
    for refusal in [
        Do::answer(404, ""),
        Do::answer(405, "<html>"),
        result(10155),
        result(10152),
        result(10104),
        result(99_999),
    ] {
        let server = vivo(move |seen, _| if seen.path == RECALL { refusal.clone() } else { result(0) }).await;
        let case = devices(3).by(Strategy::RecallThenOverwrite);
        assert_eq!(revoke(&server, &case).await, vec![overwritten(); 3]);
        assert_eq!(counts(&server), [1, 0, 1, 1]);
        assert_eq!(server.seen_at(SAVE)[0].json()["notifyId"], 7);
    }
}

#[tokio::test]
async fn each_sending_is_recalled_or_overwritten_on_its_own() {
    let server = vivo(|seen, _| match (seen.path.as_str(), seen.json()["taskId"].as_str()) {
        (RECALL, Some("old")) => result(10155),
        _ => result(0),
    })
    .await;
    let case = Case::new((0..5).map(|n| (format!("r{n}"), (n != 3).then_some(Handle::NotifyId(7)))))
        .sent_as([Some("new"), Some("old"), None, Some("old"), Some("new")])
        .by(Strategy::RecallThenOverwrite);
    let no_way_left = ended(Outcome::Refused, "vivo:10155");
    assert_eq!(
        revoke(&server, &case).await,
        [recalled(), overwritten(), overwritten(), no_way_left, recalled()]
    );
    assert_eq!(counts(&server), [2, 2, 0, 0]);
}

#[tokio::test]
async fn a_recall_that_is_not_there_is_asked_for_once() {
    let server = vivo(|seen, _| if seen.path == RECALL { Do::answer(404, "") } else { result(0) }).await;
    let client = client(&server, &Documents::new([Some(document("s"))]), &ManualClock::new());
    for _ in 0..3 {
        let case = devices(2).by(Strategy::RecallThenOverwrite);
        assert_eq!(case.revoke(&*client).await, vec![overwritten(); 2]);
    }
    assert_eq!(counts(&server), [1, 0, 3, 3]);
    // Without a notify id there is nothing else to ask for.
    let case = Case::new([("r0".to_owned(), None)])
        .sent_as([Some("task")])
        .by(Strategy::RecallThenOverwrite);
    assert_eq!(case.revoke(&*client).await, [ended(Outcome::Refused, "vivo:http_404")]);
}

#[tokio::test]
async fn a_delivery_that_brings_nothing_to_take_it_back_by_is_not_asked_for() {
    let server = vivo(|_, _| result(0)).await;
    let bare = |strategy| Case::new([("r0".to_owned(), None)]).by(strategy);
    let without = |reason: &str| [ended(Outcome::NotRevocable, reason)];
    assert_eq!(
        revoke(&server, &bare(Strategy::Recall)).await,
        without("sent_without_vendor_task_id")
    );
    assert_eq!(revoke(&server, &bare(Strategy::Overwrite)).await, without("sent_without_notify_id"));
    assert_eq!(
        revoke(&server, &bare(Strategy::RecallThenOverwrite)).await,
        without("sent_without_notify_id")
    );
    assert_eq!(counts(&server), [0; 4]);
}

#[tokio::test]
async fn invalid_users_are_gone_and_the_others_overwritten() {
    let users = json!([{"status": 1, "userid": "r1"}, {"status": 2, "userid": "r3"}]);
    let body = json!({"result": 0, "desc": "d", "requestId": "1", "invalidUsers": users}).to_string();
    let server = vivo(move |seen, _| {
        if seen.path == LIST {
            Do::answer(200, body.clone())
        } else {
            result(0)
        }
    })
    .await;
    let gone = |status: u8| {
        let reason = format!("vivo:invalid_user_{status}");
        if status == 2 {
            ended(Outcome::TargetGone, &reason)
        } else {
            unknown(&reason)
        }
    };
    assert_eq!(revoke(&server, &devices(4)).await, [overwritten(), gone(1), overwritten(), gone(2)]);

    let body = json!({"result": 0, "taskId": "1", "invalidUser": {"status": 2, "userid": "r0"}}).to_string();
    let server = vivo(move |_, _| Do::answer(200, body.clone())).await;
    assert_eq!(revoke(&server, &devices(1)).await, [gone(2)]);
}

#[tokio::test]
async fn one_bad_id_that_spoils_a_list_is_found_and_the_others_are_overwritten() {
    let server = vivo(|seen, _| {
        let is_bad = seen.path != SAVE && devices_of(seen).iter().any(|device| device == "r5");
        result(if is_bad { 10302 } else { 0 })
    })
    .await;
    let answers = revoke(&server, &devices(100)).await;
    for (slot, answer) in answers.into_iter().enumerate() {
        let expected = if slot == 5 { unknown("vivo:10302") } else { overwritten() };
        assert_eq!(answer, expected, "{slot}");
    }
    assert_eq!(server.seen_at(SAVE).len(), 1);
    assert!(server.seen().len() < 25);
}

/// vivo's documented codes; what an overwrite that is told so comes to; and
/// whether `recall_then_overwrite` overwrites what a recall that is told so did not take.
fn codes() -> Vec<(i64, Answer, bool)> {
    let reason = |code: i64| format!("vivo:{code}");
    let mut table = Vec::new();
    for code in [10050, 10302] {
        table.push((code, unknown(&reason(code)), true));
    }
    table.push((10311, ended(Outcome::TargetGone, &reason(10311)), true));
    for code in [10051, 10103, 10104, 10150, 10151, 10152, 10153, 10155, 10352, 10353]
        .into_iter()
        .chain(10054..=10067)
        .chain(10095..=10097)
    {
        table.push((code, ended(Outcome::Refused, &reason(code)), true));
    }
    for code in [10070, 10071, 10073, 10252] {
        table.push((code, ended(Outcome::Failed, &reason(code)), false));
    }
    // 10000 after a renewal: the app's right to push is at fault.
    for code in [10000, 10043, 10045, 10082, 10094].into_iter().chain(10200..=10207) {
        table.push((code, misconfigured(&reason(code)), false));
    }
    for code in [10040, 10072, 10093] {
        table.push((code, throttled(&reason(code), None), false));
    }
    for code in [10085, 10110, 10111, 99_999] {
        table.push((code, transient(&reason(code)), true));
    }
    table
}

#[tokio::test]
async fn every_documented_code_has_its_outcome_under_every_strategy() {
    for (code, expected, overwrites) in codes() {
        let server = vivo(move |_, _| result(code)).await;
        assert_eq!(revoke(&server, &devices(1)).await, std::slice::from_ref(&expected), "{code}");
        let asked = if code == 10000 { 2 } else { 1 };
        assert_eq!(counts(&server), [0, asked, 0, 0], "{code}");

        let server = vivo(move |seen, _| result(if seen.path == RECALL { code } else { 0 })).await;
        // What a recall never will take back is refused, with its code.
        let refused = ended(Outcome::Refused, &format!("vivo:{code}"));
        let alone = if overwrites { refused } else { expected.clone() };
        assert_eq!(revoke(&server, &devices(1).by(Strategy::Recall)).await, [alone], "{code}");
        assert_eq!(counts(&server), [asked, 0, 0, 0], "{code}");

        let then = if overwrites { overwritten() } else { expected };
        assert_eq!(
            revoke(&server, &devices(1).by(Strategy::RecallThenOverwrite)).await,
            [then],
            "{code}"
        );
        assert_eq!(counts(&server), [2 * asked, usize::from(overwrites), 0, 0], "{code}");
    }
}
