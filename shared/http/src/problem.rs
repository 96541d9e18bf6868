//! Every error of the API, declared once: status, slug, title (RFC 9457).

use std::borrow::Cow;
use std::fmt;

use http::StatusCode;
use revocation_app::ports::causes;
use revocation_rules::ids::PushId;
use revocation_rules::visible::visible;
use serde::{Deserialize, Serialize};

#[cfg(feature = "description")]
use crate::description::words;

/// The base of every problem's `type`. `docs/problems.md` has a heading per slug.
pub const TYPE_BASE: &str = "https://message-revoke.example/problems#";

macro_rules! problem_kinds {
    ($($(#[$doc:meta])* $name:ident: $status:ident, $slug:literal, $title:literal;)*) => {
        /// What went wrong, as the caller is told.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ProblemKind { $($(#[$doc])* $name,)* }

        impl ProblemKind {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// Stable; clients may switch on it.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }

            /// Never changes per occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

problem_kinds! {
    /// The body, path, query or a header is not what the API describes.
    InvalidRequest: BAD_REQUEST, "invalid-request", "The request is not valid";
    /// A name that gateways, proxies or browsers change on its way in a path.
    UnusableId: BAD_REQUEST, "unusable-id", "The id can not be named in a path";
    /// No access key, or not a valid one.
    Unauthenticated: UNAUTHORIZED, "unauthenticated", "A valid access key is needed";
    /// The key's role does not allow this.
    Forbidden: FORBIDDEN, "forbidden", "The access key does not allow this";
    /// The path is not part of the API.
    NotFound: NOT_FOUND, "not-found", "There is nothing here";
    /// The push is not registered, or is another tenant's.
    PushNotFound: NOT_FOUND, "push-not-found", "The push is not known";
    /// The push has no such revocation.
    RevocationNotFound: NOT_FOUND, "revocation-not-found", "The revocation is not known";
    /// The path exists, but not for this method.
    MethodNotAllowed: METHOD_NOT_ALLOWED, "method-not-allowed", "The method is not allowed here";
    /// The id is taken by a push that was registered differently.
    PushConflict: CONFLICT, "push-conflict", "The push is registered with other content";
    /// Another batch was recorded under this batch id.
    BatchConflict: CONFLICT, "batch-conflict", "The batch id is taken by another batch";
    /// The 7 days are over.
    WindowClosed: CONFLICT, "window-closed", "The push can no longer be revoked";
    /// Nothing on the named channels can be taken back.
    ChannelsUnable: CONFLICT, "channels-unable", "Nothing on these channels can be revoked";
    /// The push has as many partial revocations as it may have.
    TooManyRevocations: CONFLICT, "too-many-revocations", "The push has too many partial revocations";
    /// The body is larger than the API takes.
    PayloadTooLarge: PAYLOAD_TOO_LARGE, "payload-too-large", "The request is too large";
    /// The body is not JSON.
    UnsupportedMediaType: UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The content type is not supported";
    /// Many are changing the same push at once.
    TooManyRequests: TOO_MANY_REQUESTS, "too-many-requests", "Too many requests";
    /// The store or the queue did not answer.
    StoreUnavailable: SERVICE_UNAVAILABLE, "store-unavailable", "The service can not answer now";
    /// Anything else; report the request id.
    Internal: INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side";
}

/// The problem an error means. What is our fault is logged here, once, with its causes.
pub fn problem_of<E>(error: E) -> Problem
where
    E: std::error::Error,
    Problem: for<'a> From<&'a E>,
{
    let problem = Problem::from(&error);
    if problem.kind.status().is_server_error() {
        tracing::error!(%error, causes = causes(&error), code = problem.kind.slug(), "the request could not be answered");
    }
    problem
}

/// One mistake in a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema))]
pub struct FieldError {
    /// A JSON pointer into the body, `?name` for a query parameter, or `{name}` for a part of the path.
    pub pointer: String,
    pub detail: String,
}

/// An error as the caller is told. Never carries a source error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    pub detail: Option<String>,
    pub errors: Vec<FieldError>,
    pub retry_after_s: Option<u32>,
    /// When the window closed, for [`ProblemKind::WindowClosed`].
    pub closed_at: Option<jiff::Timestamp>,
}

impl Problem {
    pub const fn new(kind: ProblemKind) -> Self {
        Self {
            kind,
            detail: None,
            errors: Vec::new(),
            retry_after_s: None,
            closed_at: None,
        }
    }

    /// Adds a sentence that the caller may see. Never pass it a source error.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    #[must_use]
    pub const fn with_retry_after_s(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// An invalid request with one mistake.
    pub fn invalid(pointer: impl Into<String>, detail: impl fmt::Display) -> Self {
        Self::invalid_all(vec![FieldError {
            pointer: pointer.into(),
            detail: detail.to_string(),
        }])
    }

    pub fn invalid_all(errors: Vec<FieldError>) -> Self {
        let detail = errors
            .iter()
            .map(|error| format!("{} {}", error.pointer, error.detail))
            .collect::<Vec<_>>()
            .join("; ");
        Self {
            errors,
            ..Self::new(ProblemKind::InvalidRequest).with_detail(detail)
        }
    }

    /// A push that is not known, and whose id has what nobody can see: the id is the mistake.
    #[must_use]
    pub fn about(self, push: &PushId) -> Self {
        match (self.kind == ProblemKind::PushNotFound, visible(push.as_str())) {
            (true, Err(error)) => Self::invalid("{id}", error),
            (true | false, Ok(())) | (false, Err(_)) => self,
        }
    }

    /// The document that travels.
    pub fn document(&self, request_id: &str) -> ProblemDocument {
        ProblemDocument {
            type_: format!("{TYPE_BASE}{}", self.kind.slug()),
            title: self.kind.title().into(),
            status: self.kind.status().as_u16(),
            detail: self.detail.clone(),
            instance: format!("urn:request:{request_id}"),
            code: self.kind.slug().into(),
            request_id: request_id.to_owned(),
            retry_after_s: self.retry_after_s,
            closed_at: self.closed_at,
            errors: self.errors.clone(),
        }
    }
}

/// RFC 9457.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Problem"))]
pub struct ProblemDocument {
    #[serde(rename = "type")]
    #[cfg_attr(feature = "description", schemars(url, extend("pattern" = format!("^{TYPE_BASE}").replace('.', r"\."))))]
    pub type_: String,
    /// Fixed for each code.
    #[cfg_attr(feature = "description", schemars(extend("enum" = words(ProblemKind::ALL.iter().map(|kind| kind.title())))))]
    pub title: Cow<'static, str>,
    #[cfg_attr(feature = "description", schemars(range(min = 400, max = 599)))]
    pub status: u16,
    /// What to do about this occurrence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Names this occurrence.
    #[cfg_attr(feature = "description", schemars(extend("pattern" = "^urn:request:")))]
    pub instance: String,
    /// Never changes its meaning; clients may switch on it.
    #[cfg_attr(feature = "description", schemars(extend("enum" = words(ProblemKind::ALL.iter().map(|kind| kind.slug())))))]
    pub code: Cow<'static, str>,
    /// What to report.
    pub request_id: String,
    /// The same as the `Retry-After` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "description", schemars(range(min = 1)))]
    pub retry_after_s: Option<u32>,
    /// For `window-closed`: since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<jiff::Timestamp>,
    /// For `invalid-request`: each mistake.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "description", schemars(length(min = 1)))]
    pub errors: Vec<FieldError>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_is_an_error_with_a_slug_of_its_own() {
        let slugs: BTreeSet<_> = ProblemKind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), ProblemKind::ALL.len());
        for kind in ProblemKind::ALL {
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
        }
    }

    #[test]
    fn a_push_that_is_not_known_for_what_cannot_be_seen_is_told_so() {
        let unknown = || Problem::new(ProblemKind::PushNotFound);
        let told = unknown().about(&"m1\u{feff}".parse().unwrap());
        assert_eq!(told.kind, ProblemKind::InvalidRequest);
        assert_eq!(told.errors[0].detail, "has an invisible character (U+FEFF) at character 3");
        assert_eq!(unknown().about(&"m1".parse().unwrap()).kind, ProblemKind::PushNotFound);
        let other = Problem::new(ProblemKind::WindowClosed).about(&"m1\u{feff}".parse().unwrap());
        assert_eq!(other.kind, ProblemKind::WindowClosed);
    }

    #[test]
    fn every_kind_is_described_for_its_readers() {
        let docs = include_str!("../../../docs/problems.md");
        for kind in ProblemKind::ALL {
            let heading = format!("## {}\n", kind.slug());
            assert!(docs.contains(&heading), "docs/problems.md has no heading {heading}");
        }
    }
}
