//! The fakes behind sockets of this machine: AWS and most vendors over HTTP/1.1, Apple over HTTP/2, all over TLS;
//! and what they are told to do, over plain HTTP.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::aws::FastAws;
use crate::swarm::Swarm;
use crate::vendor::FastVendor;
use vendor_sim::Identity;

/// As many streams as Apple's own server takes at once is not documented; more than anybody here opens.
const STREAMS: u32 = 1_000;

/// What stands behind the sockets.
#[derive(Default)]
pub struct Serve {
    pub aws: FastAws,
    pub vendor: FastVendor,
    aws_wait: Wait,
    vendor_wait: Wait,
}

/// Where they listen.
#[derive(Debug, Clone)]
pub struct Served {
    pub aws: SocketAddr,
    /// Every vendor but Apple.
    pub vendor: SocketAddr,
    pub apple: SocketAddr,
    /// Plain HTTP: a JSON object says what to do.
    pub control: SocketAddr,
}

/// How long an answer waits, in milliseconds: from, to. It goes from one to the other and begins again.
#[derive(Debug, Default)]
struct Wait {
    from: AtomicU64,
    to: AtomicU64,
    nth: AtomicU64,
}

impl Wait {
    fn set(&self, range: &Value) {
        self.from.store(range[0].as_u64().unwrap_or_default(), Ordering::Relaxed);
        self.to.store(range[1].as_u64().unwrap_or_default(), Ordering::Relaxed);
    }

    async fn over(&self) {
        let (from, to) = (self.from.load(Ordering::Relaxed), self.to.load(Ordering::Relaxed));
        if to > 0 {
            let nth = self.nth.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(from + nth % (to - from + 1))).await;
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Aws,
    Vendor,
    Apple,
    Control,
}

/// Listens on ports of its own choice, on this machine only, and answers in tasks of this runtime.
///
/// # Errors
/// When a port or a certificate cannot be had.
pub async fn serve(what: Arc<Serve>, identity: &Identity) -> io::Result<Served> {
    let server = |protocol: &[u8]| identity.server(&[protocol]).map_err(io::Error::other);
    let (one, two) = (server(b"http/1.1")?, server(b"h2")?);
    let mut addresses = Vec::new();
    for (kind, tls) in [
        (Kind::Aws, Some(&one)),
        (Kind::Vendor, Some(&one)),
        (Kind::Apple, Some(&two)),
        (Kind::Control, None),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        addresses.push(listener.local_addr()?);
        let acceptor = tls.map(|config| TlsAcceptor::from(Arc::clone(config)));
        tokio::spawn(accept(listener, acceptor, kind, Arc::clone(&what)));
    }
    Ok(Served {
        aws: addresses[0],
        vendor: addresses[1],
        apple: addresses[2],
        control: addresses[3],
    })
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, kind: Kind, what: Arc<Serve>) {
    while let Ok((socket, _)) = listener.accept().await {
        let (tls, what) = (tls.clone(), Arc::clone(&what));
        tokio::spawn(async move {
            // A caller that is gone, or does not trust us, is its own to explain.
            let _ = connection(socket, tls, kind, what).await;
        });
    }
}

async fn connection(socket: TcpStream, tls: Option<TlsAcceptor>, kind: Kind, what: Arc<Serve>) -> Result<(), Box<dyn std::error::Error>> {
    socket.set_nodelay(true)?;
    let service = service_fn(move |request| {
        let what = Arc::clone(&what);
        async move { Ok::<_, Infallible>(answer(&what, kind, request).await) }
    });
    match (tls, kind) {
        (Some(tls), Kind::Apple) => {
            let socket = TokioIo::new(tls.accept(socket).await?);
            let mut server = http2::Builder::new(TokioExecutor::new());
            server.timer(TokioTimer::new()).max_concurrent_streams(STREAMS);
            server.serve_connection(socket, service).await?;
        }
        (Some(tls), _) => {
            let socket = TokioIo::new(tls.accept(socket).await?);
            http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(socket, service)
                .await?;
        }
        (None, _) => {
            let socket = TokioIo::new(socket);
            http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(socket, service)
                .await?;
        }
    }
    Ok(())
}

async fn answer(what: &Serve, kind: Kind, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (mut head, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return response(StatusCode::BAD_REQUEST, Bytes::new(), kind, None);
    };
    // Apple names the request that it answers, and clients go by it.
    let id = head.headers.remove("apns-id");
    let body = body.to_bytes();
    let (status, text) = match kind {
        Kind::Aws => {
            let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
            let answer = what.aws.answer(target.unwrap_or_default(), &body);
            what.aws_wait.over().await;
            (
                StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_REQUEST),
                answer.body.into(),
            )
        }
        Kind::Vendor | Kind::Apple => {
            let answer = what.vendor.answer(&head.method, head.uri.path(), &body);
            what.vendor_wait.over().await;
            answer.unwrap_or((StatusCode::NOT_FOUND, Bytes::new()))
        }
        Kind::Control => match serde_json::from_slice(&body) {
            Ok(told) => (StatusCode::OK, what.control(&told).to_string().into()),
            Err(error) => (StatusCode::BAD_REQUEST, error.to_string().into()),
        },
    };
    response(status, text, kind, id)
}

fn response(status: StatusCode, body: Bytes, kind: Kind, id: Option<HeaderValue>) -> Response<Full<Bytes>> {
    let content = match kind {
        Kind::Aws => "application/x-amz-json-1.0",
        Kind::Vendor | Kind::Apple | Kind::Control => "application/json",
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static(content));
    if matches!(kind, Kind::Apple) {
        headers.remove("content-type");
        if let Some(id) = id {
            headers.insert("apns-id", id);
        }
    }
    response
}

impl Serve {
    /// Does what `told` says, field by field, and answers with what was asked for.
    fn control(&self, told: &Value) -> Value {
        let mut answer = json!({});
        for (what, how) in told.as_object().into_iter().flatten() {
            match what.as_str() {
                "freeze" => self.aws.freeze(how == true),
                "refuse_some" => self.vendor.refuse_some(how == true),
                "aws_wait_ms" => self.aws_wait.set(how),
                "vendor_wait_ms" => self.vendor_wait.set(how),
                "secret" => self
                    .aws
                    .put_secret(how["name"].as_str().unwrap_or_default(), how["text"].as_str().unwrap_or_default()),
                "swarm" => self.aws.swarm(swarm(how)),
                "aws" => {
                    let asked = self
                        .aws
                        .answer(how["target"].as_str().unwrap_or_default(), how["body"].to_string().as_bytes());
                    answer["aws"] = serde_json::from_slice(&asked.body).unwrap_or_default();
                }
                "take_kept_bytes" => answer["kept_bytes"] = self.aws.kept_bytes().into(),
                "take_counts" => answer["counts"] = self.aws.take_counts().to_json(),
                "take_vendor_counts" => {
                    let (calls, devices) = self.vendor.take_counts();
                    answer["vendor"] = json!({"calls": calls, "devices": devices});
                }
                "take_messages" => {
                    let messages = self.aws.take_messages().into_iter();
                    answer["messages"] = messages
                        .map(|message| json!({"queue_url": message.queue_url, "body": message.body}))
                        .collect();
                }
                other => answer["unknown"] = other.into(),
            }
        }
        answer
    }
}

fn swarm(how: &Value) -> Option<Swarm> {
    Some(Swarm {
        push: how["push"].as_str()?.to_owned(),
        stem: how["stem"].as_str()?.to_owned(),
        number: how["number"].as_u64()?,
        shard: how["shard"].as_u64()?,
        shards: how["shards"].as_u64()?,
        batches: how["batches"].as_u64()?,
    })
}
