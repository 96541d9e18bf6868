//! Who is pushing: a token for each key and origin, which we sign ourselves (ES256, RFC 8292).
//!
//! Signing takes less than a look at the table of sessions, and no push service counts tokens, so each worker signs its own and
//! nothing is shared. A token is good for 12 hours and used for 6; one that a push service refuses is signed anew,
//! once: the clock may have been wrong when it was signed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderValue;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use revocation_rules::web_push::PublicKey;
use serde::Serialize;

use super::settings::VapidKey;

/// At most 24 hours, RFC 8292, section 2.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(12);
const USED_FOR: SignedDuration = SignedDuration::from_hours(6);
/// A token that is younger than this is refused for another reason than its age.
const YOUNG: SignedDuration = SignedDuration::from_mins(1);
/// Tokens that are kept at once; beyond it all are signed anew.
const KEPT: usize = 1_000;

/// The `authorization` header.
pub(super) struct Token {
    pub header: HeaderValue,
    signed_at: Timestamp,
}

/// The key, whom to write to, the origin.
type Name = (PublicKey, String, String);

#[derive(Default)]
pub(super) struct Tokens(Mutex<HashMap<Name, Arc<Token>>>);

impl Tokens {
    /// The token for an origin such as `https://fcm.googleapis.com`; `None` only for a key that can not sign.
    pub fn of(&self, key: &VapidKey, subject: &str, origin: &str, now: Timestamp) -> Option<Arc<Token>> {
        let name = (key.public, subject.to_owned(), origin.to_owned());
        let mut kept = self.kept();
        if let Some(token) = kept.get(&name).filter(|token| token.is_good(now)) {
            return Some(Arc::clone(token));
        }
        Self::sign(&mut kept, key, name, now)
    }

    /// Another token than `refused`; `None` when that one was signed just now.
    pub fn after(&self, refused: &Arc<Token>, key: &VapidKey, subject: &str, origin: &str, now: Timestamp) -> Option<Arc<Token>> {
        let name = (key.public, subject.to_owned(), origin.to_owned());
        let mut kept = self.kept();
        match kept.get(&name) {
            // Somebody has signed one meanwhile.
            Some(token) if !Arc::ptr_eq(token, refused) => Some(Arc::clone(token)),
            Some(token) if now.duration_since(token.signed_at).abs() < YOUNG => None,
            Some(_) | None => Self::sign(&mut kept, key, name, now),
        }
    }

    fn sign(kept: &mut HashMap<Name, Arc<Token>>, key: &VapidKey, name: Name, now: Timestamp) -> Option<Arc<Token>> {
        let (_, subject, origin) = &name;
        let token = Arc::new(Token {
            header: header(key, subject, origin, now)?,
            signed_at: now,
        });
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(name, Arc::clone(&token));
        Some(token)
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<Name, Arc<Token>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Token {
    /// One of a clock that was set back is signed anew, too.
    fn is_good(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.signed_at);
        !age.is_negative() && age < USED_FOR
    }
}

fn header(key: &VapidKey, subject: &str, origin: &str, now: Timestamp) -> Option<HeaderValue> {
    #[derive(Serialize)]
    struct Claims<'a> {
        aud: &'a str,
        exp: i64,
        sub: &'a str,
    }
    let claims = Claims {
        aud: origin,
        exp: now.saturating_add(GOOD_FOR).ok()?.as_second(),
        sub: subject,
    };
    let jwt = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &EncodingKey::from_ec_der(&key.der)).ok()?;
    let mut header = HeaderValue::try_from(format!("vapid t={jwt}, k={}", key.public.text())).ok()?;
    header.set_sensitive(true);
    Some(header)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    use super::super::settings::tests::a_pair;
    use super::super::settings::{WebPushCredentials, parse};
    use super::*;

    const SUBJECT: &str = "mailto:ops@example.com";
    const ORIGIN: &str = "https://fcm.googleapis.com";

    fn credentials() -> WebPushCredentials {
        parse(&json!({"subject": SUBJECT, "keys": [a_pair(), a_pair()]}).to_string()).unwrap()
    }

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + secs).unwrap()
    }

    #[test]
    fn a_token_says_who_to_whom_and_until_when_and_is_signed() {
        let credentials = credentials();
        let key = credentials.key(None).unwrap();
        let token = Tokens::default().of(key, SUBJECT, "https://localhost:18443", at(0)).unwrap();
        let header = token.header.to_str().unwrap();
        let (jwt, public) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(public, key.public.text());
        let (signed, signature) = jwt.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public.bytes())
            .verify(signed.as_bytes(), &signature)
            .unwrap();
        let read = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        let (head, claims) = signed.split_once('.').unwrap();
        assert_eq!(read(head), json!({"typ": "JWT", "alg": "ES256"}));
        assert_eq!(
            read(claims),
            json!({"aud": "https://localhost:18443", "exp": 1_800_043_200, "sub": SUBJECT})
        );
        assert!(!format!("{:?}", token.header).contains(jwt));
    }

    #[test]
    fn a_token_is_used_for_six_hours_by_its_key_at_its_origin() {
        let (credentials, tokens) = (credentials(), Tokens::default());
        let key = credentials.key(None).unwrap();
        let first = tokens.of(key, SUBJECT, ORIGIN, at(0)).unwrap();
        let again = |secs| tokens.of(key, SUBJECT, ORIGIN, at(secs)).unwrap();
        assert!(Arc::ptr_eq(&first, &again(6 * 3_600 - 1)));
        let other = tokens.of(key, SUBJECT, "https://web.push.apple.com", at(0)).unwrap();
        assert_ne!(first.header, other.header);
        let second = &credentials.keys()[1];
        assert_ne!(first.header, tokens.of(second, SUBJECT, ORIGIN, at(0)).unwrap().header);
        assert!(!Arc::ptr_eq(&first, &again(6 * 3_600)));
        assert!(!Arc::ptr_eq(&first, &again(-1)), "a clock that was set back");
    }

    #[test]
    fn a_token_that_is_refused_is_signed_anew_once() {
        let (credentials, tokens) = (credentials(), Tokens::default());
        let key = credentials.key(None).unwrap();
        let first = tokens.of(key, SUBJECT, ORIGIN, at(0)).unwrap();
        let after = |token: &Arc<Token>, secs| tokens.after(token, key, SUBJECT, ORIGIN, at(secs));
        assert!(after(&first, 59).is_none(), "it is young: it was refused for something else");
        let second = after(&first, 60).unwrap();
        assert!(!Arc::ptr_eq(&first, &second));
        assert!(
            Arc::ptr_eq(&second, &after(&first, 61).unwrap()),
            "signed anew by whoever was refused first"
        );
        assert!(after(&second, 61).is_none());
    }

    #[test]
    fn no_more_tokens_are_kept_than_a_worker_has_room_for() {
        let (credentials, tokens) = (credentials(), Tokens::default());
        let key = credentials.key(None).unwrap();
        for nth in 0..=KEPT {
            tokens.of(key, SUBJECT, &format!("https://{nth}.push.apple.com"), at(0)).unwrap();
        }
        assert_eq!(tokens.kept().len(), 1);
    }
}
