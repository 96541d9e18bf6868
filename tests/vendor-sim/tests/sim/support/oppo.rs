//! Requests to OPPO, correct unless a test spoils them.

use std::fmt::Write;

use aws_lc_rs::digest;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::apns::now_ms;
use super::{World, asked, encoded};

pub const APP: &str = "oppo-app-key";
pub const SECRET: &str = "oppo-master-secret";

pub fn sign(timestamp: u64, secret: &str) -> String {
    let digest = digest::digest(&digest::SHA256, format!("{APP}{timestamp}{secret}").as_bytes());
    digest.as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

pub fn login_form() -> Vec<(&'static str, String)> {
    let timestamp = now_ms();
    vec![
        ("app_key", APP.to_owned()),
        ("timestamp", timestamp.to_string()),
        ("sign", sign(timestamp, SECRET)),
    ]
}

pub fn message(target: &str, id: &str) -> Value {
    json!({
        "target_type": 2,
        "target_value": target,
        "verify_registration_id": true,
        "notification": {
            "app_message_id": id,
            "style": 1,
            "title": "Message revoked",
            "content": "This message was revoked",
            "notify_id": 123_456,
            "click_action_type": 0,
            "off_line": true,
            "off_line_ttl": 86400,
            "channel_id": "service",
            "category": "IM",
            "notify_level": 1,
        },
    })
}

/// A message with one place of it replaced.
pub fn spoiled(pointer: &str, value: Value) -> Value {
    let mut message = message("device-1", "rv-1");
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    message.pointer_mut(parent).unwrap()[name] = value;
    message
}

impl World {
    pub async fn oppo_devices(&self, tokens: &[&str]) {
        self.devices("oppo", APP, tokens, "active").await;
    }

    pub fn oppo_form(&self, path: &str, form: &[(&'static str, String)]) -> RequestBuilder {
        self.client
            .post(format!("{}{path}", self.sim.url("oppo")))
            .header("content-type", "application/x-www-form-urlencoded; charset=UTF-8")
            .body(encoded(form))
    }

    pub async fn oppo_login(&self) -> String {
        let (_, body) = asked(self.oppo_form("/server/v1/auth", &login_form())).await;
        body["data"]["auth_token"].as_str().unwrap().to_owned()
    }

    pub fn oppo_request(&self, session: &str, message: &Value) -> RequestBuilder {
        let form = [("auth_token", session.to_owned()), ("message", message.to_string())];
        self.oppo_form("/server/v1/message/notification/unicast", &form)
    }

    /// The answer, which must be HTTP 200.
    pub async fn oppo_send(&self, session: &str, message: &Value) -> Value {
        let (status, body) = asked(self.oppo_request(session, message)).await;
        assert_eq!(status, 200);
        body
    }

    pub async fn oppo_batch(&self, session: &str, messages: &[Value]) -> Value {
        let form = [("auth_token", session.to_owned()), ("messages", json!(messages).to_string())];
        asked(self.oppo_form("/server/v1/message/notification/unicast_batch", &form))
            .await
            .1
    }
}
