//! Where OPPO is, and what a tenant's credentials document holds.

use serde::Deserialize;

use crate::driver::VendorCredentials;
use crate::secret::Secret;
use crate::settings::Setting;

/// What a deployment may set.
pub(crate) const SETTINGS: &[Setting] = &[URL];

pub(super) const URL: Setting = Setting {
    name: "OPPO_URL",
    default: "https://api-push-cn.heytapmobi.com",
    description: "",
};

/// Unknown fields are left alone: a newer tool may write more than we read.
#[derive(Deserialize)]
struct Document {
    app_key: String,
    master_secret: Secret,
    channel_id: Option<String>,
    category: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OppoCredentials {
    pub account: Account,
    /// The channel of the app that the notice is shown in. Without one it is
    /// OPPO's default, which is public and has the smallest quota.
    pub channel_id: Option<String>,
    /// The message class the app has the right to (`IM`, `ORDER`, ...).
    pub category: Option<String>,
}

/// What a session is opened with. Two tenants with the same app share one; the
/// secret is part of it, so nobody gets a session by naming another's app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub app_key: String,
    pub master_secret: Secret,
}

impl VendorCredentials for OppoCredentials {
    type Account = Account;

    fn parse(document: &str) -> Option<Self> {
        let Document {
            app_key,
            master_secret,
            channel_id,
            category,
        } = serde_json::from_str(document).ok()?;
        (!app_key.is_empty() && !master_secret.expose().is_empty()).then(|| Self {
            account: Account { app_key, master_secret },
            // OPPO refuses an empty one; it means the same as none.
            channel_id: channel_id.filter(|id| !id.is_empty()),
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
    fn a_document_has_an_app_key_and_a_master_secret() {
        let read = OppoCredentials::parse(r#"{"app_key":"k","master_secret":"s","channel_id":"c","category":"IM"}"#).unwrap();
        assert_eq!(read.account.app_key, "k");
        assert_eq!((read.channel_id.as_deref(), read.category.as_deref()), (Some("c"), Some("IM")));
        let read = OppoCredentials::parse(r#"{"app_key":"k","master_secret":"s","channel_id":"","category":"","later":1}"#).unwrap();
        assert_eq!((read.channel_id, read.category), (None, None));
        for bad in [
            "",
            "{}",
            r#"{"app_key":"k"}"#,
            r#"{"app_key":"","master_secret":"s"}"#,
            r#"{"app_key":"k","master_secret":""}"#,
            r#"{"app_key":1,"master_secret":"s"}"#,
        ] {
            assert_eq!(OppoCredentials::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn credentials_never_show_the_secret() {
        let read = OppoCredentials::parse(r#"{"app_key":"k","master_secret":"planted"}"#).unwrap();
        assert!(!format!("{read:?}").contains("planted"));
    }
}
