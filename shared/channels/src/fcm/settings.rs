//! Where FCM is, and what a tenant's credentials document holds.

use jsonwebtoken::EncodingKey;
use serde::Deserialize;

use crate::secret::Secret;
use crate::sessions::AccountKey;
use crate::settings::Setting;

/// What a deployment may set.
pub(crate) const SETTINGS: &[Setting] = &[AUTH_URL, URL];

pub(super) const AUTH_URL: Setting = Setting {
    name: "FCM_AUTH_URL",
    default: "https://oauth2.googleapis.com",
    description: "",
};

pub(super) const URL: Setting = Setting {
    name: "FCM_URL",
    default: "https://fcm.googleapis.com",
    description: "",
};

/// What becomes of a message that went to a topic or a condition. Whoever is
/// subscribed today gets what is sent today: that is not who got the message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Topics {
    /// It can not be taken back.
    #[default]
    Refuse,
    /// The notice is sent to today's audience.
    Overwrite,
    /// Today's audience is told which tag to take off; the app does it, and shows nothing.
    Data,
}

/// What the undelivered message is known by on Android. FCM keeps four of these a device.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CollapseKey {
    /// The original had none, or we do not know it.
    #[default]
    None,
    /// The original had its tag for a collapse key, too.
    Tag,
}

/// Google's service account, and what the tenant adds to it. Unknown fields are
/// left alone. `token_uri` is one of them: where we log in is the deployment's to say.
#[derive(Deserialize)]
struct Document {
    project_id: String,
    client_email: String,
    private_key_id: String,
    private_key: Secret,
    /// Of Android: one that makes no sound.
    channel_id: Option<String>,
    #[serde(default)]
    collapse_key: CollapseKey,
    #[serde(default)]
    topics: Topics,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FcmCredentials {
    pub account: Account,
    pub channel_id: Option<String>,
    pub collapse_key: CollapseKey,
    pub topics: Topics,
}

/// What a session is opened with. The key is part of it, so nobody gets a
/// session by naming another's service account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Account {
    pub project_id: String,
    pub client_email: String,
    pub private_key_id: String,
    pub private_key: Secret,
}

impl AccountKey for Account {
    fn parts(&self) -> Vec<&str> {
        vec![
            &self.project_id,
            &self.client_email,
            &self.private_key_id,
            self.private_key.expose(),
        ]
    }
}

/// `None` when the document is no service account's.
pub(super) fn parse(document: &str) -> Option<FcmCredentials> {
    let document: Document = serde_json::from_str(document).ok()?;
    EncodingKey::from_rsa_pem(document.private_key.expose().as_bytes()).ok()?;
    // The project's id becomes part of a path. A colon stands in those of a domain.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte);
    let is_named = !document.project_id.is_empty() && document.project_id.bytes().all(is_plain) && !document.client_email.is_empty();
    is_named.then_some(FcmCredentials {
        account: Account {
            project_id: document.project_id,
            client_email: document.client_email,
            private_key_id: document.private_key_id,
            private_key: document.private_key,
        },
        channel_id: document.channel_id,
        collapse_key: document.collapse_key,
        topics: document.topics,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::LazyLock;

    use serde_json::{Value, json};

    use super::*;

    /// One for all tests: an RSA key takes its time.
    pub static KEY: LazyLock<rcgen::KeyPair> = LazyLock::new(|| rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap());

    pub fn document() -> Value {
        json!({
            "type": "service_account", "project_id": "demo-project", "private_key_id": "0123", "private_key": KEY.serialize_pem(),
            "client_email": "push@demo-project.iam.gserviceaccount.com", "token_uri": "https://elsewhere.example/token"
        })
    }

    pub fn credentials() -> FcmCredentials {
        parse(&document().to_string()).unwrap()
    }

    fn with(field: &str, value: Value) -> Option<FcmCredentials> {
        let mut document = document();
        document[field] = value;
        parse(&document.to_string())
    }

    #[test]
    fn a_document_is_a_service_account_and_may_have_more() {
        let read = credentials();
        assert_eq!(read.account.project_id, "demo-project");
        assert_eq!(
            (read.topics, read.collapse_key, read.channel_id),
            (Topics::Refuse, CollapseKey::None, None)
        );
        assert_eq!(with("topics", json!("data")).unwrap().topics, Topics::Data);
        assert_eq!(with("collapse_key", json!("tag")).unwrap().collapse_key, CollapseKey::Tag);
        assert_eq!(with("channel_id", json!("quiet")).unwrap().channel_id.as_deref(), Some("quiet"));
        assert!(with("project_id", json!("example.com:demo")).is_some());
        for (field, bad) in [
            ("project_id", json!("")),
            ("project_id", json!("a/b")),
            ("project_id", json!(7)),
            ("client_email", json!("")),
            ("private_key", json!("not a key")),
            ("private_key_id", json!(null)),
            ("topics", json!("everybody")),
        ] {
            assert_eq!(with(field, bad), None, "{field}");
        }
        assert_eq!(parse("{}"), None);
    }

    #[test]
    fn credentials_never_show_the_key() {
        assert!(!format!("{:?}", credentials()).contains("PRIVATE"));
    }
}
