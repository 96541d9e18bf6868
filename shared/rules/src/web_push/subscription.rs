//! What a message for one subscription is encrypted with, and signed for. With its endpoint it is one secret: whoever has
//! all of it can push.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

const PUBLIC_BYTES: usize = 65;
const AUTH_BYTES: usize = 16;
/// How a point begins that is not compressed.
const UNCOMPRESSED: u8 = 4;

/// Nothing of the key is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("is no Base64 of an uncompressed P-256 point: 65 bytes, the first of them 4")]
    Public,
    #[error("is no Base64 of 16 bytes")]
    Auth,
}

/// A public key on P-256. Whether it lies on the curve is found out by who works with it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; PUBLIC_BYTES]);

impl PublicKey {
    /// Base64 of either alphabet, padded or not.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        Self::of_bytes(decode(text).ok_or(KeyError::Public)?)
    }

    /// Compressed points are keys to some libraries, and to no browser.
    pub fn of_bytes(bytes: [u8; PUBLIC_BYTES]) -> Result<Self, KeyError> {
        if bytes[0] == UNCOMPRESSED {
            Ok(Self(bytes))
        } else {
            Err(KeyError::Public)
        }
    }

    pub const fn bytes(&self) -> &[u8; PUBLIC_BYTES] {
        &self.0
    }

    /// As it travels: Base64 for URLs, without padding.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<key>")
    }
}

/// What is recorded of a subscription beside its endpoint.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Texts", into = "Texts")]
pub struct Subscription {
    /// The browser's key, `p256dh`.
    pub p256dh: PublicKey,
    pub auth: [u8; AUTH_BYTES],
    /// The sender's key that the page subscribed with, where it has several.
    pub vapid_key: Option<PublicKey>,
}

impl Subscription {
    pub fn parse_auth(text: &str) -> Result<[u8; AUTH_BYTES], KeyError> {
        decode(text).ok_or(KeyError::Auth)
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<subscription>")
    }
}

#[derive(Serialize, Deserialize)]
struct Texts {
    p256dh: String,
    auth: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vapid_key: Option<String>,
}

impl From<Subscription> for Texts {
    fn from(subscription: Subscription) -> Self {
        Self {
            p256dh: subscription.p256dh.text(),
            auth: URL_SAFE_NO_PAD.encode(subscription.auth),
            vapid_key: subscription.vapid_key.as_ref().map(PublicKey::text),
        }
    }
}

impl TryFrom<Texts> for Subscription {
    type Error = KeyError;

    fn try_from(texts: Texts) -> Result<Self, KeyError> {
        Ok(Self {
            p256dh: PublicKey::parse(&texts.p256dh)?,
            auth: Self::parse_auth(&texts.auth)?,
            vapid_key: texts.vapid_key.as_deref().map(PublicKey::parse).transpose()?,
        })
    }
}

/// Exactly so many bytes of Base64, of either alphabet, padded or not.
fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let text = text.trim_end_matches('=');
    // Before it is decoded: whatever is longer is not it.
    if text.len() != (N * 4).div_ceil(3) {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text));
    bytes.ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8291, appendix A.
    const P256DH: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    #[test]
    fn keys_are_read_as_browsers_and_libraries_write_them() {
        let key = PublicKey::parse(P256DH).unwrap();
        assert_eq!(key.text(), P256DH);
        for other in [format!("{P256DH}="), P256DH.replace('-', "+").replace('_', "/")] {
            assert_eq!(PublicKey::parse(&other), Ok(key), "{other}");
        }
        assert_eq!(Subscription::parse_auth(AUTH), Subscription::parse_auth(&format!("{AUTH}==")));
        assert!(Subscription::parse_auth(AUTH).is_ok());
    }

    #[test]
    fn what_is_no_uncompressed_point_is_no_key() {
        let compressed = URL_SAFE_NO_PAD.encode([2; 33]);
        let hybrid = URL_SAFE_NO_PAD.encode([6; 65]);
        for bad in ["", "BCVx", AUTH, &compressed, &hybrid, &P256DH[1..], &format!("{P256DH}A"), "促"] {
            assert_eq!(PublicKey::parse(bad), Err(KeyError::Public), "{bad}");
        }
        for bad in ["", P256DH, &AUTH[1..], "BTBZMqHH6r4Tts7J_aSIg!"] {
            assert_eq!(Subscription::parse_auth(bad), Err(KeyError::Auth), "{bad}");
        }
    }

    #[test]
    fn a_subscription_shows_nothing_of_itself() {
        let subscription = Subscription {
            p256dh: PublicKey::parse(P256DH).unwrap(),
            auth: Subscription::parse_auth(AUTH).unwrap(),
            vapid_key: Some(PublicKey::parse(P256DH).unwrap()),
        };
        assert_eq!(format!("{subscription:?} {:?}", subscription.p256dh), "<subscription> <key>");
        let json = serde_json::to_string(&subscription).unwrap();
        assert_eq!(serde_json::from_str::<Subscription>(&json).unwrap(), subscription);
    }
}
