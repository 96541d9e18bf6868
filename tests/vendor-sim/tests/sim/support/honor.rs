//! Requests to Honor, correct unless a test spoils them.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::apns::now_ms;
use super::{World, asked};

pub const APP: &str = "104410638";
pub const CLIENT: &str = "an-honor-client";
pub const SECRET: &str = "an-honor-secret";

pub fn message(tokens: &[&str]) -> Value {
    json!({
        "token": tokens,
        "android": {
            "ttl": "86400s",
            "targetUserType": 0,
            "notification": {
                "title": "Message revoked",
                "body": "This message was revoked",
                "clickAction": { "type": 3 },
                "importance": "NORMAL",
                "notifyId": 123_456,
            },
        },
    })
}

/// The same with one place of it replaced; null removes it.
pub fn spoiled(pointer: &str, value: Value) -> Value {
    let mut message = message(&["device-1"]);
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = message.pointer_mut(parent).unwrap();
    if value.is_null() {
        parent.as_object_mut().unwrap().remove(name).unwrap();
    } else {
        parent[name] = value;
    }
    message
}

impl World {
    pub async fn honor_devices(&self, tokens: &[&str]) {
        self.devices("honor", APP, tokens, "active").await;
    }

    pub fn honor_form(&self, path: &str, form: &str) -> RequestBuilder {
        self.client
            .post(format!("{}{path}", self.sim.url("honor")))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned())
    }

    pub async fn honor_login(&self) -> String {
        let form = format!("grant_type=client_credentials&client_id={CLIENT}&client_secret={SECRET}");
        let (_, body) = asked(self.honor_form("/auth/token", &form)).await;
        body["access_token"].as_str().unwrap().to_owned()
    }

    /// Without a timestamp.
    pub fn honor_untimed(&self, session: &str, body: &Value) -> RequestBuilder {
        self.client
            .post(format!("{}/api/v1/{APP}/sendMessage", self.sim.url("honor")))
            .header("authorization", format!("Bearer {session}"))
            .header("content-type", "application/json; charset=UTF-8")
            .body(body.to_string())
    }

    pub fn honor_request(&self, session: &str, body: &Value) -> RequestBuilder {
        self.honor_untimed(session, body).header("timestamp", now_ms())
    }

    /// The answer, which must be HTTP 200.
    pub async fn honor_send(&self, session: &str, body: &Value) -> Value {
        let (status, body) = asked(self.honor_request(session, body)).await;
        assert_eq!(status, 200);
        body
    }
}
