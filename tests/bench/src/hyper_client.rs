//! The bare HTTP/2 client that ours is built on, with the same requests and nothing around them: what Apple's channel
//! could take at best.

use std::time::Instant;

use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use http::{HeaderValue, Request, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use nix::time::{ClockId, clock_gettime};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use serde_json::json;
use tower_service::Service as _;

use crate::error::BenchError;

/// Prints what `requests` took: seconds, and seconds of CPU.
pub async fn run(address: &str, ca: &str, requests: usize, streams: usize) -> Result<(), BenchError> {
    let client = connect(address, ca).await?;
    let origin = format!("https://{address}");
    many(&client, &origin, streams * 2, streams).await?;
    let (began, before) = (Instant::now(), clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?);
    many(&client, &origin, requests, streams).await?;
    let used = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)? - before;
    let cpu = std::time::Duration::from(used).as_secs_f64();
    println!("{}", json!({"seconds": began.elapsed().as_secs_f64(), "cpu_seconds": cpu}));
    Ok(())
}

async fn connect(address: &str, ca: &str) -> Result<SendRequest<Full<Bytes>>, BenchError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(ca)? {
        roots.add(certificate?)?;
    }
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    let builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_only();
    let mut connector = builder.enable_http2().wrap_connector(tcp);
    let uri: Uri = format!("https://{address}").parse()?;
    let stream = connector.call(uri).await.map_err(|error| BenchError::new(error.to_string()))?;
    let (client, connection) = Builder::new(TokioExecutor::new()).handshake(stream).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn many(client: &SendRequest<Full<Bytes>>, origin: &str, requests: usize, streams: usize) -> Result<(), BenchError> {
    let body = Bytes::from(json!({"aps": {"alert": {"title": "Message revoked", "body": "Message revoked"}}}).to_string());
    let token = HeaderValue::try_from(format!("bearer {}", "x".repeat(180)))?;
    let mut numbers = 0..requests;
    let mut asked = FuturesUnordered::new();
    loop {
        let free = streams - asked.len();
        for nth in numbers.by_ref().take(free) {
            asked.push(one(client.clone(), request(origin, nth, &token, &body)?));
        }
        match asked.next().await {
            Some(done) => done?,
            None => return Ok(()),
        }
    }
}

fn request(origin: &str, nth: usize, token: &HeaderValue, body: &Bytes) -> Result<Request<Full<Bytes>>, BenchError> {
    Ok(Request::post(format!("{origin}/3/device/{nth:064x}"))
        .header("authorization", token)
        .header("apns-topic", HeaderValue::from_static("example.shop"))
        .header("apns-push-type", HeaderValue::from_static("alert"))
        .header("apns-priority", HeaderValue::from_static("10"))
        .header("apns-expiration", HeaderValue::from_static("1800000000"))
        .header("apns-collapse-id", HeaderValue::from_static("autumn-sale"))
        .header("apns-id", format!("00000000-0000-4000-8000-{nth:012x}"))
        .header("content-type", HeaderValue::from_static("application/json"))
        .body(Full::new(body.clone()))?)
}

async fn one(mut client: SendRequest<Full<Bytes>>, request: Request<Full<Bytes>>) -> Result<(), BenchError> {
    client.ready().await?;
    let response = client.send_request(request).await?;
    let status = response.status();
    response.into_body().collect().await?;
    if status.is_success() {
        Ok(())
    } else {
        Err(BenchError::new(format!("status {status}")))
    }
}
