//! One HTTPS call: pooled connections, a bounded body, a timeout over all of it.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Body;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::dial::{DialError, Offer, connector};
use crate::read::plain;
use crate::settings::{Settings, Timeouts};

/// Longest answer that is read: 1,000 tokens of 512 bytes, quoted twice, fit.
const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;
/// Connections older than this are not trusted to be alive still.
const IDLE_FOR: Duration = Duration::from_secs(30);

/// What the other side said.
pub(crate) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Not compressed any more.
    pub body: Bytes,
}

/// Why there is no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoReply {
    /// Nothing was asked.
    NotConnected,
    Timeout,
    Broken,
    /// There is one, longer than any answer is.
    TooLong,
}

impl NoReply {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotConnected => "not_connected",
            Self::Timeout => "timeout",
            Self::Broken => "connection_broken",
            Self::TooLong => "answer_too_long",
        }
    }
}

/// A body, if it has no more than `most` bytes.
pub(crate) async fn bounded<B: Body>(body: B, most: usize) -> Result<Bytes, NoReply>
where
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    match Limited::new(body, most).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(NoReply::TooLong),
        Err(_) => Err(NoReply::Broken),
    }
}

pub(crate) struct Https {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    timeouts: Timeouts,
}

impl Https {
    pub fn new(settings: &Settings, timeouts: Timeouts) -> Result<Self, DialError> {
        let connector = connector(settings.extra_ca_pem.as_deref(), Offer::Http1, timeouts.connect)?;
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_FOR)
            .build(connector);
        Ok(Self { client, timeouts })
    }

    pub async fn call(&self, request: Request<Full<Bytes>>) -> Result<Reply, NoReply> {
        let call = async {
            let response = self.client.request(request).await.map_err(|error| {
                if error.is_connect() {
                    NoReply::NotConnected
                } else {
                    NoReply::Broken
                }
            })?;
            let (head, body) = response.into_parts();
            let body = bounded(body, MAX_BODY_BYTES).await?;
            Ok(Reply {
                status: head.status,
                body: plain(&head.headers, body, MAX_BODY_BYTES),
                headers: head.headers,
            })
        };
        let limit = self.timeouts.connect + self.timeouts.answer;
        tokio::time::timeout(limit, call).await.unwrap_or(Err(NoReply::Timeout))
    }
}
