//! What asking a vendor costs, CPU of the asking thread alone: `cargo bench -p revocation-channels`.
//!
//! Over TLS on loopback, against a server on another thread. Apple beside the bare hyper client, which sends the same
//! requests and looks at nothing but the status. Prints the best of several rounds, which was disturbed least; the
//! clock of the thread is Linux's, elsewhere it is the wall's.

#![expect(clippy::unwrap_used, reason = "a measurement")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use revocation_app::ports::ChannelClient;
use revocation_channels::connect_with;
use revocation_rules::batch::Handle;
use revocation_rules::channel::Channel;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::json;

use server::{Do, Server};
use support::{Case, Documents, ManualClock, TIMEOUTS, no_sessions, settings};

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/it/server.rs"]
mod server;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/it/support.rs"]
mod support;

const ROUNDS: usize = 12;
const DELIVERIES: usize = 1_000;
const STREAMS: usize = 500;

fn main() {
    let apns = json!({
        "team_id": "TEAMTEAM01", "key_id": "KEYKEYKEY1", "bundle_id": "com.example.app",
        "private_key_pem": rcgen::KeyPair::generate().unwrap().serialize_pem(),
    });
    let huawei = json!({ "app_id": "104", "client_secret": "secret" });
    let xiaomi = json!({ "app_secret": "secret", "package": "com.example" });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let apple = elsewhere(|| Server::http2(1_000, |_, _| Do::answer(200, "").after_ms(5)));
        let bare_client = bare(&apple).await;
        let ours_at_apple = ours(Channel::Apns, &apple, &apns, &Case::of(Channel::Apns, DELIVERIES)).await;
        report("apns", ours_at_apple);
        report("apns, bare hyper client", bare_client);
        println!(
            "{:<26} {:>7.2} times the bare client",
            "",
            ours_at_apple.as_secs_f64() / bare_client.as_secs_f64()
        );

        let server = elsewhere(|| Server::http1(|seen, _| said(&seen.path)));
        let tokens = |nth: usize| format!("IQAAAACy{nth:0122}");
        let case = Case::new((0..DELIVERIES).map(|nth| (tokens(nth), Some(Handle::NotifyId(7)))));
        report("huawei", ours(Channel::Huawei, &server, &huawei, &case).await);
        let case = Case::new((0..DELIVERIES).map(|nth| (format!("{nth:044}"), Some(Handle::NotifyId(7)))));
        report("xiaomi", ours(Channel::Xiaomi, &server, &xiaomi, &case).await);
    });
}

/// What the vendors of batches answer when all is well.
fn said(path: &str) -> Do {
    match path {
        "/oauth2/v3/token" => Do::answer(200, r#"{"access_token":"session","expires_in":3600,"token_type":"Bearer"}"#),
        _ if path.starts_with("/v1/") => Do::code("80000000"),
        _ => Do::answer(200, r#"{"result":"ok","code":0,"data":{"id":"m1"},"description":"ok"}"#),
    }
}

/// A server with a thread of its own.
fn elsewhere<F: Future<Output = Server>>(start: impl FnOnce() -> F + Send + 'static) -> Server {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            send.send(start().await).unwrap();
            std::future::pending::<()>().await;
        });
    });
    receive.recv().unwrap()
}

/// For one delivery, at the vendor's client.
async fn ours(channel: Channel, server: &Server, document: &serde_json::Value, case: &Case) -> Duration {
    let settings = settings(&server.url, &server.ca_pem);
    let documents = Documents::new([Some(document.to_string())]);
    let client: Box<dyn ChannelClient> = connect_with(channel, &settings, TIMEOUTS, documents, no_sessions(), ManualClock::new()).unwrap();
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let began = cpu();
        let answers = case.revoke(&*client).await;
        best = best.min(cpu().saturating_sub(began));
        assert_eq!(answers, vec![support::overwritten(); DELIVERIES]);
    }
    best / u32::try_from(DELIVERIES).unwrap()
}

/// The same requests with as little around them as hyper allows.
async fn bare(server: &Server) -> Duration {
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(server.ca_pem.as_bytes()).unwrap())
        .unwrap();
    let mut tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec()];
    let address = server.url.strip_prefix("https://").unwrap();
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let stream = tokio_rustls::TlsConnector::from(Arc::new(tls)).connect(name, stream).await.unwrap();
    let (sender, connection) = Builder::new(TokioExecutor::new()).handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let body = Bytes::from(json!({"aps": {"alert": {"title": "Message revoked", "body": "planted-text"}}}).to_string());
    let bearer = format!("bearer {}", "x".repeat(190));
    let ask = async |mut sender: SendRequest<Full<Bytes>>, nth: usize| {
        let request = Request::post(format!("{}/3/device/{nth:064x}", server.url))
            .header("authorization", &bearer)
            .header("apns-topic", "com.example.app")
            .header("apns-push-type", "alert")
            .header("apns-priority", "10")
            .header("apns-expiration", "1796025600")
            .header("apns-collapse-id", "promo")
            .header("apns-id", format!("{nth:036x}"))
            .header("content-type", "application/json")
            .body(Full::new(body.clone()))
            .unwrap();
        let answer = sender.send_request(request).await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.into_body().collect().await.unwrap();
    };
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let began = cpu();
        let mut waiting = 0..DELIVERIES;
        let mut asked = FuturesUnordered::new();
        loop {
            asked.extend(waiting.by_ref().take(STREAMS - asked.len()).map(|nth| ask(sender.clone(), nth)));
            if asked.next().await.is_none() {
                break;
            }
        }
        best = best.min(cpu().saturating_sub(began));
    }
    best / u32::try_from(DELIVERIES).unwrap()
}

/// How long this thread has computed.
fn cpu() -> Duration {
    static BEGAN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let of_thread = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = of_thread.and_then(|stat| stat.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| BEGAN.elapsed(), Duration::from_nanos)
}

fn report(name: &str, each: Duration) {
    println!("{name:<26} {:>7.2} µs of CPU a delivery", each.as_secs_f64() * 1e6);
}
