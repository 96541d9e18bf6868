//! `HarmonyOS` over real HTTPS.

use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;
use revocation_app::ports::ChannelClient;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;
use serde_json::json;

use crate::server::{Do, Seen, Server};
use crate::support::{
    Case, Documents, ManualClock, client_of, count, devices, ended, misconfigured, notify_ids, overwritten, recalled_as_a_whole, revoke_at,
    throttled, transient, unknown,
};

const RECALL: &str = "/v1/6917569/messages:revoke";
const SEND: &str = "/v3/388421841222199046/messages:send";

/// One for all tests of a process: a key takes its time.
static KEY: LazyLock<String> = LazyLock::new(|| {
    let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
    key.unwrap().serialize_pem()
});

pub fn document(key_id: &str) -> String {
    json!({
        "project_id": "388421841222199046", "client_id": "6917569", "key_id": key_id, "sub_account": "110088",
        "private_key": *KEY, "category": "WORK",
    })
    .to_string()
}

/// A server that answers as told; calls are numbered from 0.
async fn harmony(calls: impl Fn(&Seen, usize) -> Do + Send + Sync + 'static) -> Server {
    let called = AtomicUsize::new(0);
    Server::http1(move |seen, _| calls(seen, called.fetch_add(1, Ordering::SeqCst))).await
}

fn client(server: &Server, documents: &Arc<Documents>, clock: &Arc<ManualClock>) -> Box<dyn ChannelClient> {
    client_of(Channel::Harmony, server, documents, clock)
}

async fn revoke(server: &Server, case: &Case) -> Vec<Answer> {
    revoke_at(Channel::Harmony, server, document("K"), case).await
}

fn recalls(count: usize) -> Case {
    devices(count).by(Strategy::Recall)
}

fn tokens(seen: &Seen) -> Vec<String> {
    let body = seen.json();
    let list = body.get("token").or_else(|| body["target"].get("token")).unwrap();
    serde_json::from_value(list.clone()).unwrap()
}

#[tokio::test]
async fn a_thousand_deliveries_are_one_call_with_a_token_of_ours() {
    for (strategy, path, expected) in [
        (Strategy::Recall, RECALL, recalled_as_a_whole()),
        (Strategy::RecallThenOverwrite, RECALL, recalled_as_a_whole()),
        (Strategy::Overwrite, SEND, overwritten()),
    ] {
        let server = harmony(|_, _| Do::code("80000000")).await;
        let answers = revoke(&server, &devices(1_000).by(strategy)).await;
        assert_eq!(answers, vec![expected; 1_000]);
        let calls = server.seen();
        assert_eq!(calls.len(), 1, "no login, and no notice after a recall that was accepted");
        assert_eq!(calls[0].path, path);
        assert_eq!(calls[0].header("push-type"), "0");
        assert_eq!(calls[0].header("content-type"), "application/json");
        assert!(calls[0].header("authorization").starts_with("Bearer ey"));
        assert_eq!(tokens(&calls[0]).len(), 1_000);
    }
}

#[tokio::test]
async fn deliveries_share_a_recall_by_their_notify_id() {
    let server = harmony(|_, _| Do::code("80000000")).await;
    let case = notify_ids([7, 8, 7]).by(Strategy::Recall);
    assert_eq!(revoke(&server, &case).await, vec![recalled_as_a_whole(); 3]);
    let mut asked: Vec<_> = server
        .seen()
        .iter()
        .map(|seen| (seen.json()["notifyId"].as_u64().unwrap(), tokens(seen).len()))
        .collect();
    asked.sort_unstable();
    assert_eq!(asked, [(7, 2), (8, 1)]);
}

#[tokio::test]
async fn fifty_orders_at_once_share_one_token_until_four_fifths_of_its_life_are_over() {
    let server = harmony(|_, _| Do::code("80000000")).await;
    let clock = ManualClock::new();
    let client = client(&server, &Documents::new([Some(document("K"))]), &clock);
    let case = recalls(3);
    join_all((0..50).map(|_| case.revoke(&*client))).await;
    for (advance, signed) in [(0, 1), (2_639, 1), (1, 2)] {
        clock.advance_secs(advance);
        case.revoke(&*client).await;
        let seen = server.seen();
        let tokens: std::collections::HashSet<&str> = seen.iter().map(|seen| seen.header("authorization")).collect();
        assert_eq!(tokens.len(), signed);
    }
}

#[tokio::test]
async fn a_token_that_is_refused_is_signed_anew_once_and_the_call_repeated() {
    for refusal in [Do::code("80200003"), Do::code("80300036"), Do::answer(401, "")] {
        let server = harmony(move |_, n| if n == 0 { refusal.clone() } else { Do::code("80000000") }).await;
        assert_eq!(revoke(&server, &recalls(2)).await, vec![recalled_as_a_whole(); 2]);
        let seen = server.seen();
        assert_eq!(seen.len(), 2);
        assert_ne!(seen[0].header("authorization"), seen[1].header("authorization"));
    }
    let server = harmony(|_, _| Do::code("80200001")).await;
    assert_eq!(revoke(&server, &recalls(2)).await, vec![misconfigured("harmony:80200001"); 2]);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_rotated_account_is_read_at_once() {
    // How long the head of the token is says which key it names.
    let head = |seen: &Seen| seen.header("authorization").split('.').next().unwrap_or_default().len();
    let server = harmony(|_, n| if n == 0 { Do::answer(401, "") } else { Do::code("80000000") }).await;
    let documents = Documents::new([Some(document("K")), Some(document("a-key-with-a-longer-name"))]);
    let answers = recalls(1).revoke(&*client(&server, &documents, &ManualClock::new())).await;
    assert_eq!(answers, [recalled_as_a_whole()]);
    let seen = server.seen();
    assert!(head(&seen[0]) < head(&seen[1]), "the second one names the other key");
    assert_eq!(documents.reads(), 2);
}

#[tokio::test]
async fn what_the_recall_refuses_is_overwritten_where_the_strategy_says_so_and_nothing_else_is() {
    let refusals = ["80100001", "80300008", "80100099"];
    for code in refusals {
        let server = harmony(move |seen, _| {
            let says_no = seen.path == RECALL;
            Do::code(if says_no { code } else { "80000000" })
        })
        .await;
        let answers = revoke(&server, &devices(2).by(Strategy::RecallThenOverwrite)).await;
        assert_eq!(answers, vec![overwritten(); 2], "{code}");
        assert_eq!((server.seen_at(RECALL).len(), server.seen_at(SEND).len()), (1, 1));
    }
    for (code, expected) in [
        ("80300007", unknown("harmony:80300007")),
        ("80300002", misconfigured("harmony:80300002")),
        ("80300032", misconfigured("harmony:80300032")),
        ("80000001", transient("harmony:80000001")),
    ] {
        let server = harmony(move |_, _| Do::code(code)).await;
        let answers = revoke(&server, &devices(2).by(Strategy::RecallThenOverwrite)).await;
        assert_eq!(answers, vec![expected; 2], "{code}");
        assert_eq!(server.seen_at(SEND).len(), 0, "{code}");
    }
    let server = harmony(|_, _| Do::code("80100001")).await;
    assert_eq!(
        revoke(&server, &recalls(2)).await,
        vec![ended(Outcome::Refused, "harmony:80100001"); 2]
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_device_that_the_recall_refuses_by_name_is_overwritten_alone() {
    let msg = json!({"illegalTokens": {"countryNotSupport": ["r1"], "noRight": ["r2"]}, "success": 1, "failure": 2}).to_string();
    let body = json!({"code": "80100000", "msg": msg}).to_string();
    let server = harmony(move |seen, _| match seen.path.as_str() {
        RECALL => Do::answer(200, body.clone()),
        _ => Do::code("80000000"),
    })
    .await;
    let answers = revoke(&server, &devices(3).by(Strategy::RecallThenOverwrite)).await;
    assert_eq!(answers, [recalled_as_a_whole(), overwritten(), unknown("harmony:noRight")]);
    assert_eq!(tokens(&server.seen_at(SEND)[0]), ["r1"]);
}

#[tokio::test]
async fn each_device_of_a_notice_gets_its_own_reason() {
    let list = json!({
        "illegalTokens": {" tokenFormatError ": ["r1"], "countryNotSupport": ["r2"], "appinfoError": ["r3"], "new": ["r4"]},
        "success": 1, "failure": 4,
    });
    let body = json!({"code": "80100000", "msg": list.to_string()}).to_string();
    let server = harmony(move |_, _| Do::answer(200, body.clone())).await;
    let expected = [
        overwritten(),
        unknown("harmony:tokenFormatError"),
        ended(Outcome::Refused, "harmony:countryNotSupport"),
        transient("harmony:appinfoError"),
        transient("harmony:illegal_token"),
    ];
    assert_eq!(revoke(&server, &devices(5)).await, expected);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn no_right_to_all_tokens_of_a_call_waits_for_a_person() {
    let body = |tokens: &[String]| {
        let msg = json!({"illegalTokens": {"noRight": tokens}, "failure": tokens.len()}).to_string();
        json!({"code": "80300007", "msg": msg}).to_string()
    };
    let server = harmony(move |seen, _| Do::answer(200, body(&tokens(seen)))).await;
    assert_eq!(revoke(&server, &devices(3)).await, vec![misconfigured("harmony:noRight"); 3]);
    assert_eq!(revoke(&server, &devices(1)).await, [unknown("harmony:noRight")]);
}

#[tokio::test]
async fn who_spoils_a_call_is_found_in_halves_and_nobody_else_pays() {
    // A list that is not there; a check that some did not pass; a token of another app.
    for (code, spoilt_alone) in [
        ("80100000", transient("harmony:80100000")),
        ("80100020", ended(Outcome::Refused, "harmony:80100020")),
        ("80300017", ended(Outcome::Refused, "harmony:80300017")),
    ] {
        let server = harmony(move |seen, _| {
            let is_spoilt = tokens(seen).iter().any(|token| token == "r4");
            Do::code(if is_spoilt { code } else { "80000000" })
        })
        .await;
        let answers = revoke(&server, &recalls(9)).await;
        let mut expected = vec![recalled_as_a_whole(); 9];
        expected[4] = spoilt_alone;
        assert_eq!(answers, expected, "{code}");
        assert!(server.seen().len() <= 9, "{}", server.seen().len());
    }
    // Alone it was refused by name, so it is the one that is overwritten.
    let server = harmony(|seen, _| match seen.path.as_str() {
        RECALL if tokens(seen).iter().any(|token| token == "r4") => Do::code("80100020"),
        _ => Do::code("80000000"),
    })
    .await;
    let answers = revoke(&server, &devices(9).by(Strategy::RecallThenOverwrite)).await;
    assert_eq!((count(&answers, &overwritten()), count(&answers, &recalled_as_a_whole())), (1, 8));
    assert_eq!(tokens(&server.seen_at(SEND)[0]), ["r4"]);
}

#[tokio::test]
async fn a_throttled_order_starts_no_further_call() {
    let server = harmony(|_, n| match n {
        0 => Do::answer(503, "").retry_after("7"),
        _ => Do::code("80000000").after_ms(200),
    })
    .await;
    let answers = revoke(&server, &notify_ids(1..21).by(Strategy::Recall)).await;
    assert_eq!(count(&answers, &throttled("harmony:http_503", Some(7))), 1);
    assert_eq!(count(&answers, &recalled_as_a_whole()), 3);
    assert_eq!(count(&answers, &Answer::NotTried), 16);
}
