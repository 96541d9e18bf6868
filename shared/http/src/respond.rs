//! Turns a result into a response. Every error is `application/problem+json`.

use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use crate::problem::{Problem, ProblemKind};

/// A good answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub location: Option<String>,
    pub body: String,
}

impl Reply {
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        Self {
            status,
            location: None,
            // Cannot fail: wire types have string keys only.
            body: serde_json::to_string(body).unwrap_or_default(),
        }
    }

    #[must_use]
    pub fn at(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }
}

/// The response to one request.
pub fn respond(request_id: &str, result: Result<Reply, Problem>) -> Response<String> {
    let mut response = match result {
        Ok(reply) => {
            let mut response = Response::new(reply.body);
            *response.status_mut() = reply.status;
            set(&mut response, header::CONTENT_TYPE, "application/json");
            if let Some(location) = reply.location {
                set(&mut response, header::LOCATION, &location);
            }
            response
        }
        Err(problem) => {
            let document = problem.document(request_id);
            let mut response = Response::new(serde_json::to_string(&document).unwrap_or_default());
            *response.status_mut() = problem.kind.status();
            set(&mut response, header::CONTENT_TYPE, "application/problem+json");
            if let Some(seconds) = problem.retry_after_s {
                set(&mut response, header::RETRY_AFTER, &seconds.to_string());
            }
            if problem.kind == ProblemKind::Unauthenticated {
                set(&mut response, header::WWW_AUTHENTICATE, "Bearer");
            }
            response
        }
    };
    secure(response.headers_mut());
    set(&mut response, header::CACHE_CONTROL, "no-store");
    set(&mut response, header::HeaderName::from_static("x-request-id"), request_id);
    response
}

/// What every answer of ours says to browsers: this host is spoken to over TLS only, for a year,
/// and a body is of the type that it says.
pub fn secure(headers: &mut HeaderMap) {
    headers.insert(
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=31536000; includeSubDomains"),
    );
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// The response to a request that no handler could answer: it could not be read, or its handler panicked.
pub fn respond_to_fault(request_id: &str, status: StatusCode, detail: &'static str) -> Response<String> {
    let kind = match status {
        StatusCode::BAD_REQUEST => ProblemKind::InvalidRequest,
        StatusCode::PAYLOAD_TOO_LARGE => ProblemKind::PayloadTooLarge,
        _ => ProblemKind::Internal,
    };
    respond(request_id, Err(Problem::new(kind).with_detail(detail)))
}

fn set(response: &mut Response<String>, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_insists_on_tls_and_on_its_type() {
        let reply = || Ok(Reply::json(StatusCode::OK, &()));
        let problems = ProblemKind::ALL.iter().map(|kind| Err(Problem::new(*kind)));
        for answer in std::iter::once(reply()).chain(problems) {
            let response = respond("r", answer);
            assert_eq!(
                response.headers()["strict-transport-security"],
                "max-age=31536000; includeSubDomains"
            );
            assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        }
    }
}
