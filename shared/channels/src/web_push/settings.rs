//! Which push services are called, and what a tenant's credentials document holds.

use std::fmt;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use revocation_rules::web_push::{Loopback, PublicKey, PushHosts};
use serde::Deserialize;

use crate::dial::DialError;
use crate::secret::Secret;
use crate::settings::{Setting, Settings};

/// What a deployment may set.
pub(crate) const SETTINGS: &[Setting] = &[HOSTS, LOOPBACK];

const HOSTS: Setting = Setting {
    name: "WEB_PUSH_HOSTS",
    default: "",
    description: "Hosts of push services beside those of today's browsers, with commas; .example.com for all below it",
};

const LOOPBACK: Setting = Setting {
    name: "WEB_PUSH_LOOPBACK",
    default: "refuse",
    description: "May endpoints be at localhost, allow or refuse; for test stands only",
};

/// The longest address that a click may open.
const MAX_NAVIGATE_BYTES: usize = 1_024;

pub(super) fn push_hosts(settings: &Settings) -> Result<PushHosts, DialError> {
    let loopback = match settings.get(&LOOPBACK) {
        "refuse" => Loopback::Refuse,
        "allow" => Loopback::Allow,
        _ => return Err(DialError::Address),
    };
    let hosts = PushHosts::parse(settings.get(&HOSTS)).ok_or(DialError::Address)?;
    Ok(hosts.with_loopback(loopback))
}

/// Unknown fields are left alone: a newer tool may write more than we read.
#[derive(Deserialize)]
struct Document {
    subject: String,
    keys: Vec<Pair>,
    #[serde(default)]
    navigate: Option<String>,
}

/// As every tool that makes VAPID keys writes them: Base64 for URLs.
#[derive(Deserialize)]
struct Pair {
    public_key: String,
    private_key: Secret,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WebPushCredentials {
    /// Whom a push service may write to.
    pub subject: String,
    /// At least one. A subscription belongs for life to the key that it was made with.
    keys: Vec<VapidKey>,
    /// What a click on the notice opens.
    pub navigate: Option<String>,
}

impl WebPushCredentials {
    /// The key that a subscription was made with; the first where that was not recorded.
    pub fn key(&self, named: Option<&PublicKey>) -> Option<&VapidKey> {
        match named {
            None => self.keys.first(),
            Some(named) => self.keys.iter().find(|key| key.public == *named),
        }
    }

    #[cfg(test)]
    pub fn keys(&self) -> &[VapidKey] {
        &self.keys
    }
}

#[derive(Clone, PartialEq, Eq)]
pub(super) struct VapidKey {
    pub public: PublicKey,
    /// PKCS #8.
    pub der: Vec<u8>,
}

impl fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<key>")
    }
}

impl VapidKey {
    /// `None` unless the two belong together: nobody signs with another's by naming it.
    fn of(pair: &Pair) -> Option<Self> {
        let public = PublicKey::parse(&pair.public_key).ok()?;
        let private = pair.private_key.expose().trim_end_matches('=');
        let private = URL_SAFE_NO_PAD.decode(private).or_else(|_| STANDARD_NO_PAD.decode(private)).ok()?;
        let both = EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, &private, public.bytes()).ok()?;
        let der = both.to_pkcs8v1().ok()?.as_ref().to_vec();
        Some(Self { public, der })
    }
}

/// `None` when the document is not one of this channel's.
pub(super) fn parse(document: &str) -> Option<WebPushCredentials> {
    let document: Document = serde_json::from_str(document).ok()?;
    let keys: Vec<VapidKey> = document.keys.iter().map(VapidKey::of).collect::<Option<_>>()?;
    let can_open = |address: &String| address.len() <= MAX_NAVIGATE_BYTES && address.starts_with("https://");
    let is_right = !keys.is_empty() && is_subject(&document.subject) && document.navigate.iter().all(can_open);
    is_right.then_some(WebPushCredentials {
        subject: document.subject,
        keys,
        navigate: document.navigate,
    })
}

/// RFC 8292, section 2.1; and it can be reached, which Apple insists on.
fn is_subject(subject: &str) -> bool {
    let host = match (subject.strip_prefix("mailto:"), subject.strip_prefix("https://")) {
        (Some(address), _) => address.split_once('@').map(|(_, host)| host),
        (None, Some(address)) => address.split(['/', '?', '#']).next(),
        (None, None) => None,
    };
    let is_plain = subject.len() <= 256 && subject.bytes().all(|byte| byte.is_ascii_graphic());
    is_plain
        && host
            .and_then(|host| host.rsplit_once('.'))
            .is_some_and(|(_, last)| !matches!(last, "local" | "localhost"))
}

#[cfg(test)]
pub(super) mod tests {
    use aws_lc_rs::encoding::AsBigEndian as _;
    use aws_lc_rs::signature::KeyPair as _;
    use serde_json::{Value, json};

    use super::*;

    /// A new pair as it stands in a document.
    pub fn a_pair() -> Value {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let private = pair.private_key().as_be_bytes().unwrap();
        json!({
            "public_key": URL_SAFE_NO_PAD.encode(pair.public_key()),
            "private_key": URL_SAFE_NO_PAD.encode(private.as_ref()),
        })
    }

    fn read(subject: &str, keys: &[Value]) -> Option<WebPushCredentials> {
        parse(&json!({"subject": subject, "keys": keys}).to_string())
    }

    #[test]
    fn a_document_has_keys_and_somebody_to_write_to() {
        let (one, other) = (a_pair(), a_pair());
        let credentials = read("mailto:ops@example.com", &[one.clone(), other.clone()]).unwrap();
        let public = |pair: &Value| PublicKey::parse(pair["public_key"].as_str().unwrap()).unwrap();
        assert_eq!(credentials.key(None).unwrap().public, public(&one));
        assert_eq!(credentials.key(Some(&public(&other))).unwrap().public, public(&other));
        assert_eq!(credentials.key(Some(&public(&a_pair()))), None);
        assert_eq!(credentials.navigate, None);
        assert!(read("https://example.com/contact", std::slice::from_ref(&one)).is_some());
        assert_eq!(read("mailto:ops@example.com", &[]), None);
        assert_eq!(parse("{}"), None);
    }

    #[test]
    fn a_private_key_of_another_public_one_is_none() {
        let (one, other) = (a_pair(), a_pair());
        let mixed = json!({"public_key": one["public_key"], "private_key": other["private_key"]});
        assert_eq!(read("mailto:ops@example.com", &[mixed]), None);
        let padded = json!({"public_key": one["public_key"], "private_key": format!("{}=", one["private_key"].as_str().unwrap())});
        assert!(read("mailto:ops@example.com", &[padded]).is_some());
    }

    #[test]
    fn whom_nobody_can_reach_is_no_subject() {
        for bad in [
            "",
            "ops@example.com",
            "mailto:",
            "mailto:ops",
            "mailto:ops@localhost",
            "mailto:ops@a.local",
            "https://localhost",
            "http://example.com",
            "mailto:a b@example.com",
        ] {
            assert_eq!(read(bad, &[a_pair()]), None, "{bad}");
        }
    }

    #[test]
    fn a_click_opens_an_https_address() {
        let document =
            |navigate: &str| parse(&json!({"subject": "mailto:a@b.example", "keys": [a_pair()], "navigate": navigate}).to_string());
        assert!(document("https://example.com/").is_some());
        assert_eq!(document("javascript:alert(1)"), None);
    }

    #[test]
    fn credentials_never_show_a_key() {
        let pair = a_pair();
        let shown = format!("{:?}", read("mailto:ops@example.com", std::slice::from_ref(&pair)).unwrap());
        assert!(!shown.contains(pair["private_key"].as_str().unwrap()));
        assert!(shown.contains("<key>"));
    }

    #[test]
    fn loopback_is_refused_unless_it_is_said_otherwise() {
        let with = |set: &[(&'static str, &str)]| {
            push_hosts(&Settings {
                set: set.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
                ..Settings::default()
            })
        };
        assert_eq!(with(&[]), Ok(PushHosts::default()));
        assert_eq!(
            with(&[("WEB_PUSH_LOOPBACK", "allow")]),
            Ok(PushHosts::default().with_loopback(Loopback::Allow))
        );
        assert!(with(&[("WEB_PUSH_HOSTS", ".push.example.org")]).is_ok());
        assert_eq!(with(&[("WEB_PUSH_LOOPBACK", "yes")]), Err(DialError::Address));
        assert_eq!(with(&[("WEB_PUSH_HOSTS", "127.0.0.1")]), Err(DialError::Address));
    }
}
