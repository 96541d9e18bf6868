//! A TLS server that does as a test says.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// What one request was, and when.
#[derive(Clone)]
pub struct Seen {
    pub connection: usize,
    /// Requests in flight on all connections, this one included.
    pub in_flight: usize,
    pub path: String,
    pub headers: http::HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// A field of a form; empty when there is none.
    pub fn field(&self, name: &str) -> String {
        let form = std::str::from_utf8(&self.body).unwrap();
        let value = form.split('&').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
        percent_encoding::percent_decode_str(value.unwrap_or_default())
            .decode_utf8()
            .unwrap()
            .into_owned()
    }

    /// The device token of an APNs path.
    pub fn device(&self) -> &str {
        self.path.strip_prefix("/3/device/").unwrap()
    }
}

/// What to do with a request.
#[derive(Clone)]
pub struct Do {
    status: u16,
    retry_after: Option<&'static str>,
    body: Vec<u8>,
    encoding: Option<&'static str>,
    after: Duration,
    then: Then,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    GoOn,
    /// The connection ends without an answer.
    Drop,
    /// Answered, and the connection takes no more.
    GoAway,
}

impl Do {
    pub fn answer(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            retry_after: None,
            body: body.into().into_bytes(),
            encoding: None,
            after: Duration::ZERO,
            then: Then::GoOn,
        }
    }

    /// Any bytes, compressed as `encoding` says.
    pub fn bytes(body: Vec<u8>, encoding: Option<&'static str>) -> Self {
        Self {
            body,
            encoding,
            ..Self::answer(200, "")
        }
    }

    pub fn reason(status: u16, reason: &str) -> Self {
        Self::answer(status, serde_json::json!({ "reason": reason }).to_string())
    }

    pub fn code(code: &str) -> Self {
        Self::answer(200, serde_json::json!({ "code": code, "msg": "m", "requestId": "1" }).to_string())
    }

    pub fn drop_connection() -> Self {
        Self {
            then: Then::Drop,
            ..Self::answer(200, "")
        }
    }

    pub fn and_go_away(self) -> Self {
        Self {
            then: Then::GoAway,
            ..self
        }
    }

    pub fn after_ms(self, ms: u64) -> Self {
        Self {
            after: Duration::from_millis(ms),
            ..self
        }
    }

    pub fn retry_after(self, wait: &'static str) -> Self {
        Self {
            retry_after: Some(wait),
            ..self
        }
    }
}

type Behaviour = dyn Fn(&Seen, usize) -> Do + Send + Sync;

pub struct Server {
    pub url: String,
    pub ca_pem: String,
    shared: Arc<Shared>,
}

struct Shared {
    behaviour: Box<Behaviour>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    in_flight: AtomicUsize,
    max_streams: u32,
}

impl Server {
    /// An HTTP/1.1 server. `behaviour` gets each request and its number, from 0.
    pub async fn http1(behaviour: impl Fn(&Seen, usize) -> Do + Send + Sync + 'static) -> Self {
        Self::start(b"http/1.1", 0, behaviour).await
    }

    /// An HTTP/2 server that allows so many streams a connection.
    pub async fn http2(max_streams: u32, behaviour: impl Fn(&Seen, usize) -> Do + Send + Sync + 'static) -> Self {
        Self::start(b"h2", max_streams, behaviour).await
    }

    /// A server that speaks what the client prefers.
    pub async fn http1_and_2(max_streams: u32, behaviour: impl Fn(&Seen, usize) -> Do + Send + Sync + 'static) -> Self {
        Self::offering(&[b"h2", b"http/1.1"], max_streams, behaviour).await
    }

    async fn start(alpn: &[u8], max_streams: u32, behaviour: impl Fn(&Seen, usize) -> Do + Send + Sync + 'static) -> Self {
        Self::offering(&[alpn], max_streams, behaviour).await
    }

    async fn offering(alpn: &[&[u8]], max_streams: u32, behaviour: impl Fn(&Seen, usize) -> Do + Send + Sync + 'static) -> Self {
        let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der()));
        let mut tls = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key)
            .unwrap();
        tls.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            behaviour: Box::new(behaviour),
            seen: Mutex::default(),
            connections: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
            max_streams,
        });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connection(acceptor.clone(), stream, Arc::clone(&serving)));
            }
        });
        Self {
            url,
            ca_pem: certified.cert.pem(),
            shared,
        }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    pub fn seen_at(&self, path: &str) -> Vec<Seen> {
        self.seen().into_iter().filter(|seen| seen.path == path).collect()
    }

    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    pub fn in_flight_max(&self) -> usize {
        self.seen().iter().map(|seen| seen.in_flight).max().unwrap_or_default()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Lives,
    Dropped,
    GoesAway,
}

async fn connection(acceptor: TlsAcceptor, stream: TcpStream, shared: Arc<Shared>) {
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let number = shared.connections.fetch_add(1, Ordering::SeqCst);
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let (fate, mut fate_of) = watch::channel(Fate::Lives);
    let fate = Arc::new(fate);
    let max_streams = shared.max_streams;
    let service = service_fn(move |request| handle(Arc::clone(&shared), Arc::clone(&fate), number, request));
    let io = TokioIo::new(stream);
    macro_rules! serve {
        ($builder:expr) => {{
            let mut serving = std::pin::pin!($builder.serve_connection(io, service));
            loop {
                tokio::select! {
                    _ = &mut serving => return,
                    Ok(()) = fate_of.changed() => match *fate_of.borrow_and_update() {
                        Fate::Dropped => return,
                        Fate::GoesAway => serving.as_mut().graceful_shutdown(),
                        Fate::Lives => {}
                    },
                }
            }
        }};
    }
    if is_http2 {
        serve!(hyper::server::conn::http2::Builder::new(TokioExecutor::new()).max_concurrent_streams(max_streams));
    } else {
        serve!(hyper::server::conn::http1::Builder::new());
    }
}

async fn handle(
    shared: Arc<Shared>,
    fate: Arc<watch::Sender<Fate>>,
    connection: usize,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let in_flight = shared.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
    let seen = Seen {
        connection,
        in_flight,
        path: head.uri.path().to_owned(),
        headers: head.headers,
        body,
    };
    let number = {
        let mut all = shared.seen.lock().unwrap();
        all.push(seen.clone());
        all.len() - 1
    };
    let what = (shared.behaviour)(&seen, number);
    tokio::time::sleep(what.after).await;
    shared.in_flight.fetch_sub(1, Ordering::SeqCst);
    match what.then {
        Then::GoOn => {}
        Then::Drop => {
            fate.send_replace(Fate::Dropped);
            std::future::pending::<()>().await;
        }
        Then::GoAway => {
            fate.send_replace(Fate::GoesAway);
        }
    }
    let mut response = Response::builder().status(what.status);
    if let Some(wait) = what.retry_after {
        response = response.header("retry-after", wait);
    }
    if let Some(encoding) = what.encoding {
        response = response.header("content-encoding", encoding);
    }
    Ok(response.body(Full::new(Bytes::from(what.body))).unwrap())
}
