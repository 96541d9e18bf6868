//! Honor over real HTTPS.

use std::sync::atomic::{AtomicUsize, Ordering};

use revocation_rules::batch::Handle;
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;
use serde_json::{Value, json};

use crate::server::{Do, Seen, Server};
use crate::support::{
    Case, Documents, ManualClock, client_of, count, devices, ended, misconfigured, notify_ids, overwritten, revoke_at, throttled,
    transient, unknown,
};

const LOGIN: &str = "/auth/token";
const SEND: &str = "/api/v1/104/sendMessage";

fn document(secret: &str) -> String {
    json!({"app_id": "104", "client_id": "c", "client_secret": secret, "importance": "NORMAL"}).to_string()
}

fn logged_in() -> Do {
    Do::answer(200, r#"{"access_token":"session","expires_in":3600,"token_type":"Bearer"}"#)
}

fn said(code: i64, data: &Value) -> Do {
    Do::answer(200, json!({"code": code, "message": "m", "data": data}).to_string())
}

fn sent() -> Do {
    said(200, &json!({"sendResult": true, "failTokens": [], "expireTokens": []}))
}

/// A server that lets everybody in and answers sends as told; sends are numbered from 0.
async fn honor(sends: impl Fn(&Seen, usize) -> Do + Send + Sync + 'static) -> Server {
    let asked = AtomicUsize::new(0);
    Server::http1(move |seen, _| match seen.path.as_str() {
        LOGIN => logged_in(),
        _ => sends(seen, asked.fetch_add(1, Ordering::SeqCst)),
    })
    .await
}

async fn revoke(server: &Server, case: &Case) -> Vec<Answer> {
    revoke_at(Channel::Honor, server, document("s"), case).await
}

fn tokens(seen: &Seen) -> usize {
    seen.json()["token"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_thousand_deliveries_are_one_call() {
    let server = honor(|_, _| sent()).await;
    assert_eq!(revoke(&server, &devices(1_000)).await, vec![overwritten(); 1_000]);
    let sends = server.seen_at(SEND);
    assert_eq!(sends.len(), 1);
    assert_eq!(sends[0].header("authorization"), "Bearer session");
    assert_eq!(sends[0].header("content-type"), "application/json;charset=utf-8");
    // The clock's, in milliseconds.
    assert_eq!(sends[0].header("timestamp"), "1800000000000");
    assert_eq!(tokens(&sends[0]), 1_000);
    let notification = sends[0].json()["android"]["notification"].take();
    assert_eq!(
        (&notification["notifyId"], &notification["importance"]),
        (&json!(7), &json!("NORMAL"))
    );
    let logins = server.seen_at(LOGIN);
    assert_eq!(logins[0].body, "grant_type=client_credentials&client_id=c&client_secret=s");
}

#[tokio::test]
async fn deliveries_share_a_call_when_their_notify_id_is_the_same() {
    let server = honor(|_, _| sent()).await;
    assert_eq!(revoke(&server, &notify_ids([1, 2, 1, 2, 1])).await, vec![overwritten(); 5]);
    let mut sizes: Vec<usize> = server.seen_at(SEND).iter().map(tokens).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [2, 3]);
}

#[tokio::test]
async fn a_delivery_without_a_notify_id_is_not_asked_for() {
    let server = honor(|_, _| sent()).await;
    let case = Case::new([
        ("t0".to_owned(), None),
        ("t1".to_owned(), Some(Handle::CollapseId("c".to_owned()))),
        ("t2".to_owned(), Some(Handle::NotifyId(7))),
    ]);
    let without = ended(Outcome::NotRevocable, "sent_without_notify_id");
    assert_eq!(revoke(&server, &case).await, [without.clone(), without, overwritten()]);
}

#[tokio::test]
async fn tokens_that_failed_or_expired_end_and_the_others_are_overwritten() {
    for code in [200, 80_100_000] {
        let data = json!({"sendResult": true, "failTokens": ["r1"], "expireTokens": ["r3"]});
        let server = honor(move |_, _| said(code, &data)).await;
        let failed = unknown("honor:failed_token");
        let expired = ended(Outcome::TargetGone, "honor:expired_token");
        assert_eq!(
            revoke(&server, &devices(4)).await,
            [overwritten(), failed, overwritten(), expired],
            "{code}"
        );
    }
}

#[tokio::test]
async fn who_failed_is_found_in_halves_where_nobody_says_it() {
    let server = honor(|seen, _| {
        let names_the_bad_one = seen.json()["token"].as_array().unwrap().contains(&json!("r5"));
        if names_the_bad_one {
            said(80_100_000, &json!({"sendResult": true}))
        } else {
            sent()
        }
    })
    .await;
    let mut expected = vec![overwritten(); 8];
    expected[5] = unknown("honor:80100000");
    assert_eq!(revoke(&server, &devices(8)).await, expected);
    // Eight, two of four, two of two, two of one.
    assert_eq!(server.seen_at(SEND).len(), 7);
}

#[tokio::test]
async fn a_session_that_is_refused_is_renewed_once_and_the_call_repeated() {
    for refusal in [Do::answer(403, r#"{"code":403}"#), said(403, &json!(null)), Do::answer(401, "")] {
        let server = honor(move |_, n| if n == 0 { refusal.clone() } else { sent() }).await;
        assert_eq!(revoke(&server, &devices(2)).await, vec![overwritten(); 2]);
        assert_eq!((server.seen_at(LOGIN).len(), server.seen_at(SEND).len()), (2, 2));
    }
    let server = honor(|_, _| said(403, &json!(null))).await;
    assert_eq!(revoke(&server, &devices(2)).await, vec![misconfigured("honor:403"); 2]);
    assert_eq!((server.seen_at(LOGIN).len(), server.seen_at(SEND).len()), (2, 2));
}

#[tokio::test]
async fn a_rotated_secret_is_read_at_once() {
    let server = Server::http1(|seen, _| match seen.path.as_str() {
        LOGIN if seen.body.ends_with(b"=new") => logged_in(),
        LOGIN => Do::answer(401, r#"{"error":"unauthorized_client"}"#),
        _ => sent(),
    })
    .await;
    let documents = Documents::new([Some(document("old")), Some(document("new"))]);
    let client = client_of(Channel::Honor, &server, &documents, &ManualClock::new());
    assert_eq!(devices(1).revoke(&*client).await, [overwritten()]);
}

#[tokio::test]
async fn a_secret_that_stays_wrong_waits_for_a_person() {
    let server = Server::http1(|_, _| Do::answer(401, "")).await;
    assert_eq!(revoke(&server, &devices(2)).await, vec![misconfigured("honor:login_http_401"); 2]);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn each_answer_reaches_every_delivery_of_its_call() {
    for (code, expected) in [
        (80_300_007, unknown("honor:80300007")),
        (80_200_056, ended(Outcome::Refused, "honor:80200056")),
        (80_200_047, ended(Outcome::Failed, "honor:80200047")),
        (80_200_022, misconfigured("honor:80200022")),
        (502, transient("honor:502")),
        (503, throttled("honor:503", None)),
    ] {
        let server = honor(move |_, _| said(code, &json!(null))).await;
        assert_eq!(revoke(&server, &devices(2)).await, [expected.clone(), expected]);
    }
    let server = honor(|_, _| said(200, &json!({"sendResult": false}))).await;
    assert_eq!(revoke(&server, &devices(2)).await, vec![transient("honor:not_sent"); 2]);
}

#[tokio::test]
async fn a_throttled_order_starts_no_further_call() {
    let server = honor(|_, n| match n {
        0 => Do::answer(503, "").retry_after("7"),
        _ => sent().after_ms(200),
    })
    .await;
    let answers = revoke(&server, &notify_ids(1..=20)).await;
    assert_eq!(count(&answers, &throttled("honor:http_503", Some(7))), 1);
    assert_eq!(count(&answers, &overwritten()), 3);
    assert_eq!(count(&answers, &Answer::NotTried), 16);
}
