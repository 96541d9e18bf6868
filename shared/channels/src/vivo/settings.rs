//! Where vivo is, and what a tenant's credentials document holds.

use serde::Deserialize;

use crate::driver::VendorCredentials;
use crate::secret::Secret;
use crate::settings::Setting;

/// What a deployment may set.
pub(crate) const SETTINGS: &[Setting] = &[URL, RECALL_PATH];

pub(super) const URL: Setting = Setting {
    name: "VIVO_URL",
    default: "https://api-push.vivo.com.cn",
    description: "",
};

/// Not confirmed by any public source.
pub(super) const RECALL_PATH: Setting = Setting {
    name: "VIVO_RECALL_PATH",
    default: "/message/recall",
    description: "Where vivo takes a recall",
};

/// Unknown fields are left alone: a newer tool may write more than we read.
#[derive(Deserialize)]
struct Document {
    app_id: u64,
    app_key: String,
    app_secret: Secret,
    category: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VivoCredentials {
    pub account: Account,
    /// The message class the app has the right to (`IM`, `ORDER`, ...).
    pub category: Option<String>,
}

/// What a session is opened with. Two tenants with the same app share one; the
/// secret is part of it, so nobody gets a session by naming another's app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub id: u64,
    /// The same, as it is signed.
    pub id_text: String,
    pub key: String,
    pub secret: Secret,
}

impl VendorCredentials for VivoCredentials {
    type Account = Account;

    fn parse(document: &str) -> Option<Self> {
        let Document {
            app_id,
            app_key,
            app_secret,
            category,
        } = serde_json::from_str(document).ok()?;
        (!app_key.is_empty() && !app_secret.expose().is_empty()).then(|| Self {
            account: Account {
                id: app_id,
                id_text: app_id.to_string(),
                key: app_key,
                secret: app_secret,
            },
            category: category.filter(|category| !category.is_empty()),
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
    fn a_document_has_an_app_id_a_key_and_a_secret() {
        let read = VivoCredentials::parse(r#"{"app_id":10004,"app_key":"k","app_secret":"s","category":"IM"}"#).unwrap();
        assert_eq!((read.account.id, read.account.id_text.as_str()), (10004, "10004"));
        assert_eq!(read.category.as_deref(), Some("IM"));
        let read = VivoCredentials::parse(r#"{"app_id":1,"app_key":"k","app_secret":"s","category":"","later":1}"#).unwrap();
        assert_eq!(read.category, None);
        for bad in [
            "",
            "{}",
            r#"{"app_id":"10004","app_key":"k","app_secret":"s"}"#,
            r#"{"app_id":-1,"app_key":"k","app_secret":"s"}"#,
            r#"{"app_id":1,"app_key":"","app_secret":"s"}"#,
            r#"{"app_id":1,"app_key":"k","app_secret":""}"#,
            r#"{"app_id":1,"app_key":"k"}"#,
        ] {
            assert_eq!(VivoCredentials::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn credentials_never_show_the_secret() {
        let read = VivoCredentials::parse(r#"{"app_id":1,"app_key":"k","app_secret":"planted"}"#).unwrap();
        assert!(!format!("{read:?}").contains("planted"));
    }
}
