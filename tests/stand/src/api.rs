//! A caller of the HTTP API with one access key.

use std::sync::Arc;

use openapi_check::Description;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::error::StandError;
use crate::stand::Stand;

#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    description: Arc<Description>,
    pub key: String,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Reply {
    pub fn content_type(&self) -> &str {
        self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("")
    }
}

impl Api {
    pub fn new(stand: &Stand, key: String) -> Self {
        Self {
            http: stand.http.clone(),
            base: stand.stack.api_url().to_owned(),
            description: Arc::clone(&stand.description),
            key,
        }
    }

    /// The same API with another key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self {
            key: key.to_owned(),
            ..self.clone()
        }
    }

    pub async fn get(&self, path: &str) -> Result<Reply, StandError> {
        self.send(self.request(Method::GET, path), path).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Result<Reply, StandError> {
        self.send(self.request(Method::PUT, path).json(body), path).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Reply, StandError> {
        self.send(self.request(Method::POST, path).json(body), path).await
    }

    /// A POST that has no body.
    pub async fn post_nothing(&self, path: &str) -> Result<Reply, StandError> {
        self.send(self.request(Method::POST, path), path).await
    }

    pub async fn delete(&self, path: &str) -> Result<Reply, StandError> {
        self.send(self.request(Method::DELETE, path), path).await
    }

    /// A request to be changed before it is sent with [`Api::send`].
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        if self.key.is_empty() {
            request
        } else {
            request.bearer_auth(&self.key)
        }
    }

    /// Sends a request, and holds request and answer against the API's description.
    pub async fn send(&self, request: reqwest::RequestBuilder, path: &str) -> Result<Reply, StandError> {
        let failed = |source| StandError::Http {
            doing: format!("could not ask {path}"),
            source,
        };
        let request = request.build().map_err(failed)?;
        let method = request.method().as_str().to_owned();
        let described_path = request.url().as_str().strip_prefix(&self.base).unwrap_or(path).to_owned();
        let sent: Option<Value> = request
            .body()
            .and_then(reqwest::Body::as_bytes)
            .and_then(|body| serde_json::from_slice(body).ok());
        let answer = self.http.execute(request).await.map_err(failed)?;
        let status = answer.status();
        let headers = answer.headers().clone();
        let text = answer.text().await.map_err(failed)?;
        let answer = Reply {
            status,
            headers,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        };
        self.description
            .check_exchange(
                &method,
                &described_path,
                status.as_u16(),
                answer.content_type(),
                sent.as_ref(),
                &answer.body,
            )
            .map_err(|mistakes| StandError::Undescribed {
                exchange: format!("{method} {path} -> {status}"),
                mistakes: mistakes.join("; "),
            })?;
        Ok(answer)
    }
}

/// An id as it stands in a path.
pub fn in_path(id: &str) -> String {
    utf8_percent_encode(id, NON_ALPHANUMERIC).to_string()
}
