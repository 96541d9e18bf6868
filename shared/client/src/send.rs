//! One request: asked again while that helps, within a deadline.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use http::{HeaderValue, Method, StatusCode};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use revocation_app::ports::SecretText;
use revocation_http::problem::ProblemDocument;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep, timeout_at};

use crate::address::ApiAddress;
use crate::error::CallError;
use crate::patience::{Ended, again};
use crate::retry_after::retry_after;

/// A function answers within 29 seconds, or API Gateway does.
const ONE_TRY: Duration = Duration::from_secs(35);
const CONNECT: Duration = Duration::from_secs(5);
/// As good as for ever, and no more than a clock can count.
const FOR_EVER: Duration = Duration::from_hours(24 * 365 * 30);
const USER_AGENT: &str = concat!("message-revoke/", env!("CARGO_PKG_VERSION"));

/// Asks the API with one access key.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    address: ApiAddress,
    bearer: HeaderValue,
}

/// Until when a call may be tried.
#[derive(Debug, Clone, Copy)]
pub struct Until(pub Instant);

impl Until {
    pub fn from_now(patience: Duration) -> Self {
        Self(Instant::now() + patience.min(FOR_EVER))
    }

    /// How long that is; nothing once it is over.
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    pub fn is_over(self) -> bool {
        self.left().is_zero()
    }
}

/// A body and a status that came back.
struct Answered {
    status: StatusCode,
    retry_after: Option<Duration>,
    body: Vec<u8>,
}

impl Client {
    /// `key` is `<key id>.<secret>`. Nothing is asked yet.
    ///
    /// # Errors
    /// A key that cannot be one; TLS that cannot be set up.
    pub fn new(address: ApiAddress, key: &SecretText) -> Result<Self, CallError> {
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", key.expose())).map_err(|_| CallError::Key)?;
        bearer.set_sensitive(true);
        let mut http = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT)
            .timeout(ONE_TRY)
            // A key goes to the address that somebody named, and nowhere else.
            .redirect(reqwest::redirect::Policy::none());
        if address.is_without_tls() {
            // A proxy is another machine, and would read the key.
            http = http.no_proxy();
        }
        if let Some(name) = address.localhost() {
            // As curl and browsers do; many resolvers know no name below `localhost`. The port is the address's.
            http = http.resolve(&name, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        }
        let http = http.build().map_err(CallError::Unreachable)?;
        Ok(Self { http, address, bearer })
    }

    pub fn address(&self) -> &ApiAddress {
        &self.address
    }

    /// Asks until there is an answer that waiting does not change, or the time is over.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&[u8]>,
        until: Until,
    ) -> Result<(StatusCode, T), CallError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let ended = self.once(method.clone(), path, body, until).await;
            let how = match &ended {
                Ok(answered) => Ended::Answered {
                    status: answered.status.as_u16(),
                    retry_after: answered.retry_after,
                },
                Err(_) => Ended::Unheard,
            };
            match again(how, tries, rand::random()) {
                Some(wait) if wait < until.left() => sleep(wait).await,
                Some(_) | None => return ended.map_err(CallError::Unreachable).and_then(read),
            }
        }
    }

    async fn once(&self, method: Method, path: &str, body: Option<&[u8]>, until: Until) -> Result<Answered, reqwest::Error> {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.address))
            .header(AUTHORIZATION, self.bearer.clone())
            .header(ACCEPT, "application/json, application/problem+json");
        // A little more than is left: what was begun in time may end.
        request = request.timeout(until.left().clamp(Duration::from_secs(1), ONE_TRY));
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_vec());
        }
        let response = request.send().await?;
        let status = response.status();
        let retry_after = retry_after(response.headers());
        let body = response.bytes().await?.to_vec();
        Ok(Answered { status, retry_after, body })
    }
}

fn read<T: DeserializeOwned>(answered: Answered) -> Result<(StatusCode, T), CallError> {
    let Answered { status, body, .. } = answered;
    if status.is_success() {
        return match serde_json::from_slice(&body) {
            Ok(answer) => Ok((status, answer)),
            // A page of somebody else's; what is JSON is of another version.
            Err(error) if error.is_syntax() || error.is_eof() => Err(CallError::Stranger { status: status.as_u16() }),
            Err(error) => Err(CallError::Unreadable(error)),
        };
    }
    let problem: Option<Box<ProblemDocument>> = serde_json::from_slice(&body).ok();
    let status = status.as_u16();
    match problem {
        problem if status == 429 || status >= 500 => Err(CallError::Busy { status, problem }),
        Some(problem) => Err(CallError::Problem(problem)),
        None => Err(CallError::Stranger { status }),
    }
}

/// Waits, but not beyond the deadline.
pub async fn pause(wait: Duration, until: Until) {
    // What is over is over: nothing else can come of it.
    let _ = timeout_at(until.0, sleep(wait)).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_patience_that_no_clock_can_count() {
        assert!(Until::from_now(Duration::MAX).left() > Duration::from_hours(24 * 365));
    }
}
