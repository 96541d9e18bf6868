//! Every failure of the gateway kind, declared once: status, code, message.

use std::borrow::Cow;

use http::StatusCode;
use serde::Serialize;

/// The base of what an error recommends to read.
const RECOMMEND_BASE: &str = "https://message-revoke.example/mpaas#";

macro_rules! fault_kinds {
    ($($(#[$doc:meta])* $name:ident: $status:ident, $code:literal, $message:literal;)*) => {
        /// What went wrong, in the words that clients of the original know.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum FaultKind { $($(#[$doc])* $name,)* }

        impl FaultKind {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// Stable. Two of them end with the name of a parameter.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            const fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)* }
            }
        }
    };
}

fault_kinds! {
    /// The code is this and the name of what is missing.
    Missing: BAD_REQUEST, "Missing", "is mandatory for this action.";
    /// The code is this and the name of what is wrong.
    InvalidParameter: BAD_REQUEST, "InvalidParameter.", "is not valid:";
    RequestTooLarge: PAYLOAD_TOO_LARGE, "RequestTooLarge", "The request body is too large.";
    ApiNotFound: NOT_FOUND, "InvalidApi.NotFound", "Specified api is not found, please check your url and method.";
    InvalidVersion: BAD_REQUEST, "InvalidVersion", "Specified parameter Version is not valid.";
    UnsupportedMethod: BAD_REQUEST, "UnsupportedHTTPMethod", "Use POST; GET is for signature version 1 only.";
    UnsupportedFormat: BAD_REQUEST, "InvalidParameter.Format", "Specified parameter format is not valid: only JSON is spoken here.";
    KeyNotFound: NOT_FOUND, "InvalidAccessKeyId.NotFound", "Specified access key is not found.";
    KeyInactive: BAD_REQUEST, "InvalidAccessKeyId.Inactive", "Specified access key is disabled.";
    /// Nothing that it signed can be checked: its secret is not kept so that it could be.
    KeyNotSigning: BAD_REQUEST, "InvalidAccessKeyId.NotSigning", "Specified access key can not sign calls: make one with --rpc.";
    SecurityToken: BAD_REQUEST, "InvalidSecurityToken.NotSupported", "Security tokens (STS) are not supported here: use an access key of its own.";
    TimeFormat: BAD_REQUEST, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.";
    TimeExpired: BAD_REQUEST, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.";
    NonceUsed: BAD_REQUEST, "SignatureNonceUsed", "Specified signature nonce was used already.";
    /// Old clients look for what stands after the colon.
    SignatureMismatch: BAD_REQUEST, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation. server string to sign is:";
    IncompleteSignature: BAD_REQUEST, "IncompleteSignature", "The request signature does not conform to Aliyun standards:";
    SignatureMethod: BAD_REQUEST, "InvalidSignatureMethod", "Specified signature method is not valid.";
    SignatureVersion: BAD_REQUEST, "InvalidSignatureVersion", "Specified signature version is not valid.";
    NoPermission: FORBIDDEN, "NoPermission", "The access key may not do this:";
    Throttled: TOO_MANY_REQUESTS, "Throttling.User", "Request was denied due to user flow control.";
    Unavailable: SERVICE_UNAVAILABLE, "ServiceUnavailable", "The service can not answer now; nothing is lost, ask again.";
    Internal: INTERNAL_SERVER_ERROR, "InternalError", "Something went wrong on our side.";
}

/// A failure as the caller is told. Never carries a source error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    pub code: Cow<'static, str>,
    pub message: Cow<'static, str>,
    /// When to ask again: SDKs read it from a header.
    pub retry_after_ms: Option<u32>,
    /// What was not allowed.
    pub denied: Option<String>,
}

impl Fault {
    pub const fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            code: Cow::Borrowed(kind.code()),
            message: Cow::Borrowed(kind.message()),
            retry_after_ms: match kind {
                FaultKind::Throttled | FaultKind::Unavailable => Some(1_000),
                _ => None,
            },
            denied: None,
        }
    }

    /// Goes on where the kind's own sentence ends.
    #[must_use]
    pub fn saying(mut self, more: &str) -> Self {
        let space = if self.kind == FaultKind::SignatureMismatch { "" } else { " " };
        self.message = format!("{}{space}{more}", self.message).into();
        self
    }

    pub fn missing(name: &str) -> Self {
        let kind = FaultKind::Missing;
        Self {
            code: format!("{}{name}", kind.code()).into(),
            message: format!("{name} {}", kind.message()).into(),
            ..Self::new(kind)
        }
    }

    /// `why` goes on after "is not valid:".
    pub fn invalid(name: &str, why: impl std::fmt::Display) -> Self {
        let kind = FaultKind::InvalidParameter;
        Self {
            code: format!("{}{name}", kind.code()).into(),
            message: format!("{name} {} {why}.", kind.message()).into(),
            ..Self::new(kind)
        }
    }

    pub fn no_permission(action: &str, why: &str) -> Self {
        Self {
            denied: Some(action.to_owned()),
            ..Self::new(FaultKind::NoPermission).saying(why)
        }
    }

    /// The document that travels.
    pub fn document<'a>(&'a self, request_id: &'a str, host: &'a str) -> FaultDocument<'a> {
        FaultDocument {
            request_id,
            host_id: host,
            code: &self.code,
            message: &self.message,
            recommend: format!("{RECOMMEND_BASE}{}", self.code),
            access_denied_detail: self.denied.as_deref().map(|action| AccessDeniedDetail {
                auth_action: format!("mpaas:{action}"),
                no_permission_type: "ImplicitDeny",
            }),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FaultDocument<'a> {
    request_id: &'a str,
    host_id: &'a str,
    code: &'a str,
    message: &'a str,
    recommend: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_denied_detail: Option<AccessDeniedDetail>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AccessDeniedDetail {
    auth_action: String,
    no_permission_type: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_an_error_with_a_code_of_its_own() {
        let codes: std::collections::BTreeSet<_> = FaultKind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), FaultKind::ALL.len());
        for kind in FaultKind::ALL {
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
        }
    }

    #[test]
    fn every_kind_is_described_for_its_readers() {
        let docs = include_str!("../../../../docs/mpaas.md");
        for kind in FaultKind::ALL {
            let row = format!("| `{}", kind.code());
            assert!(docs.contains(&row), "docs/mpaas.md has no row {row}");
        }
    }

    #[test]
    fn the_string_to_sign_stands_after_the_only_colon_before_it() {
        let fault = Fault::new(FaultKind::SignatureMismatch).saying("POST&%2F&a");
        assert_eq!(fault.message.split(':').nth(1), Some("POST&%2F&a"));
    }

    #[test]
    fn what_can_pass_says_when_to_ask_again() {
        for kind in FaultKind::ALL {
            let passes = matches!(kind, FaultKind::Throttled | FaultKind::Unavailable);
            assert_eq!(Fault::new(*kind).retry_after_ms.is_some_and(|ms| ms > 0), passes, "{kind:?}");
        }
    }

    #[test]
    fn a_missing_parameter_is_named() {
        let document = serde_json::to_value(Fault::missing("AppId").document("R", "h:1")).unwrap();
        assert_eq!(
            document,
            serde_json::json!({
                "RequestId": "R", "HostId": "h:1", "Code": "MissingAppId", "Message": "AppId is mandatory for this action.",
                "Recommend": "https://message-revoke.example/mpaas#MissingAppId",
            })
        );
        let denied = serde_json::to_value(Fault::no_permission("RevokePushTask", "it reads only.").document("R", "h")).unwrap();
        assert_eq!(denied["AccessDeniedDetail"]["AuthAction"], "mpaas:RevokePushTask");
    }
}
