//! Xiaomi over real HTTPS: what is asked, and what each answer comes to.

use std::sync::Arc;

use revocation_app::ports::ChannelClient;
use revocation_channels::connect_with;
use revocation_rules::batch::Handle;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;
use serde_json::json;

use crate::server::{Do, Server};
use crate::support::{
    Case, Documents, ManualClock, TIMEOUTS, client_of, devices, ended, misconfigured, no_sessions, notify_ids, overwritten, recalled,
    revoke_at, settings, throttled, transient, unknown,
};

pub const SEND: &str = "/v3/message/regid";
pub const RECALL: &str = "/v3/message/regid/revoke";

pub fn document(secret: &str) -> String {
    json!({"app_secret": secret, "package": "com.example.shop", "channel_id": "104"}).to_string()
}

/// An answer as Xiaomi gives it: HTTP 200, whatever the code.
pub fn code(code: i64) -> Do {
    let result = if code == 0 { "ok" } else { "error" };
    Do::answer(
        200,
        json!({"result": result, "code": code, "description": "d", "data": {"id": "scm1"}}).to_string(),
    )
}

pub fn client(server: &Server, documents: &Arc<Documents>, clock: &Arc<ManualClock>) -> Box<dyn ChannelClient> {
    client_of(Channel::Xiaomi, server, documents, clock)
}

pub async fn revoke(server: &Server, case: &Case) -> Vec<Answer> {
    revoke_at(Channel::Xiaomi, server, document("s"), case).await
}

#[tokio::test]
async fn five_hundred_devices_share_an_overwrite() {
    let server = Server::http1(|_, _| code(0)).await;
    assert_eq!(revoke(&server, &devices(1_001)).await, vec![overwritten(); 1_001]);
    let sends = server.seen_at(SEND);
    let mut sizes: Vec<usize> = sends.iter().map(|seen| seen.field("registration_id").split(',').count()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 500, 500]);
    assert_eq!(server.seen().len(), 3);
    for seen in sends {
        assert_eq!(seen.header("authorization"), "key=s");
        assert_eq!(seen.header("content-type"), "application/x-www-form-urlencoded;charset=UTF-8");
        for (name, value) in [
            ("restricted_package_name", "com.example.shop"),
            ("notify_id", "7"),
            ("title", "Message revoked"),
            ("notify_type", "0"),
            ("extra.channel_id", "104"),
            ("extra.jobkey", ""),
        ] {
            assert_eq!(seen.field(name), value, "{name}");
        }
    }
}

#[tokio::test]
async fn a_recall_names_the_devices_and_the_notify_id() {
    let server = Server::http1(|_, _| code(0)).await;
    for strategy in [Strategy::Recall, Strategy::RecallThenOverwrite] {
        assert_eq!(revoke(&server, &devices(2).by(strategy)).await, [recalled(), recalled()]);
    }
    assert!(server.seen_at(SEND).is_empty());
    let recalls = server.seen_at(RECALL);
    assert_eq!(recalls.len(), 2);
    assert_eq!(
        recalls[0].body,
        "registration_ids=r0%2Cr1&restricted_package_name=com.example.shop&notify_id=7"
    );
}

#[tokio::test]
async fn what_the_recall_does_not_take_is_overwritten() {
    for refusal in [code(65028), code(10017), code(21303), Do::answer(404, ""), Do::answer(410, "")] {
        let server = Server::http1(move |seen, _| if seen.path == RECALL { refusal.clone() } else { code(0) }).await;
        let answers = revoke(&server, &devices(3).by(Strategy::RecallThenOverwrite)).await;
        assert_eq!(answers, vec![overwritten(); 3]);
        assert_eq!((server.seen_at(RECALL).len(), server.seen_at(SEND).len()), (1, 1));
        assert_eq!(server.seen_at(SEND)[0].field("registration_id"), "r0,r1,r2");
        assert_eq!(server.seen_at(SEND)[0].field("notify_id"), "7");
    }
}

/// Xiaomi's documented codes; what an overwrite that is told so comes to; and
/// whether `recall_then_overwrite` overwrites what a recall that is told so did not take.
fn codes() -> Vec<(i64, Answer, bool)> {
    let reason = |code: i64| format!("xiaomi:{code}");
    let mut table = Vec::new();
    for code in [10029, 20301, 66007] {
        table.push((code, unknown(&reason(code)), false));
    }
    for code in [65028, 10008, 10012, 10016, 10017, 27001, 65009] {
        table.push((code, ended(Outcome::Refused, &reason(code)), true));
    }
    for code in [10031, 10036, 21303, 26006] {
        table.push((code, misconfigured(&reason(code)), true));
    }
    for code in [21301, 21302, 10041, 22000, 22006, 22007, 22022] {
        table.push((code, misconfigured(&reason(code)), false));
    }
    for code in [10034, 200_001] {
        table.push((code, ended(Outcome::Failed, &reason(code)), false));
    }
    for code in [10002, 10027, 26004, 200_002] {
        table.push((code, throttled(&reason(code), None), false));
    }
    for code in [-1, 1, 10001, 10003, 10037, 20607, 26003, 65029, 66108, 66109, 200_003, 99_999] {
        table.push((code, transient(&reason(code)), false));
    }
    table
}

#[tokio::test]
async fn every_documented_code_has_its_outcome_under_every_strategy() {
    let table = codes();
    let told: Vec<i64> = table.iter().map(|(code, ..)| *code).collect();
    // The notify id says which code is the answer; 1,000 more and it is the recall's alone.
    let server = Server::http1(move |seen, _| {
        let id: usize = seen.field("notify_id").parse().unwrap();
        match (id.checked_sub(1_000), seen.path.as_str()) {
            (Some(_), SEND) => code(0),
            (Some(id), _) => code(told[id]),
            (None, _) => code(told[id]),
        }
    })
    .await;
    for (n, (code, expected, overwrites)) in table.into_iter().enumerate() {
        let id = u32::try_from(n).unwrap();
        for strategy in [Strategy::Overwrite, Strategy::Recall] {
            let answers = revoke(&server, &notify_ids([id]).by(strategy)).await;
            assert_eq!(answers, std::slice::from_ref(&expected), "{code} by {}", strategy.as_str());
        }
        let expected = if overwrites { overwritten() } else { expected };
        let answers = revoke(&server, &notify_ids([id + 1_000]).by(Strategy::RecallThenOverwrite)).await;
        assert_eq!(answers, [expected], "{code} to a recall that may be overwritten");
    }
}

#[tokio::test]
async fn bad_devices_are_gone_and_the_others_taken_back() {
    let body = json!({"result": "ok", "code": 0, "data": {"id": "scm1", "bad_regids": "r1,r2"}}).to_string();
    let server = Server::http1(move |_, _| Do::answer(200, body.clone())).await;
    let gone = unknown("xiaomi:bad_regid");
    for (strategy, taken) in [(Strategy::Overwrite, overwritten()), (Strategy::Recall, recalled())] {
        let expected = [taken.clone(), gone.clone(), gone.clone(), taken];
        assert_eq!(revoke(&server, &devices(4).by(strategy)).await, expected);
    }
}

#[tokio::test]
async fn one_bad_device_that_is_not_named_is_found_and_ends_alone() {
    let server = Server::http1(|seen, _| {
        let bad = seen.field("registration_id").split(',').any(|token| token == "r5");
        code(if bad { 66007 } else { 0 })
    })
    .await;
    let mut expected = vec![overwritten(); 16];
    expected[5] = unknown("xiaomi:66007");
    assert_eq!(revoke(&server, &devices(16)).await, expected);
    assert_eq!(server.seen().len(), 9);
}

#[tokio::test]
async fn a_token_that_is_a_list_is_not_sent() {
    let server = Server::http1(|_, _| code(0)).await;
    let case = Case::new([
        ("r1,r2".to_owned(), Some(Handle::NotifyId(7))),
        ("r3".to_owned(), None),
        ("r4".to_owned(), Some(Handle::NotifyId(7))),
    ]);
    let answers = revoke(&server, &case).await;
    assert_eq!(
        answers,
        [
            ended(Outcome::TargetGone, "xiaomi:not_a_regid"),
            ended(Outcome::NotRevocable, "sent_without_notify_id"),
            overwritten(),
        ]
    );
    assert_eq!(server.seen()[0].field("registration_id"), "r4");
}

#[tokio::test]
async fn the_region_of_the_credentials_says_whom_to_ask() {
    let server = Server::http1(|_, _| code(0)).await;
    for (region, name) in [
        ("cn", "XIAOMI_URL"),
        ("global", "XIAOMI_GLOBAL_URL"),
        ("europe", "XIAOMI_EUROPE_URL"),
        ("russia", "XIAOMI_RUSSIA_URL"),
        ("india", "XIAOMI_INDIA_URL"),
    ] {
        let mut settings = settings("https://127.0.0.1:1", &server.ca_pem);
        settings.set.insert(name, server.url.clone());
        let document = json!({"app_secret": "s", "package": "p", "region": region}).to_string();
        let client = connect_with(
            Channel::Xiaomi,
            &settings,
            TIMEOUTS,
            Documents::new([Some(document)]),
            no_sessions(),
            ManualClock::new(),
        )
        .unwrap();
        assert_eq!(devices(1).revoke(&*client).await, [overwritten()], "{region}");
    }
}
