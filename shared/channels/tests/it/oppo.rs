//! OPPO over real HTTPS: what is asked, and what each answer comes to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use revocation_app::ports::ChannelClient;
use revocation_rules::batch::Handle;
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;
use serde_json::{Value, json};

use crate::server::{Do, Seen, Server};
use crate::support::{
    Case, Documents, ManualClock, client_of, devices, ended, misconfigured, notify_ids, overwritten, revoke_at, throttled, transient,
    unknown,
};

pub const LOGIN: &str = "/server/v1/auth";
pub const SEND: &str = "/server/v1/message/notification/unicast";
pub const BATCH: &str = "/server/v1/message/notification/unicast_batch";

pub fn document(secret: &str) -> String {
    json!({"app_key": "key", "master_secret": secret, "channel_id": "service", "category": "IM"}).to_string()
}

/// An answer as OPPO gives it: HTTP 200, whatever the code.
pub fn code(code: i64) -> Do {
    Do::answer(200, json!({"code": code, "message": "m", "data": {"messageId": "m1"}}).to_string())
}

pub fn logged_in() -> Do {
    let data = json!({"auth_token": "session", "create_time": 1_800_000_000_000_i64});
    Do::answer(200, json!({"code": 0, "message": "Success", "data": data}).to_string())
}

/// The messages of a call.
pub fn messages(seen: &Seen) -> Vec<Value> {
    match seen.path.as_str() {
        SEND => vec![serde_json::from_str(&seen.field("message")).unwrap()],
        _ => serde_json::from_str(&seen.field("messages")).unwrap(),
    }
}

pub fn tokens(seen: &Seen) -> Vec<String> {
    let token = |message: &Value| message["target_value"].as_str().unwrap().to_owned();
    messages(seen).iter().map(token).collect()
}

/// Everything was taken, but for the targets that have a code.
pub fn taken(seen: &Seen, code_of: impl Fn(&str) -> Option<i64>) -> Do {
    let target = |token: &String| match code_of(token) {
        None => json!({"messageId": "m", "registrationId": token}),
        Some(code) => json!({"registrationId": token, "errorCode": code, "errorMessage": "m"}),
    };
    match (seen.path.as_str(), &*tokens(seen)) {
        (SEND, [token]) => code(code_of(token).unwrap_or(0)),
        (_, tokens) => {
            let data: Vec<Value> = tokens.iter().map(target).collect();
            Do::answer(200, json!({"code": 0, "message": "success", "data": data}).to_string())
        }
    }
}

/// A server that lets everybody in and answers pushes as told; pushes are numbered from 0.
pub async fn oppo(pushes: impl Fn(&Seen, usize) -> Do + Send + Sync + 'static) -> Server {
    let count = AtomicUsize::new(0);
    Server::http1(move |seen, _| match seen.path.as_str() {
        LOGIN => logged_in(),
        _ => pushes(seen, count.fetch_add(1, Ordering::SeqCst)),
    })
    .await
}

pub fn client(server: &Server, documents: &Arc<Documents>, clock: &Arc<ManualClock>) -> Box<dyn ChannelClient> {
    client_of(Channel::Oppo, server, documents, clock)
}

pub async fn revoke(server: &Server, case: &Case) -> Vec<Answer> {
    revoke_at(Channel::Oppo, server, document("s"), case).await
}

#[tokio::test]
async fn one_delivery_is_sent_to_and_a_thousand_share_a_call() {
    for (count, sizes) in [(1, vec![1]), (2, vec![2]), (1_000, vec![1_000]), (1_001, vec![1, 1_000])] {
        let server = oppo(|seen, _| taken(seen, |_| None)).await;
        assert_eq!(revoke(&server, &devices(count)).await, vec![overwritten(); count]);
        let pushes: Vec<Seen> = server.seen().into_iter().filter(|seen| seen.path != LOGIN).collect();
        let mut seen_sizes: Vec<usize> = pushes.iter().map(|seen| tokens(seen).len()).collect();
        seen_sizes.sort_unstable();
        assert_eq!(seen_sizes, sizes);
        assert_eq!(server.seen_at(SEND).len(), sizes.iter().filter(|size| **size == 1).count());
        assert_eq!(server.seen_at(LOGIN).len(), 1);
    }
}

#[tokio::test]
async fn a_push_carries_its_session_in_the_form() {
    let server = oppo(|seen, _| taken(seen, |_| None)).await;
    revoke(&server, &devices(2)).await;
    let login = &server.seen_at(LOGIN)[0];
    assert_eq!(
        (login.field("app_key"), login.field("timestamp")),
        ("key".into(), "1800000000000".into())
    );
    assert_eq!(
        login.field("sign"),
        "7f017467efb9f5ab6ae5347859a9fed33a6d7bb3f3296f58bceeeeaad7624f26"
    );
    let push = &server.seen_at(BATCH)[0];
    assert_eq!(push.header("content-type"), "application/x-www-form-urlencoded; charset=UTF-8");
    assert_eq!(push.field("auth_token"), "session");
    let notification = &messages(push)[1]["notification"];
    assert_eq!(
        (&notification["notify_id"], &notification["category"], &notification["channel_id"]),
        (&json!(7), &json!("IM"), &json!("service"))
    );
}

#[tokio::test]
async fn deliveries_of_different_notifications_share_a_call() {
    let server = oppo(|seen, _| taken(seen, |_| None)).await;
    assert_eq!(revoke(&server, &notify_ids([1, 2, 3])).await, vec![overwritten(); 3]);
    let ids: Vec<Value> = messages(&server.seen_at(BATCH)[0])
        .iter()
        .map(|message| message["notification"]["notify_id"].clone())
        .collect();
    assert_eq!(ids, [1, 2, 3]);
}

#[tokio::test]
async fn a_delivery_without_a_notify_id_is_not_asked_for() {
    let server = oppo(|seen, _| taken(seen, |_| None)).await;
    let case = Case::new([("r0".to_owned(), None), ("r1".to_owned(), Some(Handle::NotifyId(7)))]);
    let not_revocable = ended(Outcome::NotRevocable, "sent_without_notify_id");
    assert_eq!(revoke(&server, &case).await, [not_revocable, overwritten()]);
    assert_eq!(tokens(&server.seen_at(SEND)[0]), ["r1"]);
}

#[tokio::test]
async fn each_target_of_a_batch_has_its_own_answer() {
    let server = oppo(|seen, _| {
        taken(seen, |token| match token {
            "r1" => Some(10000),
            "r2" => Some(32),
            "r3" => Some(41),
            "r4" => Some(33),
            "r5" => Some(-1),
            _ => None,
        })
    })
    .await;
    assert_eq!(
        revoke(&server, &devices(7)).await,
        [
            overwritten(),
            unknown("oppo:10000"),
            overwritten(),
            ended(Outcome::Refused, "oppo:41"),
            ended(Outcome::Failed, "oppo:33"),
            transient("oppo:-1"),
            overwritten(),
        ]
    );
    assert_eq!(server.seen_at(BATCH).len(), 1);
}

#[tokio::test]
async fn one_bad_id_that_spoils_a_batch_is_found_and_the_others_are_overwritten() {
    let server = oppo(|seen, _| {
        if tokens(seen).iter().any(|token| token == "r5") {
            code(10000)
        } else {
            taken(seen, |_| None)
        }
    })
    .await;
    let answers = revoke(&server, &devices(100)).await;
    for (slot, answer) in answers.into_iter().enumerate() {
        let expected = if slot == 5 { unknown("oppo:10000") } else { overwritten() };
        assert_eq!(answer, expected, "{slot}");
    }
    assert!(server.seen().len() < 20);
}

/// OPPO's documented codes, and what a delivery comes to that is told so.
fn codes() -> Vec<(i64, Answer)> {
    let reason = |code: i64| format!("oppo:{code}");
    let mut table = vec![(0, overwritten()), (32, overwritten())];
    table.push((10000, unknown(&reason(10000))));
    for code in [12, 20, 21, 22, 23, 24, 25, 31, 40, 41, 51] {
        table.push((code, ended(Outcome::Refused, &reason(code))));
    }
    for code in [33, 42] {
        table.push((code, ended(Outcome::Failed, &reason(code))));
    }
    for code in [14, 15, 16, 17, 18, 19, 26, 27, 28, 30, 54, 67] {
        table.push((code, misconfigured(&reason(code))));
    }
    for code in [-2, 13, 55, 69] {
        table.push((code, throttled(&reason(code), None)));
    }
    // 11 and 29 after a renewal: the app's right to push is at fault.
    for code in [11, 29] {
        table.push((code, misconfigured(&reason(code))));
    }
    for code in [-1, 59, 99_999] {
        table.push((code, transient(&reason(code))));
    }
    table
}

#[tokio::test]
async fn every_documented_code_has_its_outcome() {
    let table = codes();
    let told: Vec<i64> = table.iter().map(|(code, _)| *code).collect();
    // The notify id says which code is the answer.
    let server = oppo(move |seen, _| {
        let id = messages(seen)[0]["notification"]["notify_id"].as_u64().unwrap();
        code(told[usize::try_from(id).unwrap()])
    })
    .await;
    for (n, (code, expected)) in table.into_iter().enumerate() {
        let before = server.seen_at(SEND).len();
        let answers = revoke(&server, &notify_ids([u32::try_from(n).unwrap()])).await;
        assert_eq!(answers, [expected], "{code}");
        let asked = server.seen_at(SEND).len() - before;
        assert_eq!(asked, if matches!(code, 11 | 29) { 2 } else { 1 }, "{code}");
    }
}
