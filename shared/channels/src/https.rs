//! One HTTPS call: pooled connections, a bounded body, a timeout over all of it.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::dial::{DialError, Offer, connector};
use crate::settings::{Settings, Timeouts};

/// Longest answer that is read: 1,000 tokens of 512 bytes, quoted twice, fit.
const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;
/// Connections older than this are not trusted to be alive still.
const IDLE_FOR: Duration = Duration::from_secs(30);

/// What the other side said.
pub(crate) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Why there is no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoReply {
    /// Nothing was asked.
    NotConnected,
    Timeout,
    Broken,
}

impl NoReply {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotConnected => "not_connected",
            Self::Timeout => "timeout",
            Self::Broken => "connection_broken",
        }
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
            let body = Limited::new(body, MAX_BODY_BYTES).collect().await.map_err(|_| NoReply::Broken)?;
            Ok(Reply {
                status: head.status,
                headers: head.headers,
                body: body.to_bytes(),
            })
        };
        let limit = self.timeouts.connect + self.timeouts.answer;
        tokio::time::timeout(limit, call).await.unwrap_or(Err(NoReply::Timeout))
    }
}
