//! Requests to Google, correct unless a test spoils them.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::World;
use super::apns::now_s;

pub const PROJECT: &str = "demo-project";
pub const EMAIL: &str = "push@demo-project.iam.gserviceaccount.com";
pub const KEY_ID: &str = "0123456789abcdef";
pub const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
pub const FID: &str = "cT0123456789abcdefghij";

/// One for all tests of a process: an RSA key takes its time.
static KEY: LazyLock<rcgen::KeyPair> = LazyLock::new(|| rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap());

/// Status and body of an answer.
pub struct Answered {
    pub status: u16,
    pub retry_after: Option<String>,
    pub body: Value,
}

impl Answered {
    /// What FCM itself says, if it says something.
    pub fn error_code(&self) -> Option<&str> {
        let details = self.body["error"]["details"].as_array()?;
        details.iter().find_map(|detail| detail["errorCode"].as_str())
    }

    /// The field that is complained about.
    pub fn field(&self) -> Option<&str> {
        let details = self.body["error"]["details"].as_array()?;
        details.iter().find_map(|detail| detail["fieldViolations"][0]["field"].as_str())
    }
}

pub fn claims() -> Value {
    json!({
        "iss": EMAIL,
        "aud": "https://oauth2.googleapis.com/token",
        "scope": "https://www.googleapis.com/auth/firebase.messaging",
        "iat": now_s(),
        "exp": now_s() + 3_600,
    })
}

pub fn assertion(header: &Value, claims: &Value) -> String {
    let encode = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let key = KeyPair::from_pkcs8(&KEY.serialize_der()).unwrap();
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
        .unwrap();
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

pub fn header() -> Value {
    json!({ "typ": "JWT", "alg": "RS256", "kid": KEY_ID })
}

/// An overwrite for one token, as the admin SDKs write it.
pub fn message(token: &str) -> Value {
    json!({
        "message": {
            "token": token,
            "notification": { "title": "Message revoked", "body": "It was wrong" },
            "android": {
                "priority": "high",
                "ttl": "86400s",
                "notification": { "tag": "rv-9", "channel_id": "c", "default_sound": false },
            },
            "apns": { "headers": { "apns-collapse-id": "rv-9", "apns-priority": "10" } },
            "webpush": {
                "headers": { "Topic": "rv-9", "TTL": "86400" },
                "notification": { "title": "Message revoked", "tag": "rv-9", "silent": true, "renotify": false },
            },
        },
    })
}

/// The same with one place of it replaced.
pub fn spoiled(pointer: &str, value: Value) -> Value {
    let mut message = message("device-1");
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    message.pointer_mut(parent).unwrap()[name] = value;
    message
}

impl World {
    /// A simulator with a project whose devices are these.
    pub async fn fcm(tokens: &[&str]) -> Self {
        let world = Self::start().await;
        world
            .control(
                "/apps",
                json!({
                    "vendor": "fcm", "project_id": PROJECT, "client_email": EMAIL, "private_key_id": KEY_ID,
                    "public_key_pem": KEY.public_key_pem(),
                }),
            )
            .await;
        world.devices("fcm", PROJECT, tokens, "active").await;
        world
    }

    pub async fn fcm_login_with(&self, fields: &[(&'static str, String)]) -> Answered {
        self.fcm_login_at("/token", fields).await
    }

    pub async fn fcm_login_at(&self, path: &str, fields: &[(&'static str, String)]) -> Answered {
        let request = self
            .client
            .post(format!("{}{path}", self.sim.url("fcm")))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(super::encoded(fields));
        answered(request).await
    }

    pub async fn fcm_login(&self) -> String {
        let fields = [("grant_type", GRANT.to_owned()), ("assertion", assertion(&header(), &claims()))];
        let answer = self.fcm_login_with(&fields).await;
        answer.body["access_token"].as_str().unwrap().to_owned()
    }

    pub fn fcm_request(&self, session: &str, body: &Value) -> RequestBuilder {
        self.client
            .post(format!("{}/v1/projects/{PROJECT}/messages:send", self.sim.url("fcm")))
            .header("authorization", format!("Bearer {session}"))
            .header("content-type", "application/json")
            .body(body.to_string())
    }

    pub async fn fcm_send(&self, session: &str, body: &Value) -> Answered {
        answered(self.fcm_request(session, body)).await
    }
}

pub async fn answered(request: RequestBuilder) -> Answered {
    let answer = request.send().await.unwrap();
    let retry_after = answer.headers().get("retry-after").map(|wait| wait.to_str().unwrap().to_owned());
    Answered {
        status: answer.status().as_u16(),
        retry_after,
        body: answer.json().await.unwrap_or_default(),
    }
}
