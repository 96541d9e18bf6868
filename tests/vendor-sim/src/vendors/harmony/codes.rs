//! Push Kit's result codes, the reasons it gives for single tokens, and the HTTP status that goes with each code.
//!
//! The pages of `HarmonyOS` say that 400 means a wrong parameter, 401 a wrong credential and 500 an error inside; which
//! code comes with which is not said. See the README for how sure each pairing is.

use http::StatusCode;

// One service: its answers have one form.
pub use crate::vendors::huawei::codes::{answer_as, answer_with, http_only, request_id};
use crate::wire::Answer;

pub const SUCCESS: &str = "80000000";
pub const SOME_TOKENS_BAD: &str = "80100000";
pub const BAD_PARAMETER: &str = "80100001";
pub const BAD_STRUCTURE: &str = "80100003";
pub const BAD_TTL: &str = "80100004";
pub const UNAUTHENTICATED: &str = "80200001";
pub const SESSION_EXPIRED: &str = "80200003";
pub const NO_RIGHT_TO_PUSH: &str = "80300002";
pub const ALL_TOKENS_BAD: &str = "80300007";
pub const TOO_LARGE: &str = "80300008";
pub const TOO_MANY_TOKENS: &str = "80300010";
pub const SEVERAL_APPS: &str = "80300017";
pub const ANOTHER_APP: &str = "80300028";
pub const NO_RIGHT_TO_REVOKE: &str = "80300032";
pub const SESSION_TOO_LONG: &str = "80300036";

const OTHERS: [&str; 8] = [
    "80000001", "80100020", "80100022", "80200005", "80300029", "80300030", "80300037", "81000001",
];

/// Why Push Kit does not take single tokens.
pub const TOKEN_FORMAT: &str = "tokenFormatError";
pub const NO_RIGHT: &str = "noRight";

const OTHER_REASONS: [&str; 9] = [
    "tokenPlatformNotSupport",
    "countryNotSupport",
    "atomicUnableSendUnsubscribedMsg",
    "differentImgVerifyPolicy",
    "notSupportPlayVoice",
    "noPushTypeRight",
    "disableSendHuaweiMsgBecauseOfPenalty",
    "noRightToSendThisLiveNotificationEvent",
    "appinfoError",
];

pub fn is_reason(code: &str) -> bool {
    [TOKEN_FORMAT, NO_RIGHT].contains(&code) || OTHER_REASONS.contains(&code)
}

pub fn is_known(code: &str) -> bool {
    is_reason(code)
        || OTHERS.contains(&code)
        || [
            SOME_TOKENS_BAD,
            BAD_PARAMETER,
            BAD_STRUCTURE,
            BAD_TTL,
            UNAUTHENTICATED,
            SESSION_EXPIRED,
            NO_RIGHT_TO_PUSH,
            ALL_TOKENS_BAD,
            TOO_LARGE,
            TOO_MANY_TOKENS,
            SEVERAL_APPS,
            ANOTHER_APP,
            NO_RIGHT_TO_REVOKE,
            SESSION_TOO_LONG,
        ]
        .contains(&code)
}

fn status(code: &str) -> StatusCode {
    match code {
        SUCCESS | SOME_TOKENS_BAD | ALL_TOKENS_BAD => StatusCode::OK,
        UNAUTHENTICATED | SESSION_EXPIRED | SESSION_TOO_LONG => StatusCode::UNAUTHORIZED,
        "80000001" | "81000001" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

pub fn answer(code: &str, message: &str) -> Answer {
    answer_with(status(code), code, message)
}
