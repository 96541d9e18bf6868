//! Huawei over real HTTPS.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::future::join_all;
use jiff::Timestamp;
use revocation_app::ports::ChannelClient;
use revocation_channels::connect_with;
use revocation_rules::batch::Handle;
use revocation_rules::channel::{Channel, Peer};
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;
use serde_json::json;

use crate::server::{Do, Seen, Server};
use crate::support::{
    Case, Documents, ManualClock, TIMEOUTS, client_of, ended, misconfigured, no_sessions, overwritten, revoke_at, settings, throttled,
    transient, unknown,
};

const LOGIN: &str = "/oauth2/v3/token";
const SEND: &str = "/v1/104/messages:send";

fn document(secret: &str) -> String {
    json!({"app_id": "104", "client_secret": secret, "category": "WORK"}).to_string()
}

fn logged_in() -> Do {
    Do::answer(200, r#"{"access_token":"session","expires_in":3600,"token_type":"Bearer"}"#)
}

/// A server that lets everybody in and answers sends as told; sends are numbered from 0.
pub async fn huawei(sends: impl Fn(&Seen, usize) -> Do + Send + Sync + 'static) -> Server {
    let sent = std::sync::atomic::AtomicUsize::new(0);
    Server::http1(move |seen, _| match seen.path.as_str() {
        LOGIN => logged_in().after_ms(20),
        _ => sends(seen, sent.fetch_add(1, Ordering::SeqCst)),
    })
    .await
}

fn client(server: &Server, documents: &Arc<Documents>, clock: &Arc<ManualClock>) -> Box<dyn ChannelClient> {
    client_of(Channel::Huawei, server, documents, clock)
}

pub async fn revoke(server: &Server, case: &Case) -> Vec<Answer> {
    revoke_at(Channel::Huawei, server, document("s"), case).await
}

#[tokio::test]
async fn a_thousand_deliveries_are_one_call() {
    let server = huawei(|_, _| Do::code("80000000")).await;
    assert_eq!(revoke(&server, &Case::of(Channel::Huawei, 1_000)).await, vec![overwritten(); 1_000]);
    let sends = server.seen_at(SEND);
    assert_eq!(sends.len(), 1);
    assert_eq!(sends[0].header("authorization"), "Bearer session");
    assert_eq!(sends[0].json()["message"]["token"].as_array().unwrap().len(), 1_000);
    assert_eq!(sends[0].json()["message"]["android"]["notification"]["notify_id"], 7);
}

#[tokio::test]
async fn fifty_orders_at_once_share_one_login_and_one_reading_of_the_credentials() {
    let server = huawei(|_, _| Do::code("80000000")).await;
    let documents = Documents::new([Some(document("s"))]);
    let client = client(&server, &documents, &ManualClock::new());
    let case = Case::of(Channel::Huawei, 3);
    let all = join_all((0..50).map(|_| case.revoke(&*client))).await;
    assert!(all.iter().all(|answers| *answers == vec![overwritten(); 3]));
    assert_eq!(server.seen_at(LOGIN).len(), 1);
    assert_eq!(server.seen_at(SEND).len(), 50);
    assert_eq!(documents.reads(), 1);
}

#[tokio::test]
async fn a_session_is_renewed_when_four_fifths_of_its_life_are_over() {
    let server = huawei(|_, _| Do::code("80000000")).await;
    let clock = ManualClock::new();
    let client = client(&server, &Documents::new([Some(document("s"))]), &clock);
    for (advance, logins) in [(0, 1), (2_639, 1), (1, 2)] {
        clock.advance_secs(advance);
        Case::of(Channel::Huawei, 1).revoke(&*client).await;
        assert_eq!(server.seen_at(LOGIN).len(), logins);
    }
}

#[tokio::test]
async fn a_session_that_ran_out_is_renewed_once_and_the_call_repeated() {
    for refusal in [Do::code("80200003"), Do::code("80200001"), Do::answer(401, "")] {
        let server = huawei(move |_, n| if n == 0 { refusal.clone() } else { Do::code("80000000") }).await;
        assert_eq!(revoke(&server, &Case::of(Channel::Huawei, 2)).await, vec![overwritten(); 2]);
        assert_eq!((server.seen_at(LOGIN).len(), server.seen_at(SEND).len()), (2, 2));
    }
}

#[tokio::test]
async fn a_session_refused_twice_waits_for_a_person() {
    let server = huawei(|_, _| Do::code("80200003")).await;
    assert_eq!(
        revoke(&server, &Case::of(Channel::Huawei, 2)).await,
        vec![misconfigured("huawei:80200003"); 2]
    );
    assert_eq!((server.seen_at(LOGIN).len(), server.seen_at(SEND).len()), (2, 2));
}

#[tokio::test]
async fn a_rotated_secret_is_read_at_once() {
    let server = Server::http1(|seen, _| match seen.path.as_str() {
        LOGIN if seen.body.ends_with(b"=new") => logged_in(),
        LOGIN => Do::answer(400, r#"{"error":1101}"#),
        _ => Do::code("80000000"),
    })
    .await;
    let documents = Documents::new([Some(document("old")), Some(document("new"))]);
    let answers = Case::of(Channel::Huawei, 1)
        .revoke(&*client(&server, &documents, &ManualClock::new()))
        .await;
    assert_eq!(answers, [overwritten()]);
}

#[tokio::test]
async fn a_secret_that_stays_wrong_waits_for_a_person() {
    let server = Server::http1(|_, _| Do::answer(400, r#"{"error":1101}"#)).await;
    assert_eq!(
        revoke(&server, &Case::of(Channel::Huawei, 2)).await,
        vec![misconfigured("huawei:login_http_400"); 2]
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn illegal_tokens_are_gone_and_the_others_overwritten() {
    let msg = json!({"success": 2, "failure": 1, "illegal_tokens": ["t1"]}).to_string();
    let body = json!({"code": "80100000", "msg": msg}).to_string();
    let server = huawei(move |_, _| Do::answer(200, body.clone())).await;
    let gone = unknown("huawei:illegal_token");
    assert_eq!(
        revoke(&server, &Case::of(Channel::Huawei, 3)).await,
        [overwritten(), gone, overwritten()]
    );
}

#[tokio::test]
async fn each_answer_reaches_every_delivery_of_its_call() {
    for (code, expected) in [
        ("80300007", unknown("huawei:80300007")),
        ("80100016", ended(Outcome::Refused, "huawei:80100016")),
        ("80300002", misconfigured("huawei:80300002")),
        ("81000001", transient("huawei:81000001")),
    ] {
        let server = huawei(move |_, _| Do::code(code)).await;
        assert_eq!(revoke(&server, &Case::of(Channel::Huawei, 2)).await, [expected.clone(), expected]);
    }
}

#[tokio::test]
async fn a_throttled_order_starts_no_further_call() {
    let server = huawei(|_, n| match n {
        0 => Do::answer(503, "").retry_after("7"),
        _ => Do::code("80000000").after_ms(200),
    })
    .await;
    let answers = revoke(
        &server,
        &Case::new((0..20).map(|n| (format!("t{n}"), Some(Handle::NotifyId(n + 1))))),
    )
    .await;
    assert_eq!(crate::support::count(&answers, &throttled("huawei:http_503", Some(7))), 1);
    assert_eq!(crate::support::count(&answers, &overwritten()), 3);
    assert_eq!(crate::support::count(&answers, &Answer::NotTried), 16);
    assert!(server.in_flight_max() <= 4);
}

#[tokio::test]
async fn a_slow_answer_and_a_broken_connection_may_be_asked_again() {
    let server = huawei(|_, _| Do::code("80000000").after_ms(60_000)).await;
    assert_eq!(revoke(&server, &Case::of(Channel::Huawei, 1)).await, [transient("huawei:timeout")]);
    let server = huawei(|_, _| Do::drop_connection()).await;
    assert_eq!(
        revoke(&server, &Case::of(Channel::Huawei, 1)).await,
        [transient("huawei:connection_broken")]
    );
}

#[tokio::test]
async fn after_the_deadline_nothing_is_asked() {
    let server = huawei(|_, _| Do::code("80000000")).await;
    let client = client(&server, &Documents::new([Some(document("s"))]), &ManualClock::new());
    let answers = Case::of(Channel::Huawei, 2)
        .revoke_until(&*client, Timestamp::from_second(1_800_000_000).unwrap())
        .await;
    assert_eq!(answers, [Answer::NotTried, Answer::NotTried]);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn credentials_are_read_again_after_five_minutes() {
    let server = huawei(|_, _| Do::code("80000000")).await;
    let (documents, clock) = (Documents::new([Some(document("s"))]), ManualClock::new());
    let client = client(&server, &documents, &clock);
    for (advance, reads) in [(0, 1), (299, 1), (1, 2)] {
        clock.advance_secs(advance);
        Case::of(Channel::Huawei, 1).revoke(&*client).await;
        assert_eq!(documents.reads(), reads);
    }
}

#[tokio::test]
async fn a_server_nobody_vouches_for_gets_nothing() {
    let server = huawei(|_, _| Do::code("80000000")).await;
    let other = huawei(|_, _| Do::code("80000000")).await;
    let settings = settings(&server.url, &other.ca_pem);
    let client = connect_with(
        Channel::Huawei,
        &settings,
        TIMEOUTS,
        Documents::new([Some(document("s"))]),
        no_sessions(),
        ManualClock::new(),
    )
    .unwrap();
    assert_eq!(
        Case::of(Channel::Huawei, 1).revoke(&*client).await,
        [transient("huawei:login_not_connected")]
    );
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn settings_that_can_not_be_used_wait_for_a_person() {
    for bad in [settings("http://127.0.0.1:1", ""), settings("https://127.0.0.1:1", "not pem")] {
        for channel in Channel::dispatched().filter(|channel| channel.facts().peer == Peer::Vendor) {
            let client = connect_with(channel, &bad, TIMEOUTS, Documents::new([None]), no_sessions(), ManualClock::new()).unwrap();
            assert_eq!(
                Case::of(Channel::Huawei, 1).revoke(&*client).await,
                [misconfigured(&format!("{channel}:bad_settings"))]
            );
        }
    }
}

#[test]
fn what_has_no_vendor_is_not_connected() {
    for channel in Channel::ALL
        .into_iter()
        .filter(|channel| revocation_channels::settings(*channel).is_empty())
    {
        let settings = revocation_channels::Settings::default();
        assert!(revocation_channels::connect(channel, &settings, Documents::new([None]), no_sessions(), ManualClock::new()).is_none());
    }
}
