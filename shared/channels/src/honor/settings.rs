//! Where Honor is, and what a tenant's credentials document holds.

use serde::{Deserialize, Serialize};

use crate::driver::VendorCredentials;
use crate::secret::Secret;
use crate::sessions::AccountKey;
use crate::settings::Setting;

/// What a deployment may set.
pub(crate) const SETTINGS: &[Setting] = &[LOGIN_URL, URL];

pub(super) const LOGIN_URL: Setting = Setting {
    name: "HONOR_LOGIN_URL",
    default: "https://iam.developer.honor.com",
    description: "",
};

pub(super) const URL: Setting = Setting {
    name: "HONOR_URL",
    default: "https://push-api.cloud.honor.com",
    description: "",
};

/// At Honor this is the class of a message, and only with it how loud it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Importance {
    /// Marketing: what an app may send that has no right to any other.
    #[default]
    Low,
    /// Service and communication.
    Normal,
}

/// Unknown fields are left alone: a newer tool may write more than we read.
#[derive(Deserialize)]
struct Document {
    app_id: String,
    client_id: String,
    client_secret: Secret,
    #[serde(default)]
    importance: Importance,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HonorCredentials {
    pub account: Account,
    /// The class that the app has the right to.
    pub importance: Importance,
}

/// What a session is opened with, and the app it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub app_id: String,
    pub client_id: String,
    pub client_secret: Secret,
}

impl AccountKey for Account {
    fn parts(&self) -> Vec<&str> {
        vec![&self.app_id, &self.client_id, self.client_secret.expose()]
    }
}

impl VendorCredentials for HonorCredentials {
    type Account = Account;

    fn parse(document: &str) -> Option<Self> {
        let Document {
            app_id,
            client_id,
            client_secret,
            importance,
        } = serde_json::from_str(document).ok()?;
        // The app id becomes part of a path.
        let app_id_is_plain = !app_id.is_empty() && app_id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let can_log_in = !client_id.is_empty() && !client_secret.expose().is_empty();
        (app_id_is_plain && can_log_in).then_some(Self {
            account: Account {
                app_id,
                client_id,
                client_secret,
            },
            importance,
        })
    }

    fn account(&self) -> &Account {
        &self.account
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_an_app_id_a_client_id_and_a_secret() {
        let read = HonorCredentials::parse(r#"{"app_id":"104","client_id":"c","client_secret":"s","importance":"NORMAL"}"#).unwrap();
        assert_eq!((read.account.app_id.as_str(), read.account.client_id.as_str()), ("104", "c"));
        assert_eq!(read.importance, Importance::Normal);
        for bad in [
            "",
            "{}",
            r#"{"app_id":"104","client_secret":"s"}"#,
            r#"{"app_id":"104","client_id":"c"}"#,
            r#"{"app_id":"","client_id":"c","client_secret":"s"}"#,
            r#"{"app_id":"104/../105","client_id":"c","client_secret":"s"}"#,
            r#"{"app_id":"104","client_id":"","client_secret":"s"}"#,
            r#"{"app_id":"104","client_id":"c","client_secret":""}"#,
            r#"{"app_id":"104","client_id":"c","client_secret":"s","importance":"HIGH"}"#,
        ] {
            assert_eq!(HonorCredentials::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn who_does_not_say_to_have_the_right_is_taken_to_have_none() {
        let read = HonorCredentials::parse(r#"{"app_id":"104","client_id":"c","client_secret":"s","later":1}"#).unwrap();
        assert_eq!(read.importance, Importance::Low);
    }

    #[test]
    fn credentials_never_show_the_secret() {
        let read = HonorCredentials::parse(r#"{"app_id":"104","client_id":"c","client_secret":"planted"}"#).unwrap();
        assert!(!format!("{read:?}").contains("planted"));
    }
}
