//! The push services of browsers over real HTTPS, against servers that do as each test says.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::encoding::AsBigEndian as _;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use revocation_app::ports::ChannelClient;
use revocation_channels::{Settings, connect_with};
use revocation_rules::batch::Handle;
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;
use revocation_rules::web_push::{PublicKey, Subscription};
use serde_json::{Value, json};

use crate::server::{Do, Server};
use crate::support::{
    Case, Documents, ManualClock, TIMEOUTS, client_of, count, ended, misconfigured, no_sessions, overwritten, throttled, transient,
};

/// A new pair of a site's keys.
pub fn pair() -> Value {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let private = pair.private_key().as_be_bytes().unwrap();
    json!({
        "public_key": BASE64_URL_SAFE_NO_PAD.encode(pair.public_key()),
        "private_key": BASE64_URL_SAFE_NO_PAD.encode(private.as_ref()),
    })
}

pub fn document_with(keys: &[Value]) -> String {
    json!({"subject": "mailto:ops@example.com", "keys": keys}).to_string()
}

pub fn document() -> String {
    document_with(&[pair()])
}

pub fn subscription(vapid_key: Option<&Value>) -> Subscription {
    Subscription {
        p256dh: PublicKey::parse("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4").unwrap(),
        auth: Subscription::parse_auth("BTBZMqHH6r4Tts7J_aSIgg").unwrap(),
        vapid_key: vapid_key.map(|pair| PublicKey::parse(pair["public_key"].as_str().unwrap()).unwrap()),
    }
}

/// One delivery to each of these endpoints, all with one tag.
pub fn browsers(endpoints: impl IntoIterator<Item = String>) -> Case {
    let endpoints: Vec<String> = endpoints.into_iter().collect();
    let subscriptions = vec![Some(subscription(None)); endpoints.len()];
    let tagged = endpoints
        .into_iter()
        .map(|endpoint| (endpoint, Some(Handle::Tag("rv-9".to_owned()))));
    Case::new(tagged).subscribed(subscriptions)
}

/// So many browsers at a server.
fn at(server: &Server, count: usize) -> Vec<String> {
    let origin = server.url.replace("127.0.0.1", "localhost");
    (0..count).map(|n| format!("{origin}/push/{n}")).collect()
}

fn client(server: &Server, documents: &Arc<Documents>, clock: &Arc<ManualClock>) -> Box<dyn ChannelClient> {
    client_of(Channel::WebPush, server, documents, clock)
}

fn a_client(server: &Server) -> Box<dyn ChannelClient> {
    client(server, &Documents::new([Some(document())]), &ManualClock::new())
}

fn created() -> Do {
    Do::answer(201, "")
}

fn refused(reason: &str) -> Answer {
    ended(Outcome::Refused, reason)
}

#[tokio::test]
async fn each_browser_gets_a_message_of_its_own_from_one_who_says_who_it_is() {
    let server = Server::http1(|_, _| created().after_ms(5)).await;
    let client = a_client(&server);
    assert_eq!(browsers(at(&server, 100)).revoke(&*client).await, vec![overwritten(); 100]);
    let seen = server.seen();
    assert_eq!(seen.iter().map(|seen| &seen.path).collect::<HashSet<_>>().len(), 100);
    assert_eq!(seen.iter().map(|seen| &seen.body).collect::<HashSet<_>>().len(), 100);
    let authorizations: HashSet<_> = seen.iter().map(|seen| seen.header("authorization")).collect();
    assert_eq!(authorizations.len(), 1, "one token for the origin");
    for seen in &seen {
        assert_eq!(
            (seen.header("ttl"), seen.header("topic"), seen.header("urgency")),
            ("604800", "rv-9", "high")
        );
        assert_eq!(seen.header("content-encoding"), "aes128gcm");
        assert!(seen.body.len() > 86 && seen.body.len() <= 4_096);
    }
    assert!((2..=16).contains(&server.connections()), "{}", server.connections());
}

#[tokio::test]
async fn each_answer_is_about_its_browser() {
    let server = Server::http1(|seen, _| match seen.path.as_str() {
        "/push/0" => Do::answer(404, ""),
        "/push/1" => Do::answer(410, ""),
        "/push/2" => Do::answer(400, ""),
        "/push/3" => Do::answer(413, ""),
        "/push/4" => Do::answer(302, ""),
        "/push/5" => Do::answer(202, ""),
        "/push/6" => Do::answer(503, ""),
        _ => created(),
    })
    .await;
    let answers = browsers(at(&server, 8)).revoke(&*a_client(&server)).await;
    assert_eq!(
        answers,
        [
            ended(Outcome::TargetGone, "web_push:http_404"),
            ended(Outcome::TargetGone, "web_push:http_410"),
            refused("web_push:http_400"),
            refused("web_push:http_413"),
            refused("web_push:http_302"),
            overwritten(),
            transient("web_push:http_503"),
            overwritten(),
        ]
    );
    assert_eq!(server.seen().len(), 8, "nothing was followed, nothing was asked twice");
}

#[tokio::test]
async fn where_nothing_may_be_called_nothing_is() {
    let server = Server::http1(|_, _| created()).await;
    let outside = [
        server.url.clone() + "/push/0",
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://push.example/a".to_owned(),
        "https://user@localhost/a".to_owned(),
        at(&server, 1).remove(0).replace("https:", "http:"),
    ];
    let answers = browsers(outside).revoke(&*a_client(&server)).await;
    assert_eq!(answers, vec![refused("web_push:endpoint_not_allowed"); 5]);
    assert_eq!(server.connections(), 0);

    // A deployment that says nothing of loopback has none.
    let settings = Settings {
        extra_ca_pem: Some(server.ca_pem.clone()),
        ..Settings::default()
    };
    let documents = Documents::new([Some(document())]);
    let client = connect_with(Channel::WebPush, &settings, TIMEOUTS, documents, no_sessions(), ManualClock::new()).unwrap();
    let answers = browsers(at(&server, 1)).revoke(&*client).await;
    assert_eq!(answers, [refused("web_push:endpoint_not_allowed")]);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_host_that_is_slow_holds_up_nobody_else() {
    let slow = Server::http1(|_, _| created().after_ms(60_000)).await;
    let fast = Server::http1(|_, _| created()).await;
    // Both are trusted by one client, so both have one certificate authority each in its list.
    let settings = Settings {
        set: [("WEB_PUSH_LOOPBACK", "allow".to_owned())].into(),
        extra_ca_pem: Some(slow.ca_pem.clone() + &fast.ca_pem),
        ..Settings::default()
    };
    let documents = Documents::new([Some(document())]);
    let client = connect_with(Channel::WebPush, &settings, TIMEOUTS, documents, no_sessions(), ManualClock::new()).unwrap();
    let endpoints = at(&slow, 200).into_iter().chain(at(&fast, 200));
    let started = Instant::now();
    let answers = browsers(endpoints).revoke(&*client).await;
    // Two rounds of those that wait, not thirteen: the breaker has the rest.
    assert!(
        started.elapsed() < (TIMEOUTS.connect + TIMEOUTS.answer) * 3,
        "{:?}",
        started.elapsed()
    );
    assert_eq!(count(&answers, &overwritten()), 200);
    assert_eq!(count(&answers, &transient("web_push:timeout")), 200);
    assert!(slow.seen().len() <= 40, "{}", slow.seen().len());
    assert_eq!(fast.seen().len(), 200);
}

#[tokio::test]
async fn a_host_that_broke_down_is_tried_again_later() {
    let server = Server::http1(|_, n| if n < 5 { Do::answer(502, "") } else { created().after_ms(5) }).await;
    let (documents, clock) = (Documents::new([Some(document())]), ManualClock::new());
    let client = client(&server, &documents, &clock);
    let one = browsers(at(&server, 1));
    for _ in 0..5 {
        assert_eq!(one.revoke(&*client).await, [transient("web_push:http_502")]);
    }
    assert_eq!(one.revoke(&*client).await, [transient("web_push:http_502")]);
    assert_eq!(server.seen().len(), 5, "the sixth was not asked");
    clock.advance_secs(30);
    assert_eq!(browsers(at(&server, 20)).revoke(&*client).await, vec![overwritten(); 20]);
}

#[tokio::test]
async fn a_pause_that_a_host_asks_for_is_kept_for_all_its_browsers() {
    let server = Server::http1(|_, n| if n == 0 { Do::answer(429, "").retry_after("60") } else { created() }).await;
    let (documents, clock) = (Documents::new([Some(document())]), ManualClock::new());
    let client = client(&server, &documents, &clock);
    let first = browsers(at(&server, 1)).revoke(&*client).await;
    assert_eq!(first, [throttled("web_push:http_429", Some(60))]);
    clock.advance_secs(20);
    let rest = browsers(at(&server, 50)).revoke(&*client).await;
    assert_eq!(rest, vec![throttled("web_push:http_429", Some(40)); 50]);
    assert_eq!(server.seen().len(), 1);
    clock.advance_secs(40);
    assert_eq!(browsers(at(&server, 50)).revoke(&*client).await, vec![overwritten(); 50]);
}

#[tokio::test]
async fn a_token_that_is_refused_is_signed_anew_once() {
    let server = Server::http1(|_, n| if n == 1 { Do::answer(403, "") } else { created() }).await;
    let (documents, clock) = (Documents::new([Some(document())]), ManualClock::new());
    let client = client(&server, &documents, &clock);
    let one = browsers(at(&server, 1));
    assert_eq!(one.revoke(&*client).await, [overwritten()]);
    clock.advance_secs(3_600);
    assert_eq!(one.revoke(&*client).await, [overwritten()]);
    let seen = server.seen();
    let used: Vec<&str> = seen.iter().map(|seen| seen.header("authorization")).collect();
    assert_eq!(used.len(), 3);
    assert_eq!(used[0], used[1]);
    assert_ne!(used[1], used[2]);
}

#[tokio::test]
async fn a_browser_of_another_key_waits_for_a_person_and_holds_up_nobody() {
    let server = Server::http1(|seen, _| if seen.path == "/push/3" { Do::answer(403, "") } else { created() }).await;
    let answers = browsers(at(&server, 8)).revoke(&*a_client(&server)).await;
    assert_eq!(count(&answers, &overwritten()), 7);
    assert_eq!(answers[3], misconfigured("web_push:http_403"));
}

#[tokio::test]
async fn a_key_that_everybody_refuses_is_not_shown_to_everybody() {
    let server = Server::http1(|_, _| Do::answer(403, "").after_ms(5)).await;
    let answers = browsers(at(&server, 500)).revoke(&*a_client(&server)).await;
    let (told, spared) = (misconfigured("web_push:http_403"), misconfigured("web_push:vapid_key_refused"));
    assert_eq!(count(&answers, &told) + count(&answers, &spared), 500);
    assert!(count(&answers, &spared) > 440, "{}", count(&answers, &spared));
}

#[tokio::test]
async fn each_browser_is_told_by_the_key_that_it_subscribed_with() {
    let server = Server::http1(|_, _| created()).await;
    let (first, second, gone) = (pair(), pair(), pair());
    let documents = Documents::new([Some(document_with(&[first.clone(), second.clone()]))]);
    let client = client(&server, &documents, &ManualClock::new());
    let keys = [None, Some(&first), Some(&second), Some(&gone)];
    let case = browsers(at(&server, 4)).subscribed(keys.map(|key| Some(subscription(key))));
    let answers = case.revoke(&*client).await;
    assert_eq!(answers[..3], vec![overwritten(); 3]);
    assert_eq!(answers[3], misconfigured("web_push:unknown_vapid_key"));
    for (path, key) in [("/push/0", &first), ("/push/1", &first), ("/push/2", &second)] {
        let asked = server.seen_at(path);
        let key = key["public_key"].as_str().unwrap();
        assert!(asked[0].header("authorization").ends_with(&format!(", k={key}")), "{path}");
    }
}

#[tokio::test]
async fn a_key_that_was_added_is_found_at_once() {
    let server = Server::http1(|_, _| created()).await;
    let (first, second) = (pair(), pair());
    let documents = Documents::new([
        Some(document_with(std::slice::from_ref(&first))),
        Some(document_with(&[first, second.clone()])),
    ]);
    let case = browsers(at(&server, 2)).subscribed([None, Some(&second)].map(|key| Some(subscription(key))));
    let client = client(&server, &documents, &ManualClock::new());
    assert_eq!(case.revoke(&*client).await, vec![overwritten(); 2]);
    assert_eq!(server.seen().len(), 2, "who was told was not told twice");
}

#[tokio::test]
async fn what_can_not_be_encrypted_for_or_has_no_tag_is_not_asked_for() {
    let server = Server::http1(|_, _| created()).await;
    let mut off = *subscription(None).p256dh.bytes();
    off[64] ^= 1;
    let off = Subscription {
        p256dh: PublicKey::of_bytes(off).unwrap(),
        ..subscription(None)
    };
    let case = browsers(at(&server, 2)).subscribed([Some(off), None]);
    let answers = case.revoke(&*a_client(&server)).await;
    assert_eq!(answers, [refused("web_push:bad_keys"), refused("web_push:no_keys")]);
    let untagged = Case::new(at(&server, 1).into_iter().map(|endpoint| (endpoint, None)));
    let answers = untagged.subscribed([Some(subscription(None))]).revoke(&*a_client(&server)).await;
    assert_eq!(answers, [ended(Outcome::NotRevocable, "sent_without_notify_id")]);
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn nothing_starts_after_the_orders_time() {
    let server = Server::http1(|_, _| created()).await;
    let client = a_client(&server);
    let over = Timestamp::from_second(1_800_000_000).unwrap();
    let answers = browsers(at(&server, 3)).revoke_until(&*client, over).await;
    assert_eq!(answers, vec![Answer::NotTried; 3]);
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn a_broken_connection_is_told_of_its_browser_alone() {
    let server = Server::http1(|seen, _| if seen.path == "/push/0" { Do::drop_connection() } else { created() }).await;
    let answers = browsers(at(&server, 4)).revoke(&*a_client(&server)).await;
    assert_eq!(answers[0], transient("web_push:connection_broken"));
    assert_eq!(answers[1..], vec![overwritten(); 3]);
}

#[tokio::test]
async fn a_document_that_is_none_waits_for_a_person() {
    let server = Server::http1(|_, _| created()).await;
    for document in [None, Some("{}".to_owned())] {
        let reason = if document.is_none() {
            "web_push:no_credentials"
        } else {
            "web_push:bad_credentials"
        };
        let client = client(&server, &Documents::new([document]), &ManualClock::new());
        assert_eq!(browsers(at(&server, 2)).revoke(&*client).await, vec![misconfigured(reason); 2]);
    }
    let settings = Settings {
        set: [("WEB_PUSH_HOSTS", "10.0.0.1".to_owned())].into(),
        ..Settings::default()
    };
    let documents = Documents::new([Some(document())]);
    let client = connect_with(Channel::WebPush, &settings, TIMEOUTS, documents, no_sessions(), ManualClock::new()).unwrap();
    assert_eq!(
        browsers(at(&server, 1)).revoke(&*client).await,
        [misconfigured("web_push:bad_settings")]
    );
    // A long answer is nobody's.
    let long = Server::http1(|_, _| Do::answer(400, "x".repeat(100_000))).await;
    let answers = browsers(at(&long, 1)).revoke(&*a_client(&long)).await;
    assert_eq!(answers, [transient("web_push:answer_too_long")]);
    assert!(TIMEOUTS.answer < Duration::from_secs(10));
}
