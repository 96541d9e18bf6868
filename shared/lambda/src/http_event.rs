//! An HTTP event as a plain request: the same behind API Gateway and `cargo lambda watch`.

use http::{HeaderMap, Method};
use lambda_http::RequestExt;

/// What a handler gets to see.
#[derive(Debug)]
pub struct HttpRequest {
    pub id: String,
    pub method: Method,
    /// Percent-encoded, without query.
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl From<lambda_http::Request> for HttpRequest {
    fn from(request: lambda_http::Request) -> Self {
        let id = request
            .lambda_context_ref()
            .map(|context| context.request_id.clone())
            .unwrap_or_default();
        let raw_path = request.raw_http_path();
        let path = if raw_path.is_empty() { request.uri().path() } else { raw_path }.to_owned();
        let (parts, body) = request.into_parts();
        Self {
            id,
            path,
            query: parts.uri.query().unwrap_or("").to_owned(),
            method: parts.method,
            headers: parts.headers,
            // Base64 bodies were decoded by the runtime.
            body: body.to_vec(),
        }
    }
}

/// The response as the runtime takes it.
pub fn response(response: http::Response<String>) -> http::Response<lambda_http::Body> {
    response.map(lambda_http::Body::from)
}
