//! Where Meizu is, and what a tenant's credentials document holds.

use serde::Deserialize;

use crate::driver::VendorCredentials;
use crate::secret::Secret;
use crate::sessions::AccountKey;
use crate::settings::Setting;

/// What a deployment may set.
pub(crate) const SETTINGS: &[Setting] = &[URL];

pub(super) const URL: Setting = Setting {
    name: "MEIZU_URL",
    default: "https://server-api-push.meizu.com",
    description: "",
};

/// Unknown fields are left alone: a newer tool may write more than we read.
#[derive(Deserialize)]
struct Document {
    app_id: String,
    app_secret: Secret,
}

/// What every call is signed with; there are no sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub app_id: String,
    pub app_secret: Secret,
}

impl AccountKey for Account {
    fn parts(&self) -> Vec<&str> {
        vec![&self.app_id, self.app_secret.expose()]
    }
}

impl VendorCredentials for Account {
    type Account = Self;

    fn parse(document: &str) -> Option<Self> {
        let Document { app_id, app_secret } = serde_json::from_str(document).ok()?;
        let app_id_is_number = !app_id.is_empty() && app_id.bytes().all(|byte| byte.is_ascii_digit());
        (app_id_is_number && !app_secret.expose().is_empty()).then_some(Self { app_id, app_secret })
    }

    fn account(&self) -> &Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_an_app_id_and_a_secret() {
        let read = Account::parse(r#"{"app_id":"100999","app_secret":"s","later":1}"#).unwrap();
        assert_eq!(read.app_id, "100999");
        for bad in [
            "",
            "{}",
            r#"{"app_id":"100999"}"#,
            r#"{"app_id":"","app_secret":"s"}"#,
            r#"{"app_id":"1a","app_secret":"s"}"#,
            r#"{"app_id":"100999","app_secret":""}"#,
        ] {
            assert_eq!(Account::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn credentials_never_show_the_secret() {
        let read = Account::parse(r#"{"app_id":"100999","app_secret":"planted"}"#).unwrap();
        assert!(!format!("{read:?}").contains("planted"));
    }
}
