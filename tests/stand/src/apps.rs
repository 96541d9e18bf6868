//! A tenant's apps at the vendors: signed up there, with their credentials where the dispatchers look.

use std::collections::BTreeMap;

use aws_lc_rs::encoding::AsBigEndian as _;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rcgen::KeyPair;
use revocation_rules::channel::Channel;
use serde_json::{Value, json};

use crate::error::StandError;
use crate::stand::Stand;

/// The app at one vendor.
pub(crate) struct App {
    /// What the vendor calls it.
    pub name: String,
    /// What the vendor knows of it.
    pub at_vendor: Value,
    /// What we keep to sign in.
    secret: Value,
}

/// What we sign with where a vendor takes that.
struct Signing {
    apple: KeyPair,
    google: KeyPair,
    harmony: KeyPair,
}

pub(crate) struct Apps(BTreeMap<&'static str, App>);

impl Apps {
    pub fn named_after(app: &str, workspace: &str) -> Result<Self, StandError> {
        let generate = |algorithm| KeyPair::generate_for(algorithm).map_err(StandError::SigningKey);
        let signing = Signing {
            apple: generate(&rcgen::PKCS_ECDSA_P256_SHA256)?,
            google: generate(&rcgen::PKCS_RSA_SHA256)?,
            harmony: generate(&rcgen::PKCS_RSA_SHA256)?,
        };
        let at = |channel: Channel| Some((channel.as_str(), App::at(channel, app, workspace, &signing)?));
        Ok(Self(Channel::ALL.into_iter().filter_map(at).collect()))
    }

    pub async fn sign_up(&self, stand: &Stand, app: &str, workspace: &str) -> Result<(), StandError> {
        for (vendor, at) in &self.0 {
            stand.devices.control("/apps", &at.at_vendor).await?;
            let name = format!("message-revoke/{app}/{workspace}/{vendor}");
            stand.aws.put_secret(&name, &at.secret.to_string()).await?;
        }
        Ok(())
    }

    /// # Panics
    /// When there is no such vendor.
    pub fn at(&self, vendor: &str) -> &App {
        &self.0[vendor]
    }

    pub fn vendors(&self) -> impl Iterator<Item = (&'static str, &App)> {
        self.0.iter().map(|(vendor, app)| (*vendor, app))
    }
}

impl App {
    fn at(channel: Channel, app: &str, workspace: &str, signing: &Signing) -> Option<Self> {
        let number = number(app, workspace);
        let secret = format!("secret-of-{number}");
        let package = format!("example.{app}.{workspace}");
        let (name, document) = match channel {
            Channel::Huawei => {
                let id = format!("1{number:09}");
                (id.clone(), json!({"app_id": id, "client_secret": secret}))
            }
            Channel::Harmony => {
                let id = format!("2{number:09}");
                let document = json!({"project_id": format!("3{number:09}"), "client_id": id, "key_id": format!("key-{number}"), "sub_account": format!("4{number:09}")});
                (id, document)
            }
            Channel::Xiaomi => (package.clone(), json!({"package": package, "app_secret": secret})),
            Channel::Oppo => {
                let key = format!("oppo-key-{number:09}");
                (key.clone(), json!({"app_key": key, "master_secret": secret}))
            }
            Channel::Vivo => {
                let document = json!({"app_id": number, "app_key": format!("vivo-key-{number}"), "app_secret": secret});
                (number.to_string(), document)
            }
            Channel::Honor => {
                let id = format!("3{number:09}");
                (
                    id.clone(),
                    json!({"app_id": id, "client_id": format!("honor-client-{number}"), "client_secret": secret}),
                )
            }
            Channel::Meizu => {
                let id = number.to_string();
                (id.clone(), json!({"app_id": id, "app_secret": secret}))
            }
            Channel::Apns => {
                let document = json!({"team_id": "TEAM000001", "key_id": format!("K{number:09}"), "bundle_id": package});
                (package, document)
            }
            Channel::Fcm => {
                let project = format!("demo-{number:09}");
                let document = json!({
                    "project_id": project, "private_key_id": format!("key-{number:09}"),
                    "client_email": format!("push@{project}.iam.gserviceaccount.com"),
                });
                (project, document)
            }
            Channel::WebPush => return Self::of_a_site(),
            // No vendor.
            Channel::SelfBuilt | Channel::Sms => return None,
        };
        let (mut at_vendor, mut secret) = (document.clone(), document);
        at_vendor["vendor"] = channel.as_str().into();
        // The vendor knows the public half only.
        let signs = match channel {
            Channel::Apns => Some((&signing.apple, "private_key_pem")),
            Channel::Harmony => Some((&signing.harmony, "private_key")),
            Channel::Fcm => Some((&signing.google, "private_key")),
            Channel::Huawei
            | Channel::Xiaomi
            | Channel::Oppo
            | Channel::Vivo
            | Channel::Honor
            | Channel::Meizu
            | Channel::WebPush
            | Channel::SelfBuilt
            | Channel::Sms => None,
        };
        if let Some((key, name)) = signs {
            at_vendor["public_key_pem"] = key.public_key_pem().into();
            secret[name] = key.serialize_pem().into();
        }
        Some(Self { name, at_vendor, secret })
    }

    /// To push services a site is the key that it signs with.
    fn of_a_site() -> Option<Self> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
        let public = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key());
        let private = BASE64_URL_SAFE_NO_PAD.encode(pair.private_key().as_be_bytes().ok()?.as_ref());
        Some(Self {
            at_vendor: json!({"vendor": "web_push", "public_key": public}),
            secret: json!({"subject": "mailto:ops@example.com", "keys": [{"public_key": public, "private_key": private}]}),
            name: public,
        })
    }
}

/// Up to nine digits, different per tenant: Huawei's, `HarmonyOS`'s and vivo's app ids are numbers, Apple's key ids have ten characters.
fn number(app: &str, workspace: &str) -> u32 {
    let sum = app
        .bytes()
        .chain([b'/'])
        .chain(workspace.bytes())
        .fold(7_u64, |sum, byte| sum.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte));
    // Cannot fail: it is less than u32::MAX.
    u32::try_from(sum % 1_000_000_000).unwrap_or_default()
}
