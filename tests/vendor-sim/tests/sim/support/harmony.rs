//! Requests to Push Kit for `HarmonyOS`, correct unless a test spoils them.

use std::ops::Deref;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::{World, apns, asked};

pub const PROJECT: &str = "388421841222199046";
pub const CLIENT: &str = "6917569";
pub const KEY: &str = "a-key-id";
pub const ACCOUNT: &str = "110088";
pub const AUDIENCE: &str = "https://oauth-login.cloud.huawei.com/oauth2/v3/token";

/// A service account's key.
pub struct Account {
    key: RsaKeyPair,
}

impl Account {
    pub fn generate() -> Self {
        Self {
            key: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
        }
    }

    pub fn registration(&self) -> Value {
        let der = AsDer::<aws_lc_rs::encoding::PublicKeyX509Der<'_>>::as_der(self.key.public_key()).unwrap();
        let pem = format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            BASE64_STANDARD.encode(der.as_ref())
        );
        json!({
            "vendor": "harmony", "project_id": PROJECT, "client_id": CLIENT, "key_id": KEY, "sub_account": ACCOUNT,
            "public_key_pem": pem,
        })
    }

    pub fn token(&self) -> String {
        self.token_of(&header(), &claims())
    }

    pub fn token_of(&self, header: &Value, claims: &Value) -> String {
        self.signed(&RSA_PSS_SHA256, header, claims)
    }

    /// Signed as RS256 is, whatever the header says.
    pub fn token_by_pkcs1(&self, header: &Value) -> String {
        self.signed(&RSA_PKCS1_SHA256, header, &claims())
    }

    fn signed(&self, padding: &'static dyn RsaEncoding, header: &Value, claims: &Value) -> String {
        let encode = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(padding, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .unwrap();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}

pub fn header() -> Value {
    json!({ "alg": "PS256", "typ": "JWT", "kid": KEY })
}

/// Good from now on for an hour.
pub fn claims() -> Value {
    let now = apns::now_s();
    json!({ "aud": AUDIENCE, "iss": ACCOUNT, "iat": now, "exp": now + 3600 })
}

/// An object with some of its fields replaced; `null` removes one.
pub fn with(object: &Value, changes: &Value) -> Value {
    let mut object = object.clone();
    let fields = object.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            fields.remove(name);
        } else {
            fields.insert(name.clone(), value.clone());
        }
    }
    object
}

/// A correct notice for these devices.
pub fn message(tokens: &[&str]) -> Value {
    json!({
        "payload": { "notification": {
            "category": "WORK", "title": "Message revoked", "body": "This message was revoked",
            "clickAction": { "actionType": 0 }, "notifyId": 123_456, "foregroundShow": true,
        } },
        "target": { "token": tokens },
        "pushOptions": { "ttl": 604_800, "collapseKey": -1 },
    })
}

/// A notice with some fields of its notification replaced.
pub fn notification(changes: &Value) -> Value {
    let mut message = message(&["device-1"]);
    let notification = with(&message["payload"]["notification"], changes);
    message["payload"]["notification"] = notification;
    message
}

pub fn recall(tokens: &[&str]) -> Value {
    json!({ "notifyId": 123_456, "token": tokens })
}

/// A simulator with an app of this vendor. Of its own, as a key takes its time.
pub struct Service {
    world: World,
    pub account: Account,
}

impl Deref for Service {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Service {
    pub async fn start() -> Self {
        let service = Self {
            world: World::start().await,
            account: Account::generate(),
        };
        service.control("/apps", service.account.registration()).await;
        service
    }

    pub async fn harmony_devices(&self, tokens: &[&str]) {
        self.devices("harmony", CLIENT, tokens, "active").await;
    }

    /// Signed by the account of this world, push type 0.
    pub fn harmony_request(&self, path: &str, body: &Value) -> RequestBuilder {
        self.harmony_bare(path, body)
            .header("authorization", format!("Bearer {}", self.account.token()))
            .header("push-type", "0")
    }

    pub fn harmony_bare(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client
            .post(format!("{}{path}", self.sim.url("harmony")))
            .header("content-type", "application/json")
            .body(body.to_string())
    }

    pub async fn harmony_send(&self, body: &Value) -> (u16, Value) {
        asked(self.harmony_request(&format!("/v3/{PROJECT}/messages:send"), body)).await
    }

    pub async fn harmony_revoke(&self, body: &Value) -> (u16, Value) {
        asked(self.harmony_request(&format!("/v1/{CLIENT}/messages:revoke"), body)).await
    }
}

/// What `msg` holds as JSON text.
pub fn details(answer: &Value) -> Value {
    serde_json::from_str(answer["msg"].as_str().unwrap()).unwrap()
}
