//! Apple over real HTTP/2.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;
use revocation_app::ports::ChannelClient;
use revocation_rules::batch::Handle;
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;
use serde_json::json;

use crate::server::{Do, Server};
use crate::support::{
    Case, Documents, ManualClock, client_of, count, ended, misconfigured, overwritten, revoke_at, throttled, transient, unknown,
};

pub fn document(key_id: &str) -> String {
    let pem = rcgen::KeyPair::generate().unwrap().serialize_pem();
    json!({"team_id": "T", "key_id": key_id, "private_key_pem": pem, "bundle_id": "com.example"}).to_string()
}

pub fn ok() -> Do {
    Do::answer(200, "")
}

pub fn client(server: &Server, documents: &Arc<Documents>, clock: &Arc<ManualClock>) -> Box<dyn ChannelClient> {
    client_of(Channel::Apns, server, documents, clock)
}

pub async fn revoke(server: &Server, case: &Case) -> Vec<Answer> {
    revoke_at(Channel::Apns, server, document("K"), case).await
}

/// The different provider tokens that were used.
fn provider_tokens(server: &Server) -> HashSet<String> {
    server.seen().iter().map(|seen| seen.header("authorization").to_owned()).collect()
}

#[tokio::test]
async fn a_thousand_deliveries_share_one_connection() {
    let server = Server::http2(100, |_, n| ok().after_ms(if n == 0 { 100 } else { 5 })).await;
    assert_eq!(revoke(&server, &Case::of(Channel::Apns, 1_000)).await, vec![overwritten(); 1_000]);
    assert_eq!(server.connections(), 1);
    let seen = server.seen();
    assert_eq!(seen.len(), 1_000);
    assert_eq!(seen.iter().map(|seen| seen.header("apns-id")).collect::<HashSet<_>>().len(), 1_000);
    assert!(seen.iter().all(|seen| seen.header("apns-collapse-id") == "7"));
    assert_eq!(provider_tokens(&server).len(), 1);
}

#[tokio::test]
async fn streams_stay_within_what_the_peer_allows_and_use_it() {
    let server = Server::http2(20, |_, _| ok().after_ms(10)).await;
    revoke(&server, &Case::of(Channel::Apns, 300)).await;
    assert_eq!(server.in_flight_max(), 20);
}

#[tokio::test]
async fn the_first_request_goes_alone() {
    let server = Server::http2(100, |_, n| ok().after_ms(if n == 0 { 300 } else { 20 })).await;
    let started = std::time::Instant::now();
    revoke(&server, &Case::of(Channel::Apns, 50)).await;
    assert!(started.elapsed().as_millis() >= 300);
    // Had the others not waited for the first answer, one of them would have met it in flight.
    assert_eq!(server.seen()[1].in_flight, 1);
    assert!(server.in_flight_max() > 1);
}

#[tokio::test]
async fn orders_at_once_and_later_share_the_connection_and_the_token() {
    let server = Server::http2(100, |_, _| ok()).await;
    let clock = ManualClock::new();
    let client = client(&server, &Documents::new([Some(document("K"))]), &clock);
    let case = Case::of(Channel::Apns, 20);
    futures::future::join_all((0..10).map(|_| case.revoke(&*client))).await;
    clock.advance_secs(39 * 60);
    case.revoke(&*client).await;
    assert_eq!((server.connections(), provider_tokens(&server).len()), (1, 1));
    clock.advance_secs(60);
    case.revoke(&*client).await;
    assert_eq!((server.connections(), provider_tokens(&server).len()), (1, 2));
}

#[tokio::test]
async fn each_device_has_its_own_answer() {
    let server = Server::http2(100, |seen, _| match seen.device().trim_start_matches('0') {
        "1" => Do::reason(410, "Unregistered"),
        "2" => Do::reason(400, "BadDeviceToken"),
        "3" => Do::reason(400, "BadCollapseId"),
        "4" => Do::reason(429, "TooManyRequests").retry_after("7"),
        "5" => Do::reason(500, "InternalServerError"),
        _ => ok(),
    })
    .await;
    let answers = revoke(&server, &Case::of(Channel::Apns, 7)).await;
    assert_eq!(
        answers,
        [
            overwritten(),
            ended(Outcome::TargetGone, "apns:Unregistered"),
            unknown("apns:BadDeviceToken"),
            ended(Outcome::Refused, "apns:BadCollapseId"),
            throttled("apns:TooManyRequests", Some(7)),
            transient("apns:InternalServerError"),
            overwritten(),
        ]
    );
}

#[tokio::test]
async fn a_token_that_ran_out_is_signed_anew_once_and_the_requests_repeated() {
    let refused = std::sync::Mutex::new(None);
    // The first token seen is expired, for whoever carries it.
    let server = Server::http2(100, move |seen, _| {
        let token = seen.header("authorization").to_owned();
        let mut refused = refused.lock().unwrap();
        if refused.get_or_insert_with(|| token.clone()) == &token {
            Do::reason(403, "ExpiredProviderToken")
        } else {
            ok()
        }
    })
    .await;
    assert_eq!(revoke(&server, &Case::of(Channel::Apns, 100)).await, vec![overwritten(); 100]);
    assert_eq!(provider_tokens(&server).len(), 2);
}

#[tokio::test]
async fn a_token_that_runs_out_under_many_requests_is_signed_anew_once() {
    let old = std::sync::Mutex::new(None);
    let server = Server::http2(100, move |seen, n| {
        let token = seen.header("authorization").to_owned();
        let mut old = old.lock().unwrap();
        if old.get_or_insert_with(|| token.clone()) == &token && n >= 30 {
            Do::reason(403, "ExpiredProviderToken").after_ms(10)
        } else {
            ok().after_ms(10)
        }
    })
    .await;
    assert_eq!(revoke(&server, &Case::of(Channel::Apns, 300)).await, vec![overwritten(); 300]);
    assert_eq!(provider_tokens(&server).len(), 2);
}

#[tokio::test]
async fn a_fresh_token_called_expired_waits_for_a_person() {
    let server = Server::http2(100, |_, _| Do::reason(403, "ExpiredProviderToken")).await;
    let answers = revoke(&server, &Case::of(Channel::Apns, 50)).await;
    assert!(count(&answers, &misconfigured("apns:ExpiredProviderToken")) >= 1);
    assert!(answers.iter().all(|answer| !matches!(answer, Answer::Ended { .. })));
    assert_eq!(provider_tokens(&server).len(), 2);
}

#[tokio::test]
async fn too_many_token_updates_stop_the_order_and_keep_the_token() {
    let server = Server::http2(100, |_, n| match n {
        0 => Do::reason(429, "TooManyProviderTokenUpdates").retry_after("60"),
        _ => ok(),
    })
    .await;
    let client = client(&server, &Documents::new([Some(document("K"))]), &ManualClock::new());
    let case = Case::of(Channel::Apns, 50);
    let answers = case.revoke(&*client).await;
    assert_eq!(count(&answers, &throttled("apns:TooManyProviderTokenUpdates", Some(60))), 1);
    assert_eq!(count(&answers, &Answer::NotTried), 49);
    assert_eq!(case.revoke(&*client).await, vec![overwritten(); 50]);
    assert_eq!(provider_tokens(&server).len(), 1);
}

#[tokio::test]
async fn a_key_that_apple_does_not_know_waits_for_a_person() {
    let server = Server::http2(100, |_, _| Do::reason(403, "InvalidProviderToken")).await;
    let answers = revoke(&server, &Case::of(Channel::Apns, 50)).await;
    assert_eq!(count(&answers, &misconfigured("apns:InvalidProviderToken")), 1);
    assert_eq!(count(&answers, &Answer::NotTried), 49);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_rotated_key_is_read_at_once() {
    let server = Server::http2(100, |_, n| if n == 0 { Do::reason(403, "InvalidProviderToken") } else { ok() }).await;
    let documents = Documents::new([Some(document("OLD")), Some(document("NEW"))]);
    let answers = Case::of(Channel::Apns, 50)
        .revoke(&*client(&server, &documents, &ManualClock::new()))
        .await;
    assert_eq!(answers, vec![overwritten(); 50]);
    // Apple ties a connection to the first key it sees.
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn at_the_deadline_no_request_starts_and_those_in_flight_are_awaited() {
    let clock = ManualClock::new();
    let late = clock.clone();
    let server = Server::http2(10, move |_, n| {
        if n == 30 {
            late.advance_secs(100);
        }
        ok().after_ms(20)
    })
    .await;
    let until = Timestamp::from_second(1_800_000_100).unwrap();
    let answers = Case::of(Channel::Apns, 200)
        .revoke_until(&*client(&server, &Documents::new([Some(document("K"))]), &clock), until)
        .await;
    let asked = count(&answers, &overwritten());
    assert_eq!(asked, server.seen().len());
    assert!((31..=41).contains(&asked), "{asked} were asked");
    assert_eq!(count(&answers, &Answer::NotTried), 200 - asked);
}

#[tokio::test]
async fn after_the_deadline_nothing_is_asked() {
    let server = Server::http2(10, |_, _| ok()).await;
    let client = client(&server, &Documents::new([Some(document("K"))]), &ManualClock::new());
    let answers = Case::of(Channel::Apns, 3)
        .revoke_until(&*client, Timestamp::from_second(1_800_000_000).unwrap())
        .await;
    assert_eq!(answers, vec![Answer::NotTried; 3]);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_delivery_without_a_collapse_id_is_not_sent() {
    let server = Server::http2(10, |_, _| ok()).await;
    let case = Case::new([
        ("aa".to_owned(), None),
        ("bb".to_owned(), Some(Handle::CollapseId("c\u{7f}".to_owned()))),
    ]);
    let answers = revoke(&server, &case).await;
    assert_eq!(
        answers,
        [
            ended(Outcome::NotRevocable, "sent_without_notify_id"),
            ended(Outcome::Refused, "apns:BadCollapseId")
        ]
    );
    assert!(server.seen().is_empty());
}
