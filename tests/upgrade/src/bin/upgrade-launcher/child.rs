//! A function's binary, and the Runtime API that it asks.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use upgrade::{Version, Versions};

use crate::Failure;

/// One invocation, as Lambda hands it over.
pub struct Event {
    headers: HeaderMap,
    body: Bytes,
}

impl Event {
    /// Waits for one.
    pub async fn next(http: &reqwest::Client, runtime: &str) -> Result<Self, Failure> {
        let answer = http.get(format!("{runtime}/invocation/next")).send().await?.error_for_status()?;
        Ok(Self {
            headers: kept(answer.headers()),
            body: answer.bytes().await?,
        })
    }
}

/// Without the length and the connection, which are of another body and another connection.
fn kept(headers: &HeaderMap) -> HeaderMap {
    let is_kept = |name: &HeaderName| name.as_str().starts_with("lambda-runtime-") || *name == CONTENT_TYPE;
    let kept = headers.iter().filter(|(name, _)| is_kept(name));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

pub struct Child {
    pub version: Version,
    process: tokio::process::Child,
    events: mpsc::Sender<Event>,
    answered: mpsc::Receiver<()>,
    api: JoinHandle<()>,
}

/// What the API of one child knows.
struct Api {
    http: reqwest::Client,
    runtime: String,
    events: Mutex<mpsc::Receiver<Event>>,
    answered: mpsc::Sender<()>,
}

impl Child {
    pub async fn start(
        versions: &Versions,
        version: Version,
        binary: &str,
        http: &reqwest::Client,
        runtime: &str,
    ) -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address: SocketAddr = listener.local_addr()?;
        let (events, to_child) = mpsc::channel(1);
        let (from_child, answered) = mpsc::channel(1);
        let api = Arc::new(Api {
            http: http.clone(),
            runtime: runtime.to_owned(),
            events: Mutex::new(to_child),
            answered: from_child,
        });
        let api = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let api = Arc::clone(&api);
                let service = service_fn(move |request| {
                    let api = Arc::clone(&api);
                    async move { Ok::<_, Infallible>(api.serve(request).await) }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
            }
        });
        let mut command = Command::new(versions.binary(version, binary));
        for (name, value) in std::env::vars() {
            command.env(&name, versions.setting(version, &name, &value)?);
        }
        let process = command
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self {
            version,
            process,
            events,
            answered,
            api,
        })
    }

    /// Until it is answered, whatever the answer.
    pub async fn handle(&mut self, event: Event) -> Result<(), Failure> {
        self.events.send(event).await?;
        tokio::select! {
            biased;
            _ = self.answered.recv() => Ok(()),
            ended = self.process.wait() => Err(format!("the {} binary ended: {}", self.version.as_str(), ended?).into()),
        }
    }

    /// It waits for an event, which it will not get.
    pub async fn end(mut self) {
        self.api.abort();
        // It may have ended by itself.
        let _ = self.process.kill().await;
    }
}

impl Api {
    async fn serve(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path().trim_start_matches("/2018-06-01/runtime").to_owned();
        if request.method() == Method::GET {
            return match self.events.lock().await.recv().await {
                Some(event) => {
                    let mut response = Response::new(Full::new(event.body));
                    *response.headers_mut() = event.headers;
                    response
                }
                None => status(StatusCode::GONE),
            };
        }
        let forwarded = self.forward(&path, request).await;
        if path.starts_with("/invocation/") {
            // Whoever waited may have ended.
            let _ = self.answered.send(()).await;
        }
        status(forwarded.unwrap_or(StatusCode::BAD_GATEWAY))
    }

    async fn forward(&self, path: &str, request: Request<Incoming>) -> Result<StatusCode, Failure> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let sent = self
            .http
            .post(format!("{}{path}", self.runtime))
            .headers(kept(&head.headers))
            .body(body);
        Ok(sent.send().await?.status())
    }
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
