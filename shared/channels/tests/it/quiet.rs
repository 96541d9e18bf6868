//! Nothing that must stay secret is logged, by us or by the libraries beneath.

use std::io::Write;
use std::sync::{Arc, Mutex};

use revocation_channels::connect_with;
use revocation_rules::batch::Handle;
use revocation_rules::channel::{Channel, Strategy};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::server::{Do, Server};
use crate::support::{Case, Documents, ManualClock, TIMEOUTS, settings};

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
            ManualClock::new(),
        )
        .unwrap(),
    )
    .await;

    xiaomi().await;

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
            ManualClock::new(),
        )
        .unwrap(),
    )
    .await;
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
        ManualClock::new(),
    )
    .unwrap();
    case.by(Strategy::RecallThenOverwrite).revoke(&*client).await;
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
    assert!(text.contains("asked xiaomi to recall"), "something was logged");
    assert!(text.contains("asked xiaomi to overwrite"), "something was logged");
    assert!(text.contains("asked apns to overwrite"), "something was logged");
    for secret in ["planted", "PRIVATE KEY", "bearer ey", "Bearer", "key="] {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} was logged");
    }
}
