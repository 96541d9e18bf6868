//! One HTTP/2 connection to Apple.
//!
//! Requests wait here for their turn, not inside hyper: what has not started
//! at the order's deadline never does. At first one request may be in flight
//! (Apple allows no more until it has seen a good provider token), then as many
//! as the peer's SETTINGS allow, at most [`MAX_STREAMS`].

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, Uri};
use http_body_util::Full;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::{Connection, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::{Semaphore, SemaphorePermit};
use tower_service::Service;

use crate::https::{NoReply, Reply, bounded};
use crate::read::plain;
use crate::settings::Timeouts;

/// Most requests in flight on one connection.
pub(super) const MAX_STREAMS: usize = 500;
/// Longest answer that is read; the documented ones have under 100 bytes.
const MAX_BODY_BYTES: usize = 4 * 1024;

pub(super) struct Link {
    sender: SendRequest<Full<Bytes>>,
    turns: Semaphore,
    /// How many turns there are, taken and free.
    granted: Mutex<usize>,
    /// What the peer's SETTINGS last allowed.
    allowed: Arc<AtomicUsize>,
    timeouts: Timeouts,
}

/// The connection ended before a turn came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retired;

impl Link {
    /// Connects and agrees on HTTP/2.
    pub async fn open(mut connector: HttpsConnector<HttpConnector>, origin: Uri, timeouts: Timeouts) -> Result<Arc<Self>, NoReply> {
        let open = async {
            let stream = connector.call(origin).await.map_err(|_| NoReply::NotConnected)?;
            if !stream.connected().is_negotiated_h2() {
                return Err(NoReply::NotConnected);
            }
            let (sender, connection) = Builder::new(TokioExecutor::new())
                .timer(TokioTimer::new())
                .keep_alive_interval(timeouts.ping_every)
                .keep_alive_timeout(timeouts.ping_answer)
                .initial_max_send_streams(1)
                .handshake(stream)
                .await
                .map_err(|_| NoReply::NotConnected)?;
            Ok((sender, connection))
        };
        let opened = tokio::time::timeout(timeouts.connect, open).await;
        let (sender, mut connection) = opened.unwrap_or(Err(NoReply::NotConnected))?;
        let allowed = Arc::new(AtomicUsize::new(1));
        let link = Arc::new(Self {
            sender,
            turns: Semaphore::new(1),
            granted: Mutex::new(1),
            allowed: Arc::clone(&allowed),
            timeouts,
        });
        let driven = Arc::downgrade(&link);
        tokio::spawn(async move {
            // How it ended, each request in flight is told by itself.
            let _ = std::future::poll_fn(|context| {
                let polled = std::pin::Pin::new(&mut connection).poll(context);
                allowed.store(connection.current_max_send_streams(), Ordering::Relaxed);
                polled
            })
            .await;
            if let Some(link) = driven.upgrade() {
                link.retire();
            }
        });
        Ok(link)
    }

    /// Waits until another request may be in flight.
    pub async fn turn(&self) -> Result<SemaphorePermit<'_>, Retired> {
        self.turns.acquire().await.map_err(|_| Retired)
    }

    /// Takes no new requests; what is in flight goes on.
    pub fn retire(&self) {
        self.turns.close();
    }

    pub fn is_usable(&self) -> bool {
        !self.turns.is_closed() && !self.sender.is_closed()
    }

    /// Sends one request; call it with a turn.
    pub async fn ask(&self, request: Request<Full<Bytes>>) -> Result<Reply, NoReply> {
        let mut sender = self.sender.clone();
        let call = async {
            let response = sender.send_request(request).await.map_err(|_| NoReply::Broken)?;
            let (head, body) = response.into_parts();
            // Of a success, too: it has none, and what has one may come from somebody else.
            let body = bounded(body, MAX_BODY_BYTES).await?;
            Ok((head.status, plain(&head.headers, body, MAX_BODY_BYTES), head.headers))
        };
        let (status, body, headers): (StatusCode, Bytes, HeaderMap) = tokio::time::timeout(self.timeouts.answer, call)
            .await
            .unwrap_or(Err(NoReply::Timeout))?;
        if status != StatusCode::FORBIDDEN {
            self.widen();
        }
        Ok(Reply { status, headers, body })
    }

    /// As many turns as the peer allows by now.
    fn widen(&self) {
        let allowed = self.allowed.load(Ordering::Relaxed).clamp(1, MAX_STREAMS);
        let mut granted = self.granted.lock().unwrap_or_else(PoisonError::into_inner);
        if allowed > *granted {
            self.turns.add_permits(allowed - *granted);
            *granted = allowed;
        } else if allowed < *granted {
            *granted -= self.turns.forget_permits(*granted - allowed);
        }
    }
}
