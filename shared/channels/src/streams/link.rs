//! One HTTP/2 connection to a vendor, over `h2` itself: hyper's client hands each request to a task of its own and
//! each answer back over a channel, which costs more than all that is done here.
//!
//! Requests wait here for their turn, not inside the connection: what has not started
//! at the order's deadline never does. At first one request may be in flight, for the
//! peer's SETTINGS are not known yet (and Apple allows no more until it has seen a good
//! provider token), then as many as they allow, at most [`MAX_STREAMS`].

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use bytes::{Bytes, BytesMut};
use h2::client::{Builder, Connection, SendRequest};
use h2::{Ping, PingPong, RecvStream};
use http::{HeaderMap, Request, StatusCode, Uri};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::{Connection as _, HttpConnector};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_service::Service;

use crate::https::{NoReply, Reply};
use crate::read::plain;
use crate::settings::Timeouts;

/// Most requests in flight on one connection. Apple's SETTINGS allow as many.
const MAX_STREAMS: usize = 1_000;
/// Bytes of answers that may be on their way: those of [`MAX_STREAMS`] requests, and some.
const WINDOW: u32 = 1024 * 1024;

/// What differs between the vendors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    /// Longest answer that is read, in bytes.
    pub longest_answer: usize,
    /// Does an answer with this status show that the peer knows us, so that more may be in flight?
    pub proves: fn(StatusCode) -> bool,
}

pub(super) struct Link {
    sender: SendRequest<Bytes>,
    turns: Arc<Semaphore>,
    /// How many turns there are, taken and free.
    granted: Arc<AtomicUsize>,
    /// What the peer's SETTINGS last allowed.
    allowed: Arc<AtomicUsize>,
    timeouts: Timeouts,
    manner: Manner,
}

/// The connection ended before a turn came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retired;

impl Link {
    /// Connects and agrees on HTTP/2.
    pub async fn open(
        mut connector: HttpsConnector<HttpConnector>,
        origin: Uri,
        timeouts: Timeouts,
        manner: Manner,
    ) -> Result<Arc<Self>, NoReply> {
        let open = async {
            let stream = connector.call(origin).await.map_err(|_| NoReply::NotConnected)?;
            if !stream.connected().is_negotiated_h2() {
                return Err(NoReply::NotConnected);
            }
            Builder::new()
                .enable_push(false)
                .initial_max_send_streams(1)
                .initial_connection_window_size(WINDOW)
                .handshake(TokioIo::new(stream))
                .await
                .map_err(|_| NoReply::NotConnected)
        };
        let opened = tokio::time::timeout(timeouts.connect, open).await;
        let (sender, connection) = opened.unwrap_or(Err(NoReply::NotConnected))?;
        let link = Arc::new(Self {
            sender,
            turns: Arc::new(Semaphore::new(1)),
            granted: Arc::new(AtomicUsize::new(1)),
            allowed: Arc::new(AtomicUsize::new(1)),
            timeouts,
            manner,
        });
        let driven = Arc::downgrade(&link);
        let drive = drive(connection, Arc::clone(&link.allowed), link.busy(), timeouts);
        tokio::spawn(async move {
            drive.await;
            if let Some(link) = driven.upgrade() {
                link.retire();
            }
        });
        Ok(link)
    }

    /// Whether any request is in flight.
    fn busy(&self) -> impl Fn() -> bool + Send + use<> {
        let (turns, granted) = (Arc::clone(&self.turns), Arc::clone(&self.granted));
        move || turns.available_permits() < granted.load(Ordering::Relaxed)
    }

    /// Waits until another request may be in flight.
    pub async fn turn(&self) -> Result<OwnedSemaphorePermit, Retired> {
        Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Retired)
    }

    /// Takes no new requests; what is in flight goes on.
    pub fn retire(&self) {
        self.turns.close();
    }

    pub fn is_usable(&self) -> bool {
        !self.turns.is_closed()
    }

    /// Sends one request; call it with a turn.
    pub async fn ask(&self, request: Request<()>, body: Bytes) -> Result<Reply, NoReply> {
        let mut sender = self.sender.clone();
        let call = async {
            let (response, mut stream) = sender.send_request(request, false).map_err(|_| NoReply::Broken)?;
            stream.send_data(body, true).map_err(|_| NoReply::Broken)?;
            let (head, body) = response.await.map_err(|_| NoReply::Broken)?.into_parts();
            let body = bounded(body, self.manner.longest_answer).await?;
            Ok((head.status, head.headers, body))
        };
        let (status, headers, body): (StatusCode, HeaderMap, Bytes) = tokio::time::timeout(self.timeouts.answer, call)
            .await
            .unwrap_or(Err(NoReply::Timeout))?;
        if (self.manner.proves)(status) {
            self.widen();
        }
        Ok(Reply {
            status,
            body: plain(&headers, body, self.manner.longest_answer),
            headers,
        })
    }

    /// As many turns as the peer allows by now.
    fn widen(&self) {
        let allowed = self.allowed.load(Ordering::Relaxed).clamp(1, MAX_STREAMS);
        let before = self.granted.load(Ordering::Relaxed);
        if allowed == before
            || self
                .granted
                .compare_exchange(before, allowed, Ordering::Relaxed, Ordering::Relaxed)
                .is_err()
        {
            return;
        }
        if allowed > before {
            self.turns.add_permits(allowed - before);
        } else {
            let taken = before - allowed - self.turns.forget_permits(before - allowed);
            // Those come back, and are taken away by the next answer.
            self.granted.fetch_add(taken, Ordering::Relaxed);
        }
    }
}

/// Until the connection ends, or a ping goes unanswered. How it ended, each request in flight is told by itself.
async fn drive<S: AsyncRead + AsyncWrite + Unpin>(
    mut connection: Connection<S, Bytes>,
    allowed: Arc<AtomicUsize>,
    is_busy: impl Fn() -> bool,
    timeouts: Timeouts,
) {
    let pings = connection.ping_pong();
    let mut dead = pin!(unanswered(pings, is_busy, timeouts));
    poll_fn(|context| {
        if dead.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        let polled = Pin::new(&mut connection).poll(context);
        allowed.store(connection.max_concurrent_send_streams(), Ordering::Relaxed);
        polled.map(drop)
    })
    .await;
}

/// Pings while requests are in flight; ends when there was no answer in time.
async fn unanswered(pings: Option<PingPong>, is_busy: impl Fn() -> bool, timeouts: Timeouts) {
    let Some(mut pings) = pings else {
        return std::future::pending().await;
    };
    loop {
        tokio::time::sleep(timeouts.ping_every).await;
        if is_busy() {
            let answered = tokio::time::timeout(timeouts.ping_answer, pings.ping(Ping::opaque())).await;
            if !matches!(answered, Ok(Ok(_))) {
                return;
            }
        }
    }
}

/// A body, if it has no more than `most` bytes.
async fn bounded(mut body: RecvStream, most: usize) -> Result<Bytes, NoReply> {
    let mut whole = BytesMut::new();
    while let Some(part) = body.data().await {
        let part = part.map_err(|_| NoReply::Broken)?;
        if whole.len() + part.len() > most {
            return Err(NoReply::TooLong);
        }
        // For those that come after; a stream that is over has no room to give back.
        let _ = body.flow_control().release_capacity(part.len());
        whole.extend_from_slice(&part);
    }
    Ok(whole.freeze())
}
