//! Huawei signs its callbacks if a callback user and a callback secret are set
//! at its console:
//!
//! ```text
//! X-HUAWEI-CALLBACK-ID: timestamp=<ms>; nonce=<UUID>; value=<signature>
//! signature = base64(hmac-sha256(secret, timestamp + nonce + user))
//! ```
//!
//! Newer secrets are base64 of the key, older ones the key itself, and nothing
//! in the call says which; both are tried. The signature covers neither the
//! body nor the address, so it says that Huawei called once. For how long it is
//! good is our choice: Huawei's documentation names no time.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{CallbackSecret, CallbackSecrets};
use revocation_rules::ids::KeyId;

use super::document::bare;
use super::entry::time;
use crate::problem::{Problem, ProblemKind};

/// The header's name, as `http` compares it.
pub const HEADER: &str = "x-huawei-callback-id";
/// How old, or how far ahead of our clock, a signature may be.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(15);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the callback is not signed: `X-HUAWEI-CALLBACK-ID` is missing")]
    Missing,
    #[error("`X-HUAWEI-CALLBACK-ID` is not `timestamp=...; nonce=...; value=...`")]
    Unreadable,
    #[error("the callback's signature is more than 15 minutes old, or from the future")]
    Old,
    #[error("the callback's signature is wrong: compare callback user and secret with those at Huawei's console")]
    Wrong,
}

impl From<SignatureError> for Problem {
    fn from(error: SignatureError) -> Self {
        Self::new(ProblemKind::Unauthenticated).with_detail(error.to_string())
    }
}

/// Refuses a callback that is not signed as it should be: callbacks with this
/// key are signed if a callback secret is kept beside the key.
///
/// # Errors
/// 401 with the reason; 503 when the secret cannot be read.
pub async fn check(headers: &HeaderMap, secrets: &impl CallbackSecrets, key: &KeyId, now: Timestamp) -> Result<(), Problem> {
    let secret = secrets.callback_secret(key).await.map_err(|error| {
        tracing::error!(%error, "could not read what callbacks are signed with");
        Problem::from(&error)
    })?;
    match secret {
        Some(secret) => Ok(verify(headers, &secret, now)?),
        None => Ok(()),
    }
}

/// Was the call made by somebody who knows the secret, a moment ago?
///
/// # Errors
/// Why not.
pub fn verify(headers: &HeaderMap, secret: &CallbackSecret, now: Timestamp) -> Result<(), SignatureError> {
    let header = headers.get(HEADER).ok_or(SignatureError::Missing)?;
    let header = header.to_str().map_err(|_| SignatureError::Unreadable)?;
    let [timestamp, nonce, value] = parts(header).ok_or(SignatureError::Unreadable)?;
    let value = STANDARD.decode(value).map_err(|_| SignatureError::Unreadable)?;
    let signed = format!("{timestamp}{nonce}{}", secret.user);
    let is_right = |key: &[u8]| hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), signed.as_bytes(), &value).is_ok();
    let newer = STANDARD.decode(&secret.secret).is_ok_and(|key| is_right(&key));
    if !newer && !is_right(secret.secret.as_bytes()) {
        return Err(SignatureError::Wrong);
    }
    let signed_at = time(timestamp).ok_or(SignatureError::Unreadable)?;
    if now.duration_since(signed_at).abs() > GOOD_FOR {
        return Err(SignatureError::Old);
    }
    Ok(())
}

/// The three parts, each there once, in any order.
fn parts(header: &str) -> Option<[&str; 3]> {
    let mut found = [None; 3];
    for part in header.split(';').map(bare).filter(|part| !part.is_empty()) {
        // The value ends with `=`.
        let (name, value) = part.split_once('=')?;
        let at = ["timestamp", "nonce", "value"].iter().position(|known| *known == bare(name));
        if let Some(place) = at.and_then(|at| found.get_mut(at)) {
            let value = bare(value);
            if place.replace(value).is_some() || value.is_empty() {
                return None;
            }
        }
    }
    let [timestamp, nonce, value] = found;
    Some([timestamp?, nonce?, value?])
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: &str = "a07bfa17-6d82-4b53-a9a2-07c0d1e2eef1";
    /// Made by Python's `hmac` and `base64`, of "1700000000123", the nonce and "shop-receipts".
    const OLDER: (&str, &str) = ("an old secret, used as it is", "X5EohBJaEmlgnGkDzalHr7qtxLCIzYs2T/m0mbwznhA=");
    const NEWER: (&str, &str) = (
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "mtpcK0orsyIMYBWD7SnjGTAwgbB/raValjITxVxpADE=",
    );
    /// A secret that could be base64 and was used as it is.
    const AS_IT_IS: (&str, &str) = (NEWER.0, "IZLqwR083xnOvD6LzWwuffKSiIcl3vTc4SZYdkB9a80=");

    fn secret(secret: &str) -> CallbackSecret {
        CallbackSecret {
            user: "shop-receipts".to_owned(),
            secret: secret.to_owned(),
        }
    }

    fn judged(header: Option<&str>, secret: &CallbackSecret, seconds_later: i64) -> Result<(), SignatureError> {
        let mut headers = HeaderMap::new();
        if let Some(header) = header {
            headers.insert(HEADER, header.parse().unwrap());
        }
        let now = Timestamp::from_millisecond(1_700_000_000_123).unwrap() + SignedDuration::from_secs(seconds_later);
        verify(&headers, secret, now)
    }

    #[test]
    fn what_huawei_signed_is_believed_whichever_form_its_secret_has() {
        for (key, value) in [OLDER, NEWER, AS_IT_IS] {
            for header in [
                format!("timestamp=1700000000123; nonce={NONCE}; value={value}"),
                format!("timestamp=1700000000123;nonce={NONCE};value={value}"),
                format!(" value = {value} ;nonce={NONCE}; timestamp=1700000000123;more=1"),
            ] {
                assert_eq!(judged(Some(&header), &secret(key), 60), Ok(()), "{header}");
            }
        }
    }

    #[test]
    fn what_is_not_signed_or_signed_by_another_or_long_ago_is_refused() {
        let (key, value) = NEWER;
        let good = format!("timestamp=1700000000123; nonce={NONCE}; value={value}");
        assert_eq!(judged(None, &secret(key), 0), Err(SignatureError::Missing));
        for (later, expected) in [
            (900, Ok(())),
            (901, Err(SignatureError::Old)),
            (-900, Ok(())),
            (-901, Err(SignatureError::Old)),
        ] {
            assert_eq!(judged(Some(&good), &secret(key), later), expected, "{later}");
        }
        for (from, to) in [("1700000000123", "1700000000124"), ("a07b", "b07b"), ("mtpc", "Mtpc")] {
            assert_eq!(
                judged(Some(&good.replace(from, to)), &secret(key), 0),
                Err(SignatureError::Wrong),
                "{to}"
            );
        }
        assert_eq!(judged(Some(&good), &secret(OLDER.0), 0), Err(SignatureError::Wrong));
        let other_user = CallbackSecret {
            user: "shop".to_owned(),
            ..secret(key)
        };
        assert_eq!(judged(Some(&good), &other_user, 0), Err(SignatureError::Wrong));
        for bad in [
            "",
            "timestamp=1700000000123",
            "timestamp=1; nonce=; value=AAAA",
            "timestamp=1; nonce=n; value=!",
            "timestamp",
            &format!("{good}; nonce=other"),
        ] {
            assert_eq!(judged(Some(bad), &secret(key), 0), Err(SignatureError::Unreadable), "{bad}");
        }
    }

    /// The secrets beside keys: one key has one.
    struct One;

    impl CallbackSecrets for One {
        async fn callback_secret(&self, key: &KeyId) -> Result<Option<CallbackSecret>, revocation_app::ports::StoreError> {
            Ok((key.as_str() == "signed").then(|| secret("planted-secret")))
        }
    }

    #[test]
    fn only_where_a_secret_is_kept_must_a_callback_be_signed() {
        let judged = |key: &str| {
            let (headers, key) = (HeaderMap::new(), key.parse().unwrap());
            let mut asked = std::pin::pin!(check(&headers, &One, &key, Timestamp::UNIX_EPOCH));
            match asked.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
                std::task::Poll::Ready(judged) => judged,
                std::task::Poll::Pending => panic!("nothing to wait for"),
            }
        };
        assert!(judged("unsigned").is_ok());
        let problem = judged("signed").unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Unauthenticated);
        assert!(!format!("{problem:?}").contains("planted"), "{problem:?}");
    }
}
