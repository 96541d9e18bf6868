//! Requests and answers as the vendors see them: complete, without a connection.

use http::{HeaderMap, Method, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::Value;

/// One whole request.
pub struct Call {
    pub method: Method,
    /// Whom the caller speaks to, host and port.
    pub authority: Option<String>,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Call {
    /// A header that is present once and is readable text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Where it was sent to, without a query.
    pub fn url(&self) -> Option<String> {
        self.authority.as_ref().map(|authority| format!("https://{authority}{}", self.path))
    }

    /// Whether a text, such as a device's token, stands anywhere in it.
    pub fn mentions(&self, text: &str) -> bool {
        self.path.contains(text) || self.url().is_some_and(|url| url == text) || String::from_utf8_lossy(&self.body).contains(text)
    }

    /// Whether the body says to be of this media type, in UTF-8 or without a character set.
    pub fn is_utf8(&self, media_type: &str) -> bool {
        let mut parts = self.header("content-type").unwrap_or_default().split(';').map(str::trim);
        parts.next().is_some_and(|named| named.eq_ignore_ascii_case(media_type))
            && parts.all(|parameter| parameter.eq_ignore_ascii_case("charset=utf-8"))
    }

    /// The credential behind `Authorization: Bearer`.
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, credential) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(credential)
    }
}

/// One whole answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub fn json(status: StatusCode, body: &Value) -> Self {
        Self::empty(status)
            .with("content-type", "application/json;charset=utf-8".to_owned())
            .body(body.to_string().into_bytes())
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Says how long to wait, if that is known.
    #[must_use]
    pub fn retry_after(self, seconds: Option<u64>) -> Self {
        match seconds {
            Some(seconds) => self.with("retry-after", seconds.to_string()),
            None => self,
        }
    }

    fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    pub fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(Bytes::from(self.body)));
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            if let Ok(value) = header::HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Reply {
    Answer(Answer),
    /// The connection is closed and the caller learns nothing.
    Dropped,
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self::Answer(answer)
    }
}

/// Why a JSON body was not understood. Field names are ours to repeat; values, which may be tokens
/// or texts, are not.
pub fn without_values(error: &serde_json::Error) -> String {
    if !error.is_data() {
        return "the body is not JSON".to_owned();
    }
    let error = error.to_string();
    let named = ["unknown field", "missing field", "duplicate field"];
    match named.iter().find(|kind| error.starts_with(**kind)) {
        Some(_) => error.split(',').next().unwrap_or_default().to_owned(),
        None => "a field has the wrong type".to_owned(),
    }
}
