//! One vendor's port: TLS, HTTP, and the faults that concern a connection.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::{HttpService, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::{TlsAcceptor, rustls};

use crate::one_stream::OneStream;
use crate::vendor::Vendor;
use crate::wire::{Call, Reply};

/// More than any vendor accepts, so that the vendor's own limit answers.
const BODY_LIMIT_BYTES: usize = 8 * 1024 * 1024;

type Failure = Box<dyn Error + Send + Sync>;

/// One connection of one caller.
#[derive(Default)]
pub struct Link {
    proven: AtomicBool,
    open: AtomicU32,
    cut: Notify,
    leave: Notify,
}

impl Link {
    /// The caller has shown a valid credential on this connection.
    pub fn prove(&self) {
        self.proven.store(true, SeqCst);
    }

    pub fn is_proven(&self) -> bool {
        self.proven.load(SeqCst)
    }
}

/// Serves until the runtime ends.
pub async fn listen(listener: TcpListener, tls: TlsAcceptor, vendor: Arc<dyn Vendor>) {
    loop {
        // A failed accept is the caller's loss; the port stays open.
        if let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(connection(socket, tls.clone(), Arc::clone(&vendor)));
        }
    }
}

async fn connection(socket: TcpStream, tls: TlsAcceptor, vendor: Arc<dyn Vendor>) {
    let transport = vendor.transport();
    let _ = socket.set_nodelay(true);
    let stream = match tls.accept(socket).await {
        Ok(stream) => stream,
        Err(error) => {
            // Anything else, such as a port probe or a caller who does not trust us, breaks no
            // vendor's contract.
            if shares_no_protocol(&error) {
                vendor.desk().stats.violation("no application protocol in common");
            }
            return;
        }
    };
    let agreed = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
    let http2_agreed = agreed.as_deref() == Some(b"h2");
    if !http2_agreed && !transport.protocols.contains(&b"http/1.1".as_slice()) {
        vendor.desk().stats.violation("HTTP/2 was not negotiated");
        return;
    }
    vendor.desk().stats.connection();

    let link = Arc::new(Link::default());
    let service = {
        let (link, vendor) = (Arc::clone(&link), Arc::clone(&vendor));
        service_fn(move |request| answer(request, Arc::clone(&vendor), Arc::clone(&link)))
    };
    if transport.one_stream_until_proven {
        let stream = OneStream::new(stream, Arc::clone(&link), transport.max_streams);
        http2(stream, service, transport.max_streams, &link).await;
    } else if http2_agreed {
        http2(stream, service, transport.max_streams, &link).await;
    } else {
        http1(stream, service, &link).await;
    }
}

fn shares_no_protocol(error: &io::Error) -> bool {
    error
        .get_ref()
        .and_then(|source| source.downcast_ref())
        .is_some_and(|error: &rustls::Error| *error == rustls::Error::NoApplicationProtocol)
}

async fn http2<T, S>(stream: T, service: S, max_streams: u32, link: &Link)
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: HttpService<Incoming, ResBody = Full<Bytes>, Error = Failure>,
    S::Future: Send + 'static,
{
    let served = http2::Builder::new(TokioExecutor::new())
        .max_concurrent_streams(max_streams)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(served);
    loop {
        tokio::select! {
            _ = &mut served => return,
            () = link.cut.notified() => return,
            () = link.leave.notified() => served.as_mut().graceful_shutdown(),
        }
    }
}

async fn http1<T, S>(stream: T, service: S, link: &Link)
where
    T: AsyncRead + AsyncWrite + Unpin,
    S: HttpService<Incoming, ResBody = Full<Bytes>, Error = Failure>,
{
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::pin!(served);
    loop {
        tokio::select! {
            _ = &mut served => return,
            () = link.cut.notified() => return,
            () = link.leave.notified() => served.as_mut().graceful_shutdown(),
        }
    }
}

async fn answer(request: Request<Incoming>, vendor: Arc<dyn Vendor>, link: Arc<Link>) -> Result<Response<Full<Bytes>>, Failure> {
    let desk = vendor.desk();
    let open = Open::count(&link);
    if vendor.transport().one_stream_until_proven && !link.is_proven() && open.others() > 0 {
        desk.stats.refused_stream();
        return Err(h2::Error::from(h2::Reason::REFUSED_STREAM).into());
    }
    let _in_flight = desk.stats.enter();
    let (head, body) = request.into_parts();
    let host = head.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    let call = Call {
        // HTTP/2 says it beside the path, HTTP/1.1 in a header.
        authority: head.uri.authority().map(ToString::to_string).or_else(|| host.map(str::to_owned)),
        method: head.method,
        path: head.uri.path().to_owned(),
        headers: head.headers,
        body: Limited::new(body, BODY_LIMIT_BYTES).collect().await?.to_bytes(),
    };

    let (latency_ms, black_hole) = {
        let faults = desk.faults();
        (faults.latency_ms(&call), faults.black_hole())
    };
    if black_hole {
        std::future::pending::<()>().await;
    }
    if latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(latency_ms)).await;
    }
    match vendor.answer(&call, &link) {
        Reply::Answer(answer) => {
            if desk.faults().goaway() {
                link.leave.notify_one();
            }
            Ok(answer.into_response())
        }
        Reply::Dropped => {
            link.cut.notify_one();
            std::future::pending().await
        }
    }
}

/// A stream that is open on a connection, until dropped.
struct Open<'a> {
    link: &'a Link,
    others: u32,
}

impl<'a> Open<'a> {
    fn count(link: &'a Link) -> Self {
        let others = link.open.fetch_add(1, SeqCst);
        Self { link, others }
    }

    fn others(&self) -> u32 {
        self.others
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.link.open.fetch_sub(1, SeqCst);
    }
}
