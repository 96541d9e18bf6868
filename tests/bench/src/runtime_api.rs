//! Lambda's Runtime API, as a function asks it: the next event, and here is its answer.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};

use crate::clock;
use crate::error::BenchError;

/// What came back, and when.
pub struct Answered {
    pub body: Bytes,
    pub at: Instant,
}

type Back = oneshot::Sender<Result<Answered, String>>;

#[derive(Default)]
struct State {
    nth: u64,
    waiting: VecDeque<(String, Bytes, Duration)>,
    under_way: HashMap<String, Back>,
    /// When the function first asked for an event.
    asked_at: Option<Instant>,
    failed: Option<String>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For one function.
pub struct RuntimeApi {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

impl RuntimeApi {
    pub async fn start() -> Result<Self, BenchError> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let of_all = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let shared = Arc::clone(&of_all);
                let _ = socket.set_nodelay(true);
                let service = service_fn(move |request| {
                    let shared = Arc::clone(&shared);
                    async move { Ok::<_, Infallible>(serve(&shared, request).await) }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
            }
        });
        Ok(Self { address, shared })
    }

    /// Hands an event over, as soon as the function asks; it has `time` for it.
    pub fn hand_over(&self, event: Bytes, time: Duration) -> oneshot::Receiver<Result<Answered, String>> {
        let (back, answered) = oneshot::channel();
        let mut state = self.shared.state();
        state.nth += 1;
        let id = format!("00000000-0000-4000-8000-{:012}", state.nth);
        state.waiting.push_back((id.clone(), event, time));
        state.under_way.insert(id, back);
        drop(state);
        self.shared.changed.notify_waiters();
        answered
    }

    /// Waits until the function has asked for its first event.
    pub async fn is_up(&self) -> Result<Instant, BenchError> {
        loop {
            let changed = self.shared.changed.notified();
            {
                let state = self.shared.state();
                if let Some(why) = &state.failed {
                    return Err(BenchError::new(format!("the function does not come up: {why}")));
                }
                if let Some(at) = state.asked_at {
                    return Ok(at);
                }
            }
            tokio::time::timeout(Duration::from_mins(1), changed)
                .await
                .map_err(|_| BenchError::new("the function does not come up"))?;
        }
    }
}

async fn serve(shared: &Shared, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return status(StatusCode::BAD_REQUEST);
    };
    let at = Instant::now();
    let path = head.uri.path().trim_start_matches("/2018-06-01/runtime/");
    match (&head.method, path.split('/').collect::<Vec<_>>().as_slice()) {
        (&Method::GET, ["invocation", "next"]) => next(shared, at).await,
        (&Method::POST, ["invocation", id, "response"]) => {
            let answered = Answered { body: body.to_bytes(), at };
            finish(shared, id, Ok(answered))
        }
        (&Method::POST, ["invocation", id, "error"]) => finish(shared, id, Err(String::from_utf8_lossy(&body.to_bytes()).into_owned())),
        (&Method::POST, ["init", "error"]) => {
            shared.state().failed = Some(String::from_utf8_lossy(&body.to_bytes()).into_owned());
            shared.changed.notify_waiters();
            status(StatusCode::ACCEPTED)
        }
        _ => status(StatusCode::NOT_FOUND),
    }
}

async fn next(shared: &Shared, at: Instant) -> Response<Full<Bytes>> {
    shared.state().asked_at.get_or_insert(at);
    shared.changed.notify_waiters();
    loop {
        let changed = shared.changed.notified();
        if let Some((id, event, time)) = shared.state().waiting.pop_front() {
            let deadline = i128::from(clock::now().as_millisecond()) + i128::try_from(time.as_millis()).unwrap_or_default();
            let mut response = Response::new(Full::new(event));
            let headers = response.headers_mut();
            let values = [
                ("lambda-runtime-aws-request-id", id),
                ("lambda-runtime-deadline-ms", deadline.to_string()),
                (
                    "lambda-runtime-invoked-function-arn",
                    "arn:aws:lambda:eu-central-1:123456789012:function:bench".to_owned(),
                ),
                (
                    "lambda-runtime-trace-id",
                    "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0".to_owned(),
                ),
                ("content-type", "application/json".to_owned()),
            ];
            for (name, value) in values {
                if let Ok(value) = value.parse() {
                    headers.insert(name, value);
                }
            }
            return response;
        }
        changed.await;
    }
}

fn finish(shared: &Shared, id: &str, answered: Result<Answered, String>) -> Response<Full<Bytes>> {
    if let Some(back) = shared.state().under_way.remove(id) {
        // Whoever waited may have given up.
        let _ = back.send(answered);
    }
    status(StatusCode::ACCEPTED)
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
