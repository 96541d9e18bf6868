//! Requests to Huawei, correct unless a test spoils them.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::World;

pub const APP: &str = "104410638";
pub const SECRET: &str = "a-client-secret";

/// Status and body of an answer.
pub struct Answered {
    pub status: u16,
    pub body: Value,
}

impl Answered {
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

pub fn message(tokens: &[&str]) -> Value {
    json!({
        "validate_only": false,
        "message": {
            "token": tokens,
            "android": {
                "urgency": "NORMAL",
                "ttl": "86400s",
                "category": "WORK",
                "target_user_type": 0,
                "notification": {
                    "title": "Message revoked",
                    "body": "This message was revoked",
                    "click_action": { "type": 3 },
                    "notify_id": 123_456,
                    "importance": "LOW",
                    "foreground_show": true,
                },
            },
        },
    })
}

/// The same with one place of it replaced.
pub fn spoiled(pointer: &str, value: Value) -> Value {
    let mut message = message(&["device-1"]);
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    message.pointer_mut(parent).unwrap()[name] = value;
    message
}

/// The same with one place of it removed.
pub fn without(pointer: &str) -> Value {
    let mut message = message(&["device-1"]);
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = message.pointer_mut(parent).unwrap();
    parent.as_object_mut().unwrap().remove(name).unwrap();
    message
}

impl World {
    pub async fn huawei_devices(&self, tokens: &[&str]) {
        self.control(
            "/devices",
            json!({ "vendor": "huawei", "app": APP, "tokens": tokens, "state": "active" }),
        )
        .await;
    }

    pub fn login_form(&self, form: &str) -> RequestBuilder {
        self.client
            .post(format!("{}/oauth2/v3/token", self.sim.url("huawei")))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned())
    }

    pub async fn login(&self) -> String {
        let form = format!("grant_type=client_credentials&client_id={APP}&client_secret={SECRET}");
        let answer = self.login_form(&form).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    pub fn huawei_request(&self, session: &str, body: &Value) -> RequestBuilder {
        self.client
            .post(format!("{}/v1/{APP}/messages:send", self.sim.url("huawei")))
            .header("authorization", format!("Bearer {session}"))
            .header("content-type", "application/json;charset=utf-8")
            .body(body.to_string())
    }

    pub async fn huawei_send(&self, session: &str, body: &Value) -> Answered {
        answered(self.huawei_request(session, body)).await
    }
}

pub async fn answered(request: RequestBuilder) -> Answered {
    let answer = request.send().await.unwrap();
    Answered {
        status: answer.status().as_u16(),
        body: answer.json().await.unwrap_or_default(),
    }
}
