//! Nothing that must stay secret is logged, by us or by the libraries beneath.

use std::io::Write;
use std::sync::{Arc, Mutex};

use revocation_channels::connect_with;
use revocation_rules::batch::Handle;
use revocation_rules::channel::{Channel, Strategy};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::server::{Do, Server};
use crate::support::{Case, Documents, ManualClock, TIMEOUTS, no_sessions, settings};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;
    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// Runs an order against a server that answers in every sort of way.
async fn orders() {
    let huawei = Server::http1(|seen, _| match seen.path.as_str() {
        "/oauth2/v3/token" => Do::answer(200, r#"{"access_token":"planted-session","expires_in":3600}"#),
        _ if seen.body.windows(3).any(|w| w == b":1,") => Do::answer(200, r#"{"code":"planted-code","msg":"planted-token-1"}"#),
        _ if seen.body.windows(3).any(|w| w == b":2,") => Do::drop_connection(),
        _ => Do::code("80000000"),
    })
    .await;
    let document = json!({"app_id": "104", "client_secret": "planted-secret"}).to_string();
    let case = Case::new((1..4).map(|n| (format!("planted-token-{n}"), Some(Handle::NotifyId(n)))));
    let set = settings(&huawei.url, &huawei.ca_pem);
    case.revoke(
        &*connect_with(
            Channel::Huawei,
            &set,
            TIMEOUTS,
            Documents::new([Some(document)]),
            no_sessions(),
            ManualClock::new(),
        )
        .unwrap(),
    )
    .await;

    fcm().await;
    harmony().await;
    xiaomi().await;
    oppo().await;
    vivo().await;
    honor().await;
    meizu().await;
    web_push().await;

    let apns = Server::http2(10, |_, n| match n {
        0 => Do::reason(403, "ExpiredProviderToken"),
        1 => Do::reason(400, "planted-token"),
        2 => Do::drop_connection(),
        _ => Do::answer(200, ""),
    })
    .await;
    let case = Case::new((1..9).map(|n| {
        (
            format!("planted-token-{n}"),
            Some(Handle::CollapseId(format!("planted-handle-{n}"))),
        )
    }));
    let set = settings(&apns.url, &apns.ca_pem);
    case.revoke(
        &*connect_with(
            Channel::Apns,
            &set,
            TIMEOUTS,
            Documents::new([Some(crate::apns::document("K"))]),
            no_sessions(),
            ManualClock::new(),
        )
        .unwrap(),
    )
    .await;
}

/// Devices in every sort of way, a session that is refused, and a connection that breaks.
async fn fcm() {
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::http1_and_2(10, move |seen, _| {
        if seen.path == "/token" {
            return Do::answer(200, r#"{"access_token":"planted-session","expires_in":3599}"#);
        }
        let planted = r#"{"error":{"message":"planted-body","details":[{"errorCode":"planted-code"}]}}"#;
        match calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            0 => Do::answer(401, planted),
            1 => Do::answer(400, planted),
            2 => Do::answer(404, crate::fcm::said("UNREGISTERED")),
            3 => Do::drop_connection(),
            _ => Do::answer(200, r#"{"name":"planted-name"}"#),
        }
    })
    .await;
    let case = Case::new((1..9).map(|n| (format!("planted-token-{n}"), Some(Handle::Tag(format!("planted-handle-{n}"))))));
    let set = settings(&server.url, &server.ca_pem);
    let documents = Documents::new([Some(crate::fcm::document("planted-key").to_string())]);
    let client = connect_with(Channel::Fcm, &set, TIMEOUTS, documents, no_sessions(), ManualClock::new()).unwrap();
    case.revoke(&*client).await;
}

/// Recalls and overwrites in every sort of way, with a token that we sign.
async fn harmony() {
    let list = json!({"illegalTokens": {"planted-reason": ["planted-token-2"]}}).to_string();
    let server = Server::http1(move |seen, n| match (seen.path.ends_with("revoke"), n) {
        (true, 0) => Do::answer(401, "planted-body"),
        (true, _) => Do::answer(400, r#"{"code":"80100001","msg":"planted-body"}"#),
        (false, _) if seen.body.windows(4).any(|w| w == b"\":1,") => Do::drop_connection(),
        (false, _) => Do::answer(200, json!({"code": "80100000", "msg": list}).to_string()),
    })
    .await;
    let case = Case::new((1..4).map(|n| (format!("planted-token-{n}"), Some(Handle::NotifyId(n)))));
    let set = settings(&server.url, &server.ca_pem);
    let documents = Documents::new([Some(crate::harmony::document("planted-key"))]);
    let client = connect_with(Channel::Harmony, &set, TIMEOUTS, documents, no_sessions(), ManualClock::new()).unwrap();
    case.by(Strategy::RecallThenOverwrite).revoke(&*client).await;
}

/// A push service in every sort of mood, and endpoints of which some are none.
async fn web_push() {
    let server = Server::http1(|_, n| match n {
        0 => Do::answer(403, "planted-body"),
        1 => Do::answer(201, ""),
        2 => Do::answer(400, "planted-endpoint"),
        3 => Do::drop_connection(),
        _ => Do::answer(410, "planted-body"),
    })
    .await;
    let origin = server.url.replace("127.0.0.1", "localhost");
    let endpoints = (1..9).map(|n| format!("{origin}/planted-token-{n}"));
    let endpoints = endpoints.chain(["https://planted.example/planted".to_owned()]);
    let case = crate::web_push::browsers(endpoints);
    let set = settings(&server.url, &server.ca_pem);
    let documents = Documents::new([Some(crate::web_push::document())]);
    let client = connect_with(Channel::WebPush, &set, TIMEOUTS, documents, no_sessions(), ManualClock::new()).unwrap();
    for _ in 0..2 {
        case.revoke(&*client).await;
    }
}

/// Recalls that are refused, and overwrites in every sort of way.
async fn xiaomi() {
    let server = Server::http1(|seen, _| match (seen.path.as_str(), seen.field("notify_id").as_str()) {
        ("/v3/message/regid/revoke", _) => Do::answer(404, "planted-body"),
        (_, "1") => Do::answer(200, r#"{"code":0,"data":{"bad_regids":"planted-token-1"}}"#),
        (_, "2") => Do::answer(200, r#"{"code":21301,"reason":"planted-body"}"#),
        _ => Do::answer(200, r#"{"code":"planted-code"}"#),
    })
    .await;
    let document = json!({"app_secret": "planted-secret", "package": "planted.package"}).to_string();
    let case = Case::new((1..4).map(|n| (format!("planted-token-{n}"), Some(Handle::NotifyId(n)))));
    let set = settings(&server.url, &server.ca_pem);
    let client = connect_with(
        Channel::Xiaomi,
        &set,
        TIMEOUTS,
        Documents::new([Some(document)]),
        no_sessions(),
        ManualClock::new(),
    )
    .unwrap();
    case.by(Strategy::RecallThenOverwrite).revoke(&*client).await;
}

/// A batch in every sort of way, and then a broken connection.
async fn oppo() {
    let data = r#"{"code":0,"data":[
        {"registrationId":"planted-token-1","errorCode":41,"errorMessage":"planted registration"},
        {"registrationId":"planted-token-2","errorCode":"planted-code"},
        {"registrationId":"planted-token-9","messageId":"planted-id"}]}"#;
    let server = Server::http1(move |seen, n| match (seen.path.as_str(), n) {
        ("/server/v1/auth", 0) => Do::answer(200, r#"{"code":16,"message":"planted-body"}"#),
        ("/server/v1/auth", _) => Do::answer(200, r#"{"code":0,"data":{"auth_token":"planted-session"}}"#),
        (_, ..4) => Do::answer(200, data),
        _ => Do::drop_connection(),
    })
    .await;
    let document = |secret| Some(json!({"app_key": "planted-key", "master_secret": secret, "category": "IM"}).to_string());
    let case = Case::new((1..4).map(|n| (format!("planted-token-{n}"), Some(Handle::NotifyId(n)))));
    let set = settings(&server.url, &server.ca_pem);
    let documents = Documents::new([document("planted-old"), document("planted-secret")]);
    let client = connect_with(Channel::Oppo, &set, TIMEOUTS, documents, no_sessions(), ManualClock::new()).unwrap();
    for _ in 0..3 {
        case.revoke(&*client).await;
    }
}

/// A recall that is refused, a list in every sort of way, and a text for a code.
async fn vivo() {
    let invalid = r#"{"result":0,"invalidUsers":[{"status":1,"userid":"planted-token-1"}]}"#;
    let server = Server::http1(move |seen, n| match seen.path.as_str() {
        "/message/auth" => Do::answer(200, r#"{"result":0,"authToken":"planted-session"}"#),
        "/message/recall" => Do::answer(404, "planted-body"),
        "/message/pushToList" if n < 6 => Do::answer(200, invalid),
        "/message/pushToList" => Do::answer(200, r#"{"result":"planted-code","desc":"planted-body"}"#),
        _ => Do::answer(200, r#"{"result":0,"taskId":"planted-task-2"}"#),
    })
    .await;
    let document = json!({"app_id": 10_004, "app_key": "planted-key", "app_secret": "planted-secret"}).to_string();
    let case = Case::new((1..4).map(|n| (format!("planted-token-{n}"), Some(Handle::NotifyId(7)))));
    let case = case.sent_as([Some("planted-task"); 3]).by(Strategy::RecallThenOverwrite);
    let set = settings(&server.url, &server.ca_pem);
    let documents = Documents::new([Some(document)]);
    let client = connect_with(Channel::Vivo, &set, TIMEOUTS, documents, no_sessions(), ManualClock::new()).unwrap();
    for _ in 0..3 {
        case.revoke(&*client).await;
    }
}

/// A list in every sort of way, and a text for a code.
async fn honor() {
    let server = Server::http1(|seen, n| match (seen.path.as_str(), n) {
        ("/auth/token", _) => Do::answer(200, r#"{"access_token":"planted-session","expires_in":3600}"#),
        (_, ..3) => Do::answer(200, r#"{"code":80100000,"data":{"failTokens":["planted-token-1"]}}"#),
        _ => Do::answer(200, r#"{"code":"planted-code","message":"planted-body"}"#),
    })
    .await;
    let document = json!({"app_id": "104", "client_id": "planted-client", "client_secret": "planted-secret"}).to_string();
    let case = Case::new((1..4).map(|n| (format!("planted-token-{n}"), Some(Handle::NotifyId(7)))));
    let set = settings(&server.url, &server.ca_pem);
    let documents = Documents::new([Some(document)]);
    let client = connect_with(Channel::Honor, &set, TIMEOUTS, documents, no_sessions(), ManualClock::new()).unwrap();
    for _ in 0..3 {
        case.revoke(&*client).await;
    }
}

/// A list in every sort of way, and a text for a code.
async fn meizu() {
    let server = Server::http1(|_, n| match n {
        ..3 => Do::answer(
            200,
            r#"{"code":"200","value":{"520":["planted-token-1"],"planted":["planted-token-2"]}}"#,
        ),
        3..6 => Do::answer(200, r#"{"code":"200","value":{"520":["planted-token-1"]}}"#),
        _ => Do::answer(200, r#"{"code":"planted-code","message":"planted-body"}"#),
    })
    .await;
    let document = json!({"app_id": "104", "app_secret": "planted-secret"}).to_string();
    let key = || Some(Handle::NotifyKey("planted".to_owned()));
    let case = Case::new((1..4).map(|n| (format!("planted-token-{n}"), key())));
    let set = settings(&server.url, &server.ca_pem);
    let documents = Documents::new([Some(document)]);
    let client = connect_with(Channel::Meizu, &set, TIMEOUTS, documents, no_sessions(), ManualClock::new()).unwrap();
    for _ in 0..3 {
        case.revoke(&*client).await;
    }
}

#[tokio::test]
async fn no_token_text_or_credential_is_logged_at_any_level() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    orders().await;
    drop(guard);
    let text = log.text();
    assert!(text.contains("asked huawei to overwrite"), "something was logged");
    assert!(
        text.contains("opened a session for harmony: harmony:sign_ok"),
        "something was logged"
    );
    assert!(text.contains("asked harmony to recall"), "something was logged");
    assert!(text.contains("asked harmony to overwrite"), "something was logged");
    assert!(text.contains("asked oppo to overwrite"), "something was logged");
    assert!(text.contains("asked vivo to recall"), "something was logged");
    assert!(text.contains("asked vivo to overwrite"), "something was logged");
    assert!(text.contains("asked xiaomi to recall"), "something was logged");
    assert!(text.contains("asked xiaomi to overwrite"), "something was logged");
    assert!(text.contains("asked honor to overwrite"), "something was logged");
    assert!(text.contains("asked meizu to overwrite"), "something was logged");
    assert!(text.contains("asked apns to overwrite"), "something was logged");
    assert!(text.contains("asked push services to overwrite"), "something was logged");
    for secret in ["planted", "PRIVATE KEY", "vapid t=", "p256dh", "bearer ey", "Bearer", "key="] {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} was logged");
    }
}
