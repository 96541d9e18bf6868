//! An HTTP event as a plain request: the same behind API Gateway and `cargo lambda watch`.
//!
//! What a request says is read from the event's own fields, each decoded exactly
//! once. No URL is built of them and taken apart again: a gateway hands over a
//! path that it has decoded, and in a URL a `#` or `?` of an id would end it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use lambda_http::Response;
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, SerializeStruct as _, Serializer};

use crate::panics;

/// What a handler gets to see.
#[derive(Debug)]
pub struct HttpRequest {
    pub id: String,
    pub method: Method,
    /// Decoded, without query.
    pub path: String,
    /// As the client sent it: percent-encoded.
    pub query: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Why a request does not get to its handler, or the handler to its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The method is no word, or is missing.
    Method,
    /// The path is not UTF-8.
    Path,
    /// The body is said to be Base64 and is not.
    Body,
    /// The body has more bytes than are taken.
    TooLarge,
    /// The handler panicked.
    Panicked,
}

impl Fault {
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Method | Self::Path | Self::Body => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// For whoever asked.
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Method => "the method is not one",
            Self::Path => "the path is not UTF-8",
            Self::Body => "the body is not Base64",
            Self::TooLarge => "the body has more bytes than are taken",
            Self::Panicked => "report the request id",
        }
    }
}

/// Makes the answer to a request that got none, of its id, a status and words.
pub type AnswerFault = fn(&str, StatusCode, &'static str) -> Response<String>;

/// What is answered to one event: by `handle`, or else by `fault`. A handler that panics is told of in the log.
pub async fn answer<H>(id: &str, event: HttpEvent, max_body: usize, handle: H, fault: AnswerFault) -> HttpAnswer
where
    H: AsyncFn(&HttpRequest) -> Response<String>,
{
    let answered = match event.request(id.to_owned(), max_body) {
        Ok(request) => panics::caught(Box::pin(handle(&request)))
            .await
            .map_err(|panics::Panicked| Fault::Panicked),
        Err(found) => Err(found),
    };
    HttpAnswer(answered.unwrap_or_else(|found| {
        tracing::info!(request.id = %id, fault = ?found, "a request got to no answer of its own");
        fault(id, found.status(), found.detail())
    }))
}

/// An event of an HTTP API, payload format 2.0, as far as it is read here. What
/// is missing is empty.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpEvent {
    raw_path: Option<String>,
    raw_query_string: Option<String>,
    headers: Headers,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
    request_context: Context,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Context {
    /// Which gateway it came through; `cargo lambda watch` is none.
    api_id: Option<String>,
    http: Http,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Http {
    method: Option<String>,
}

impl HttpEvent {
    /// # Errors
    /// When the event has something that no handler could read.
    pub fn request(self, id: String, max_body: usize) -> Result<HttpRequest, Fault> {
        let method = self.request_context.http.method.unwrap_or_default();
        let behind_gateway = self.request_context.api_id.is_some_and(|id| !id.is_empty());
        let body = self.body.unwrap_or_default();
        let base64 = self.is_base64_encoded.unwrap_or_default();
        // Four letters are three bytes, but for up to two letters that only fill up.
        let bytes = if base64 {
            (body.len() / 4 * 3).saturating_sub(2)
        } else {
            body.len()
        };
        if bytes > max_body {
            return Err(Fault::TooLarge);
        }
        Ok(HttpRequest {
            id,
            method: Method::from_bytes(method.as_bytes()).map_err(|_| Fault::Method)?,
            path: path(self.raw_path.unwrap_or_default(), behind_gateway)?,
            query: self.raw_query_string.unwrap_or_default(),
            headers: self.headers.0,
            body: if base64 {
                BASE64.decode(body).map_err(|_| Fault::Body)?
            } else {
                body.into_bytes()
            },
        })
    }
}

/// A gateway hands over a path that it has decoded, so what is in it stands for
/// itself; some write `%25` for `%` even then. Without a gateway, the path is as
/// the client sent it.
fn path(raw: String, behind_gateway: bool) -> Result<String, Fault> {
    if !raw.contains('%') {
        Ok(raw)
    } else if behind_gateway {
        Ok(raw.replace("%25", "%"))
    } else {
        let decoded = percent_decode_str(&raw).decode_utf8().map_err(|_| Fault::Path)?;
        Ok(decoded.into_owned())
    }
}

/// A header that cannot be one is passed over, as if it had not been sent.
#[derive(Debug, Default)]
struct Headers(HeaderMap);

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMap;
        impl<'de> Visitor<'de> for OfMap {
            type Value = Headers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("headers")
            }

            fn visit_unit<E>(self) -> Result<Headers, E> {
                Ok(Headers::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
                let mut headers = HeaderMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    let Ok(name) = HeaderName::try_from(name) else {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    };
                    let value = map.next_value::<Option<String>>()?;
                    if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                        // Cannot fail but for tens of thousands of headers, which no gateway lets through.
                        let _ = headers.try_append(name, value);
                    }
                }
                Ok(Headers(headers))
            }
        }
        deserializer.deserialize_any(OfMap)
    }
}

/// A response as a gateway takes it.
#[derive(Debug)]
pub struct HttpAnswer(Response<String>);

impl Serialize for HttpAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut answer = serializer.serialize_struct("HttpAnswer", 5)?;
        answer.serialize_field("statusCode", &self.0.status().as_u16())?;
        answer.serialize_field("headers", &Told(self.0.headers()))?;
        answer.serialize_field("body", self.0.body())?;
        answer.serialize_field("isBase64Encoded", &false)?;
        answer.serialize_field("cookies", &[(); 0])?;
        answer.end()
    }
}

struct Told<'a>(&'a HeaderMap);

impl Serialize for Told<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut told = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            told.serialize_entry(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))?;
        }
        told.end()
    }
}

#[cfg(test)]
#[path = "http_event_tests.rs"]
mod tests;
