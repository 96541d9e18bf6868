//! Requests to vivo, correct unless a test spoils them.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::apns::now_ms;
use super::{World, asked};

pub const APP: i64 = 10004;
pub const KEY: &str = "vivo-app-key";
pub const SECRET: &str = "vivo-app-secret";

pub fn sign(timestamp: u64, secret: &str) -> String {
    format!("{:x}", md5::compute(format!("{APP}{KEY}{timestamp}{secret}")))
}

pub fn login_body(timestamp: u64) -> Value {
    json!({ "appId": APP, "appKey": KEY, "timestamp": timestamp, "sign": sign(timestamp, SECRET) })
}

/// What `saveListPayload` takes.
pub fn payload() -> Value {
    json!({
        "appId": APP,
        "notifyType": 1,
        "notifyId": 123_456,
        "title": "Message revoked",
        "content": "This message was revoked",
        "timeToLive": 86400,
        "skipType": 1,
        "networkType": -1,
        "classification": 1,
        "category": "IM",
        "pushMode": 0,
        "requestId": "rv-1",
        "foregroundShow": true,
    })
}

/// What `send` takes.
pub fn message(target: &str) -> Value {
    changed(&payload(), "regId", json!(target))
}

pub fn list(targets: &[&str], task: &str) -> Value {
    json!({ "appId": APP, "regIds": targets, "taskId": task, "requestId": "rv-2" })
}

pub fn recall(task: &str) -> Value {
    json!({ "appId": APP, "taskId": task })
}

/// With one field set; null removes it.
pub fn changed(body: &Value, name: &str, value: Value) -> Value {
    let mut body = body.clone();
    if value.is_null() {
        body.as_object_mut().unwrap().remove(name);
    } else {
        body[name] = value;
    }
    body
}

impl World {
    pub async fn vivo_devices(&self, tokens: &[&str]) {
        self.devices("vivo", &APP.to_string(), tokens, "active").await;
    }

    pub fn vivo_bare(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client
            .post(format!("{}/message/{path}", self.sim.url("vivo")))
            .header("content-type", "application/json")
            .body(body.to_string())
    }

    pub fn vivo_request(&self, session: &str, path: &str, body: &Value) -> RequestBuilder {
        self.vivo_bare(path, body).header("authToken", session)
    }

    pub async fn vivo_login(&self) -> String {
        let (_, body) = asked(self.vivo_bare("auth", &login_body(now_ms()))).await;
        body["authToken"].as_str().unwrap().to_owned()
    }

    /// The answer, which must be HTTP 200.
    pub async fn vivo(&self, session: &str, path: &str, body: &Value) -> Value {
        let (status, body) = asked(self.vivo_request(session, path, body)).await;
        assert_eq!(status, 200);
        body
    }

    /// Saves the usual message for lists.
    pub async fn vivo_saved(&self, session: &str) -> String {
        let answer = self.vivo(session, "saveListPayload", &payload()).await;
        answer["taskId"].as_str().unwrap().to_owned()
    }
}
