//! A tenant's apps at the vendors: signed up there, with their credentials where the dispatchers look.

use serde_json::{Value, json};

use crate::error::StandError;
use crate::stand::Stand;

/// What each vendor calls the app.
pub(crate) struct Apps {
    pub huawei: String,
    pub xiaomi: String,
    pub oppo: String,
    pub vivo: u32,
    pub apns: String,
    number: u32,
}

impl Apps {
    pub fn named_after(app: &str, workspace: &str) -> Self {
        let number = number(app, workspace);
        Self {
            huawei: format!("1{number:09}"),
            xiaomi: format!("example.{app}.{workspace}"),
            oppo: format!("oppo-key-{number:09}"),
            vivo: number,
            apns: format!("example.{app}.{workspace}"),
            number,
        }
    }

    pub async fn sign_up(&self, stand: &Stand, app: &str, workspace: &str) -> Result<(), StandError> {
        let signing = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map_err(StandError::SigningKey)?;
        for (vendor, at_vendor, secret) in self.documents(&signing) {
            let mut at_vendor = at_vendor;
            at_vendor["vendor"] = vendor.into();
            stand.devices.control("/apps", &at_vendor).await?;
            let name = format!("message-revoke/{app}/{workspace}/{vendor}");
            stand.aws.put_secret(&name, &secret.to_string()).await?;
        }
        Ok(())
    }

    /// Per vendor: what it knows of the app, and what we keep to sign in.
    fn documents(&self, signing: &rcgen::KeyPair) -> [(&'static str, Value, Value); 5] {
        let secret = format!("secret-of-{}", self.number);
        let huawei = json!({"app_id": self.huawei, "client_secret": secret});
        let oppo = json!({"app_key": self.oppo, "master_secret": secret});
        let vivo = json!({"app_id": self.vivo, "app_key": format!("vivo-key-{}", self.number), "app_secret": secret});
        let xiaomi = json!({"package": self.xiaomi, "app_secret": secret});
        // Apple knows the public half only.
        let mut at_apple = json!({"team_id": "TEAM000001", "key_id": format!("K{:09}", self.number), "bundle_id": self.apns});
        let mut apns = at_apple.clone();
        at_apple["public_key_pem"] = signing.public_key_pem().into();
        apns["private_key_pem"] = signing.serialize_pem().into();
        [
            ("huawei", huawei.clone(), huawei),
            ("xiaomi", xiaomi.clone(), xiaomi),
            ("oppo", oppo.clone(), oppo),
            ("vivo", vivo.clone(), vivo),
            ("apns", at_apple, apns),
        ]
    }
}

/// Up to nine digits, different per tenant: Huawei's and vivo's app ids are numbers, Apple's key ids have ten characters.
fn number(app: &str, workspace: &str) -> u32 {
    let sum = app
        .bytes()
        .chain([b'/'])
        .chain(workspace.bytes())
        .fold(7_u64, |sum, byte| sum.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte));
    // Cannot fail: it is less than u32::MAX.
    u32::try_from(sum % 1_000_000_000).unwrap_or_default()
}
