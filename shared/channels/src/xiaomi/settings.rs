//! Where Xiaomi is, and what a tenant's credentials document holds.

use serde::Deserialize;

use crate::driver::{VendorCredentials, sensitive};
use crate::secret::Secret;
use crate::sessions::AccountKey;
use crate::settings::Setting;

/// What a deployment may set.
pub(crate) const SETTINGS: &[Setting] = &[URL, GLOBAL_URL, EUROPE_URL, RUSSIA_URL, INDIA_URL];

/// Mainland China; the others by the `region` of the credentials document.
pub(super) const URL: Setting = Setting {
    name: "XIAOMI_URL",
    default: "https://api.xmpush.xiaomi.com",
    description: "",
};

pub(super) const GLOBAL_URL: Setting = Setting {
    name: "XIAOMI_GLOBAL_URL",
    default: "https://api.xmpush.global.xiaomi.com",
    description: "",
};

pub(super) const EUROPE_URL: Setting = Setting {
    name: "XIAOMI_EUROPE_URL",
    default: "https://fr-api.xmpush.global.xiaomi.com",
    description: "",
};

pub(super) const RUSSIA_URL: Setting = Setting {
    name: "XIAOMI_RUSSIA_URL",
    default: "https://ru-api.xmpush.global.xiaomi.com",
    description: "",
};

pub(super) const INDIA_URL: Setting = Setting {
    name: "XIAOMI_INDIA_URL",
    default: "https://idmb-api.xmpush.global.xiaomi.com",
    description: "",
};

/// Which of Xiaomi's services the app's devices are registered with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Region {
    /// Mainland China.
    #[default]
    Cn,
    Global,
    Europe,
    Russia,
    India,
}

/// Unknown fields are left alone: a newer tool may write more than we read.
#[derive(Deserialize)]
struct Document {
    app_secret: Secret,
    package: String,
    #[serde(default)]
    region: Region,
    channel_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct XiaomiCredentials {
    pub account: Account,
    /// The channel the notice is shown in: its class, as granted by Xiaomi.
    pub channel_id: Option<String>,
}

/// What every call carries; there are no sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub app_secret: Secret,
    pub package: String,
    pub region: Region,
}

impl AccountKey for Account {
    fn parts(&self) -> Vec<&str> {
        vec![self.app_secret.expose(), &self.package]
    }
}

impl VendorCredentials for XiaomiCredentials {
    type Account = Account;

    fn parse(document: &str) -> Option<Self> {
        let Document {
            app_secret,
            package,
            region,
            channel_id,
        } = serde_json::from_str(document).ok()?;
        // Xiaomi would read a comma as a second package.
        let package_is_one = !package.is_empty() && package.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte));
        let secret_is_one = !app_secret.expose().is_empty() && sensitive(app_secret.expose()).is_some();
        (package_is_one && secret_is_one).then_some(Self {
            account: Account {
                app_secret,
                package,
                region,
            },
            channel_id,
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
    fn a_document_has_a_secret_and_a_package() {
        let read =
            XiaomiCredentials::parse(r#"{"app_secret":"s","package":"com.example.shop","channel_id":"104","region":"europe"}"#).unwrap();
        assert_eq!(read.account.region, Region::Europe);
        assert_eq!(read.channel_id.as_deref(), Some("104"));
        let least = XiaomiCredentials::parse(r#"{"app_secret":"s","package":"com.example","later":1}"#).unwrap();
        assert_eq!(least.account.region, Region::Cn);
        for bad in [
            "",
            "{}",
            r#"{"app_secret":"s"}"#,
            r#"{"app_secret":"","package":"p"}"#,
            r#"{"app_secret":"a\nb","package":"p"}"#,
            r#"{"app_secret":"s","package":""}"#,
            r#"{"app_secret":"s","package":"a,b"}"#,
            r#"{"app_secret":"s","package":"p","region":"moon"}"#,
        ] {
            assert_eq!(XiaomiCredentials::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn credentials_never_show_the_secret() {
        let read = XiaomiCredentials::parse(r#"{"app_secret":"planted","package":"p"}"#).unwrap();
        assert!(!format!("{read:?}").contains("planted"));
    }
}
