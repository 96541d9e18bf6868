//! Firebase over real HTTP/2.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use revocation_app::ports::ChannelClient;
use revocation_channels::{default_rate_per_second, settings};
use revocation_rules::batch::Handle;
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;
use serde_json::{Value, json};

use crate::server::{Do, Seen, Server};
use crate::support::{
    Case, Documents, ManualClock, client_of, count, ended, misconfigured, overwritten, revoke_at, throttled, transient, unknown,
};

const LOGIN: &str = "/token";
const SEND: &str = "/v1/projects/demo-project/messages:send";
const TOPIC: &str = "/topics/news";

/// One for all tests of a process: an RSA key takes its time.
static KEY: LazyLock<String> = LazyLock::new(|| rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap().serialize_pem());

/// A service account whose key has this id.
pub fn document(key_id: &str) -> Value {
    json!({
        "type": "service_account", "project_id": "demo-project", "private_key_id": key_id, "private_key": *KEY,
        "client_email": "push@demo-project.iam.gserviceaccount.com", "token_uri": "https://127.0.0.1:1/elsewhere",
    })
}

fn with(field: &str, value: &str) -> Value {
    let mut document = document("K");
    document[field] = json!(value);
    document
}

/// An error of FCM's own.
pub fn said(code: &str) -> String {
    json!({"error": {"code": 400, "message": "m", "status": "S", "details": [
        {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code},
    ]}})
    .to_string()
}

fn ok() -> Do {
    Do::answer(200, r#"{"name":"projects/demo-project/messages/0:1"}"#)
}

/// A server that lets everybody in, with a session for each login, and answers sends as told; these are numbered from 0.
async fn fcm(sends: impl Fn(&Seen, usize) -> Do + Send + Sync + 'static) -> Server {
    let (logins, sent) = (AtomicUsize::new(0), AtomicUsize::new(0));
    Server::http1_and_2(100, move |seen, _| match seen.path.as_str() {
        LOGIN => {
            let session = format!("session-{}", logins.fetch_add(1, Ordering::SeqCst));
            Do::answer(
                200,
                json!({"access_token": session, "expires_in": 3_599, "token_type": "Bearer"}).to_string(),
            )
        }
        _ => sends(seen, sent.fetch_add(1, Ordering::SeqCst)),
    })
    .await
}

fn client(server: &Server, documents: &Arc<Documents>, clock: &Arc<ManualClock>) -> Box<dyn ChannelClient> {
    client_of(Channel::Fcm, server, documents, clock)
}

fn documents(document: &Value) -> Arc<Documents> {
    Documents::new([Some(document.to_string())])
}

async fn revoke(server: &Server, case: &Case) -> Vec<Answer> {
    revoke_at(Channel::Fcm, server, document("K").to_string(), case).await
}

fn tag() -> Handle {
    Handle::Tag("rv-9".to_owned())
}

/// `count` deliveries with one tag.
fn devices(count: usize) -> Case {
    Case::new((0..count).map(|n| (format!("d{n}:APA91b"), Some(tag()))))
}

/// Which of [`devices`] a request is for.
fn device(seen: &Seen) -> String {
    let body = seen.json();
    let token = body["message"]["token"].as_str().unwrap();
    token.split(':').next().unwrap().to_owned()
}

fn to_topic() -> Case {
    Case::new([(TOPIC.to_owned(), Some(tag()))])
}

fn sends(server: &Server) -> Vec<Seen> {
    server.seen_at(SEND)
}

fn sessions(server: &Server) -> HashSet<String> {
    sends(server).iter().map(|seen| seen.header("authorization").to_owned()).collect()
}

#[tokio::test]
async fn a_thousand_deliveries_share_one_login_and_one_connection() {
    let server = fcm(|_, n| ok().after_ms(if n == 0 { 100 } else { 5 })).await;
    assert_eq!(revoke(&server, &devices(1_000)).await, vec![overwritten(); 1_000]);
    assert_eq!((server.seen_at(LOGIN).len(), sends(&server).len()), (1, 1_000));
    // One of them for the login.
    assert_eq!(server.connections(), 2);
    let named: HashSet<String> = sends(&server).iter().map(device).collect();
    assert_eq!(named.len(), 1_000);
    assert!(sends(&server).iter().all(|seen| seen.header("authorization") == "Bearer session-0"));
    assert!(server.in_flight_max() > 10);
}

#[tokio::test]
async fn a_login_is_a_form_with_an_assertion() {
    let server = fcm(|_, _| ok()).await;
    revoke(&server, &devices(1)).await;
    let login = &server.seen_at(LOGIN)[0];
    assert_eq!(login.header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(login.field("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
    assert_eq!(login.field("assertion").split('.').count(), 3);
}

#[tokio::test]
async fn an_installation_and_a_token_are_told_apart() {
    let server = fcm(|_, _| ok()).await;
    let fid = "cT0123456789abcdefghij";
    let case = Case::new([(fid.to_owned(), Some(tag())), ("d1:APA91b".to_owned(), Some(tag()))]);
    assert_eq!(revoke(&server, &case).await, vec![overwritten(); 2]);
    let bodies: Vec<Value> = sends(&server).iter().map(Seen::json).collect();
    assert!(
        bodies
            .iter()
            .any(|body| body["message"]["fid"] == fid && body["message"].get("token").is_none())
    );
    assert!(bodies.iter().any(|body| body["message"]["token"] == "d1:APA91b"));
    for body in bodies {
        let message = &body["message"];
        for place in [
            &message["android"]["notification"]["tag"],
            &message["apns"]["headers"]["apns-collapse-id"],
            &message["webpush"]["headers"]["Topic"],
            &message["webpush"]["notification"]["tag"],
        ] {
            assert_eq!(place, "rv-9");
        }
    }
}

#[tokio::test]
async fn each_device_has_its_own_answer() {
    let server = fcm(|seen, _| match device(seen).as_str() {
        "d1" => Do::answer(404, said("UNREGISTERED")),
        "d2" => Do::answer(400, said("INVALID_ARGUMENT")),
        "d3" => Do::answer(403, said("SENDER_ID_MISMATCH")),
        "d4" => Do::answer(401, said("THIRD_PARTY_AUTH_ERROR")),
        "d5" => Do::answer(500, said("INTERNAL")),
        "d6" => Do::answer(503, said("UNAVAILABLE")),
        "d7" => Do::answer(
            400,
            r#"{"error":{"details":[{"fieldViolations":[{"field":"message.android.ttl"}]}]}}"#,
        ),
        _ => ok(),
    })
    .await;
    assert_eq!(
        revoke(&server, &devices(9)).await,
        [
            overwritten(),
            ended(Outcome::TargetGone, "fcm:UNREGISTERED"),
            unknown("fcm:INVALID_ARGUMENT"),
            unknown("fcm:SENDER_ID_MISMATCH"),
            misconfigured("fcm:THIRD_PARTY_AUTH_ERROR"),
            transient("fcm:INTERNAL"),
            throttled("fcm:UNAVAILABLE", Some(10)),
            ended(Outcome::Refused, "fcm:http_400"),
            overwritten(),
        ]
    );
}

#[tokio::test]
async fn a_session_that_ran_out_is_renewed_once_and_the_requests_repeated() {
    let server = fcm(|seen, _| {
        if seen.header("authorization") == "Bearer session-0" {
            Do::answer(401, "{}")
        } else {
            ok()
        }
    })
    .await;
    assert_eq!(revoke(&server, &devices(100)).await, vec![overwritten(); 100]);
    assert_eq!((server.seen_at(LOGIN).len(), sessions(&server).len()), (2, 2));
}

#[tokio::test]
async fn a_fresh_session_that_is_refused_waits_for_a_person() {
    let server = fcm(|_, _| Do::answer(401, "{}")).await;
    let answers = revoke(&server, &devices(50)).await;
    assert!(count(&answers, &misconfigured("fcm:http_401")) >= 1);
    assert!(answers.iter().all(|answer| !matches!(answer, Answer::Ended { .. })));
    assert_eq!(server.seen_at(LOGIN).len(), 2);
}

#[tokio::test]
async fn a_project_that_is_not_there_stops_the_order() {
    for (status, reason) in [(403, "fcm:http_403"), (404, "fcm:http_404")] {
        let server = fcm(move |_, _| Do::answer(status, "{}")).await;
        let answers = revoke(&server, &devices(50)).await;
        assert_eq!(count(&answers, &misconfigured(reason)), 1);
        assert_eq!(count(&answers, &Answer::NotTried), 49);
    }
}

#[tokio::test]
async fn a_quota_stops_the_order_and_nobody_asks_before_it_is_time() {
    let server = fcm(|_, n| match n {
        0 => Do::answer(429, said("QUOTA_EXCEEDED")),
        _ => ok(),
    })
    .await;
    let clock = ManualClock::new();
    let client = client(&server, &documents(&document("K")), &clock);
    let answers = devices(50).revoke(&*client).await;
    assert_eq!(count(&answers, &throttled("fcm:QUOTA_EXCEEDED", Some(60))), 1);
    assert_eq!(count(&answers, &Answer::NotTried), 49);
    clock.advance_secs(20);
    assert_eq!(
        devices(2).revoke(&*client).await,
        vec![throttled("fcm:QUOTA_EXCEEDED", Some(40)); 2]
    );
    assert_eq!(sends(&server).len(), 1);
    clock.advance_secs(40);
    assert_eq!(devices(50).revoke(&*client).await, vec![overwritten(); 50]);
}

/// Then it lets everybody in.
async fn refusing_the_first_login() -> Server {
    Server::http1_and_2(100, |seen, n| match (seen.path.as_str(), n) {
        (LOGIN, 0) => Do::answer(400, r#"{"error":"invalid_grant"}"#),
        (LOGIN, _) => Do::answer(200, r#"{"access_token":"session","expires_in":3599}"#),
        _ => ok(),
    })
    .await
}

#[tokio::test]
async fn a_login_that_is_refused_waits_for_a_person_and_a_rotated_key_is_read_at_once() {
    let server = refusing_the_first_login().await;
    let same = documents(&document("K"));
    let answers = devices(2).revoke(&*client(&server, &same, &ManualClock::new())).await;
    assert_eq!(answers, vec![misconfigured("fcm:login_http_400"); 2]);
    let server = refusing_the_first_login().await;
    let rotated = Documents::new([Some(document("OLD").to_string()), Some(document("NEW").to_string())]);
    let answers = devices(2).revoke(&*client(&server, &rotated, &ManualClock::new())).await;
    assert_eq!(answers, vec![overwritten(); 2]);
}

#[tokio::test]
async fn a_topic_is_not_asked_for_unless_the_tenant_allows_it() {
    let server = fcm(|_, _| ok()).await;
    let refused = ended(Outcome::NotRevocable, "audience_unknown");
    assert_eq!(revoke(&server, &to_topic()).await, std::slice::from_ref(&refused));
    let condition = Case::new([("'a' in topics && 'b' in topics".to_owned(), Some(tag()))]);
    assert_eq!(revoke(&server, &condition).await, [refused]);
    assert!(sends(&server).is_empty());
}

#[tokio::test]
async fn a_topic_that_may_be_overwritten_is_one_unit_and_says_that_nobody_knows_whose() {
    let server = fcm(|_, _| ok()).await;
    for (topics, shows) in [("overwrite", true), ("data", false)] {
        let client = client(&server, &documents(&with("topics", topics)), &ManualClock::new());
        let answers = to_topic().revoke(&*client).await;
        assert_eq!(answers, [ended(Outcome::Overwritten, "audience_unknown")]);
        let body = sends(&server).last().unwrap().json();
        assert_eq!(body["message"]["topic"], "news");
        assert_eq!(body["message"].get("notification").is_some(), shows);
    }
}

#[tokio::test]
async fn a_delivery_without_a_tag_is_not_sent() {
    let server = fcm(|_, _| ok()).await;
    let case = Case::new([("d1:APA91b".to_owned(), None), ("d2:APA91b".to_owned(), Some(Handle::NotifyId(7)))]);
    assert_eq!(
        revoke(&server, &case).await,
        vec![ended(Outcome::NotRevocable, "sent_without_notify_id"); 2]
    );
    assert!(sends(&server).is_empty());
}

#[tokio::test]
async fn what_was_in_flight_when_the_connection_broke_is_repeated() {
    let server = fcm(|_, n| if n == 100 { Do::drop_connection() } else { ok().after_ms(5) }).await;
    assert_eq!(revoke(&server, &devices(500)).await, vec![overwritten(); 500]);
    assert!(sends(&server).len() <= 600, "what was answered is not asked again");
}

#[tokio::test]
async fn at_the_deadline_no_request_starts() {
    let server = fcm(|_, _| ok()).await;
    let client = client(&server, &documents(&document("K")), &ManualClock::new());
    let until = Timestamp::from_second(1_800_000_000).unwrap();
    assert_eq!(devices(3).revoke_until(&*client, until).await, vec![Answer::NotTried; 3]);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_yes_is_read_in_other_forms_and_nothing_else_is_one() {
    for (body, expected) in [
        (r#""{\"name\":\"n\"}""#, overwritten()),
        (r#"{"name":7}"#, overwritten()),
        (r#"{"name":"n"} <!-- proxy -->"#, overwritten()),
        (r#"{"name":"n","error":null}"#, overwritten()),
        ("", transient("fcm:http_200")),
        ("{}", transient("fcm:http_200")),
        ("<html>", transient("fcm:http_200")),
        (r#"{"name":"n","error":{"code":404}}"#, transient("fcm:http_200")),
    ] {
        let server = fcm(move |_, _| Do::answer(200, body)).await;
        assert_eq!(revoke(&server, &devices(1)).await, [expected], "{body}");
    }
}

#[test]
fn the_rate_is_far_below_a_projects_quota_and_the_others_have_none() {
    // 600,000 a minute.
    assert!(default_rate_per_second(Channel::Fcm) <= 10_000 / 10);
    for channel in Channel::ALL.into_iter().filter(|channel| *channel != Channel::Fcm) {
        assert_eq!(default_rate_per_second(channel), 0, "{channel}");
    }
    assert_eq!(settings(Channel::Fcm).len(), 2);
}
