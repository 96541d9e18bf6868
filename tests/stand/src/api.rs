//! A caller of the HTTP API with one access key.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::error::StandError;
use crate::stand::Stand;

#[derive(Debug, Clone)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    pub key: String,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn content_type(&self) -> &str {
        self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("")
    }
}

impl Api {
    pub fn new(stand: &Stand, key: String) -> Self {
        Self {
            http: stand.http.clone(),
            base: stand.stack.api_url().to_owned(),
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

    pub async fn get(&self, path: &str) -> Result<Answer, StandError> {
        self.send(self.request(Method::GET, path), path).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Result<Answer, StandError> {
        self.send(self.request(Method::PUT, path).json(body), path).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, StandError> {
        self.send(self.request(Method::POST, path).json(body), path).await
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

    pub async fn send(&self, request: reqwest::RequestBuilder, path: &str) -> Result<Answer, StandError> {
        let failed = |source| StandError::Http {
            doing: format!("could not ask {path}"),
            source,
        };
        let answer = request.send().await.map_err(failed)?;
        let status = answer.status();
        let headers = answer.headers().clone();
        let text = answer.text().await.map_err(failed)?;
        Ok(Answer {
            status,
            headers,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        })
    }
}

/// An id as it stands in a path.
pub fn in_path(id: &str) -> String {
    utf8_percent_encode(id, NON_ALPHANUMERIC).to_string()
}
