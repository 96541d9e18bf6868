//! Where Huawei is, and what a tenant's credentials document holds.

use serde::Deserialize;

use crate::driver::VendorCredentials;
use crate::secret::Secret;
use crate::settings::Setting;

/// What a deployment may set.
pub(crate) const SETTINGS: &[Setting] = &[AUTH_URL, PUSH_URL];

pub(super) const AUTH_URL: Setting = Setting {
    name: "HUAWEI_AUTH_URL",
    default: "https://oauth-login.cloud.huawei.com",
    description: "",
};

pub(super) const PUSH_URL: Setting = Setting {
    name: "HUAWEI_PUSH_URL",
    default: "https://push-api.cloud.huawei.com",
    description: "",
};

/// Unknown fields are left alone: a newer tool may write more than we read.
#[derive(Deserialize)]
struct Document {
    app_id: String,
    client_secret: Secret,
    category: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HuaweiCredentials {
    pub account: Account,
    /// The message class the app has the right to (`WORK`, `IM`, ...). Without
    /// one Huawei files the notice under marketing.
    pub category: Option<String>,
}

/// What a session is opened with. Two tenants with the same app share one; the
/// secret is part of it, so nobody gets a session by naming another's app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub app_id: String,
    pub client_secret: Secret,
}

impl VendorCredentials for HuaweiCredentials {
    type Account = Account;

    fn parse(document: &str) -> Option<Self> {
        let Document {
            app_id,
            client_secret,
            category,
        } = serde_json::from_str(document).ok()?;
        // The app id becomes part of a path.
        let app_id_is_plain = !app_id.is_empty() && app_id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (app_id_is_plain && !client_secret.expose().is_empty()).then_some(Self {
            account: Account { app_id, client_secret },
            category,
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
    fn a_document_has_an_app_id_and_a_secret() {
        let read = HuaweiCredentials::parse(r#"{"app_id":"104","client_secret":"s","category":"WORK"}"#).unwrap();
        assert_eq!(read.account.app_id, "104");
        assert_eq!(read.category.as_deref(), Some("WORK"));
        assert!(HuaweiCredentials::parse(r#"{"app_id":"104","client_secret":"s","later":1}"#).is_some());
        for bad in [
            "",
            "{}",
            r#"{"app_id":"104"}"#,
            r#"{"app_id":"","client_secret":"s"}"#,
            r#"{"app_id":"104/../105","client_secret":"s"}"#,
            r#"{"app_id":"104","client_secret":""}"#,
        ] {
            assert_eq!(HuaweiCredentials::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn credentials_never_show_the_secret() {
        let read = HuaweiCredentials::parse(r#"{"app_id":"104","client_secret":"planted"}"#).unwrap();
        assert!(!format!("{read:?}").contains("planted"));
    }
}
