//! Where Push Kit is, and what a tenant's credentials document holds.

use jsonwebtoken::EncodingKey;
use serde::Deserialize;

use crate::driver::VendorCredentials;
use crate::secret::Secret;
use crate::settings::Setting;

/// What a deployment may set.
pub(crate) const SETTINGS: &[Setting] = &[URL];

pub(super) const URL: Setting = Setting {
    name: "HARMONY_URL",
    default: "https://push-api.cloud.huawei.com",
    description: "",
};

/// What Huawei files the notice under whatever we say, if the app has no right to another class.
const WITHOUT_A_RIGHT: &str = "MARKETING";

/// The service account's JSON as Huawei gives it, with the app's client id beside it.
/// Unknown fields are left alone: that JSON has more, and a newer tool may write more.
#[derive(Deserialize)]
struct Document {
    project_id: String,
    client_id: String,
    key_id: String,
    sub_account: String,
    private_key: Secret,
    category: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HarmonyCredentials {
    pub account: Account,
    /// The message class of the notice (`WORK`, `IM`, ...).
    pub category: String,
}

/// Who signs, and for which app. The key is part of it, so nobody gets a
/// session by naming another's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub project_id: String,
    /// The app's own client id, by which it recalls; not the project's.
    pub client_id: String,
    pub key_id: String,
    /// `sub_account` in the document: who signs.
    pub issuer: String,
    pub private_key: Secret,
}

impl VendorCredentials for HarmonyCredentials {
    type Account = Account;

    fn parse(document: &str) -> Option<Self> {
        let document: Document = serde_json::from_str(document).ok()?;
        EncodingKey::from_rsa_pem(document.private_key.expose().as_bytes()).ok()?;
        // The ids become parts of paths.
        let is_plain = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_named = is_plain(&document.project_id)
            && is_plain(&document.client_id)
            && !document.key_id.is_empty()
            && !document.sub_account.is_empty();
        is_named.then_some(Self {
            account: Account {
                project_id: document.project_id,
                client_id: document.client_id,
                key_id: document.key_id,
                issuer: document.sub_account,
                private_key: document.private_key,
            },
            category: document
                .category
                .filter(|category| !category.is_empty())
                .unwrap_or_else(|| WITHOUT_A_RIGHT.to_owned()),
        })
    }

    fn account(&self) -> &Account {
        &self.account
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::LazyLock;

    use serde_json::{Value, json};

    use super::*;

    /// One for all tests: a key takes its time.
    pub static KEY: LazyLock<rcgen::KeyPair> =
        LazyLock::new(|| rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap());

    pub fn document() -> Value {
        json!({
            "project_id": "388421841222199046", "client_id": "6917569", "key_id": "a-key", "sub_account": "110088",
            "private_key": KEY.serialize_pem(), "category": "WORK",
        })
    }

    fn read(changes: &Value) -> Option<HarmonyCredentials> {
        let mut document = document();
        let fields = document.as_object_mut().unwrap();
        fields.extend(changes.as_object().unwrap().clone());
        HarmonyCredentials::parse(&document.to_string())
    }

    #[test]
    fn a_document_is_a_service_account_with_the_apps_client_id() {
        let credentials = read(&json!({"auth_uri": "https://oauth-login.cloud.huawei.com/oauth2/v3/authorize"})).unwrap();
        assert_eq!(credentials.account.project_id, "388421841222199046");
        assert_eq!(credentials.account.client_id, "6917569");
        assert_eq!(credentials.category, "WORK");
        for none in [json!(null), json!("")] {
            assert_eq!(read(&json!({"category": none})).unwrap().category, "MARKETING");
        }
        for bad in [
            json!({"project_id": ""}),
            json!({"project_id": "1/../2"}),
            json!({"client_id": null}),
            json!({"client_id": "6917569/x"}),
            json!({"client_id": 6_917_569}),
            json!({"key_id": ""}),
            json!({"sub_account": ""}),
            json!({"private_key": "not a key"}),
            json!({"private_key": rcgen::KeyPair::generate().unwrap().serialize_pem()}),
        ] {
            assert_eq!(read(&bad), None, "{bad}");
        }
    }

    #[test]
    fn credentials_never_show_the_key() {
        assert!(!format!("{:?}", read(&json!({})).unwrap()).contains("PRIVATE"));
    }
}
