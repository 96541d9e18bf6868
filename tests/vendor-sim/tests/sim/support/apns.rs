//! Requests to Apple, correct unless a test spoils them.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::World;

pub const TEAM: &str = "TEAM123456";
pub const KEY: &str = "KEY1234567";
pub const BUNDLE: &str = "com.example.shop";

/// A device token with this number in it.
pub fn device(number: u32) -> String {
    format!("{number:064x}")
}

#[expect(clippy::disallowed_methods, reason = "plays a provider with a clock of its own")]
pub fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

pub fn now_ms() -> u64 {
    now_s() * 1000
}

/// A team's signing key.
pub struct Signer {
    key: EcdsaKeyPair,
    public_key_pem: String,
}

impl Signer {
    pub fn generate() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        Self {
            key: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der()).unwrap(),
            public_key_pem: key.public_key_pem(),
        }
    }

    pub fn registration(&self) -> Value {
        json!({
            "vendor": "apns",
            "team_id": TEAM,
            "key_id": KEY,
            "bundle_id": BUNDLE,
            "public_key_pem": self.public_key_pem,
        })
    }

    pub fn token(&self) -> String {
        self.token_of(&json!({ "alg": "ES256", "kid": KEY }), &json!({ "iss": TEAM, "iat": now_s() }))
    }

    pub fn token_of(&self, header: &Value, claims: &Value) -> String {
        let encode = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}

#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub apns_id: String,
    pub body: String,
}

impl Answered {
    pub fn reason(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["reason"].as_str().unwrap_or_default().to_owned()
    }
}

pub fn alert() -> Value {
    json!({ "aps": { "alert": { "title": "Message revoked", "body": "It was wrong" } } })
}

impl World {
    pub async fn apns_devices(&self, numbers: &[u32], state: &str) {
        let tokens: Vec<String> = numbers.iter().copied().map(device).collect();
        self.control(
            "/devices",
            json!({ "vendor": "apns", "app": BUNDLE, "tokens": tokens, "state": state }),
        )
        .await;
    }

    /// A correct alert for a device.
    pub fn apns_request(&self, provider_token: &str, number: u32) -> RequestBuilder {
        self.apns_bare(&device(number))
            .header("authorization", format!("bearer {provider_token}"))
            .header("apns-topic", BUNDLE)
            .header("apns-push-type", "alert")
            .header("apns-collapse-id", "123456")
            .body(alert().to_string())
    }

    pub fn apns_bare(&self, token: &str) -> RequestBuilder {
        self.client.post(format!("{}/3/device/{token}", self.sim.url("apns")))
    }
}

pub async fn answered(request: RequestBuilder) -> Answered {
    let answer = request.send().await.unwrap();
    Answered {
        status: answer.status().as_u16(),
        apns_id: answer.headers()["apns-id"].to_str().unwrap().to_owned(),
        body: answer.text().await.unwrap(),
    }
}
