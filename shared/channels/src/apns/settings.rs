//! Where Apple is, and what a tenant's credentials document holds.

use http::HeaderValue;
use jsonwebtoken::EncodingKey;
use serde::Deserialize;

use crate::secret::Secret;
use crate::settings::Setting;

/// What a deployment may set.
pub(crate) const SETTINGS: &[Setting] = &[URL, SANDBOX_URL];

pub(super) const URL: Setting = Setting {
    name: "APNS_URL",
    default: "https://api.push.apple.com",
    description: "",
};

pub(super) const SANDBOX_URL: Setting = Setting {
    name: "APNS_SANDBOX_URL",
    default: "https://api.sandbox.push.apple.com",
    description: "",
};

/// Which of Apple's services the app's builds are signed for. A token of one
/// is a bad token to the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Environment {
    #[default]
    Production,
    Sandbox,
}

/// Unknown fields are left alone: a newer tool may write more than we read.
#[derive(Deserialize)]
struct Document {
    team_id: String,
    key_id: String,
    private_key_pem: Secret,
    bundle_id: String,
    #[serde(default)]
    environment: Environment,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ApnsCredentials {
    pub account: Account,
    /// The bundle id.
    pub topic: HeaderValue,
}

/// Whose provider token it is, and where it is good: one connection each, as
/// Apple ties a connection to the first key it sees. The key is part of it, so
/// nobody gets a token by naming another's team.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Account {
    pub team_id: String,
    pub key_id: String,
    pub private_key_pem: Secret,
    pub environment: Environment,
}

/// `None` when the document is not one of Apple's.
pub(super) fn parse(document: &str) -> Option<ApnsCredentials> {
    let document: Document = serde_json::from_str(document).ok()?;
    EncodingKey::from_ec_pem(document.private_key_pem.expose().as_bytes()).ok()?;
    let is_named = !document.team_id.is_empty() && !document.key_id.is_empty() && !document.bundle_id.is_empty();
    is_named.then_some(())?;
    Some(ApnsCredentials {
        topic: HeaderValue::try_from(document.bundle_id).ok()?,
        account: Account {
            team_id: document.team_id,
            key_id: document.key_id,
            private_key_pem: document.private_key_pem,
            environment: document.environment,
        },
    })
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    pub fn a_key_pem() -> String {
        rcgen::KeyPair::generate().unwrap().serialize_pem()
    }

    fn read(team_id: &str, pem: &str, environment: &str) -> Option<ApnsCredentials> {
        let document =
            json!({"team_id": team_id, "key_id": "K", "private_key_pem": pem, "bundle_id": "com.example", "environment": environment});
        parse(&document.to_string())
    }

    #[test]
    fn a_document_names_team_key_and_bundle() {
        let pem = a_key_pem();
        let read_one = read("T", &pem, "sandbox").unwrap();
        assert_eq!(read_one.account.environment, Environment::Sandbox);
        assert_eq!(read_one.topic, "com.example");
        assert_eq!(read("", &pem, "sandbox"), None);
        assert_eq!(read("T", "not a key", "sandbox"), None);
        assert_eq!(read("T", &pem, "moon"), None);
        assert_eq!(parse("{}"), None);
    }

    #[test]
    fn without_an_environment_it_is_production() {
        let document = json!({"team_id": "T", "key_id": "K", "private_key_pem": a_key_pem(), "bundle_id": "b"});
        assert_eq!(parse(&document.to_string()).unwrap().account.environment, Environment::Production);
    }

    #[test]
    fn credentials_never_show_the_key() {
        assert!(!format!("{:?}", read("T", &a_key_pem(), "sandbox").unwrap()).contains("PRIVATE"));
    }
}
