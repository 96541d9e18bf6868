//! Requests to Meizu, correct unless a test spoils them.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::{World, asked, encoded};

pub const APP: &str = "100999";
pub const SECRET: &str = "secret-1";
pub const PATH: &str = "/garcia/api/server/push/varnished/pushByPushId";

type Form = Vec<(&'static str, String)>;

pub fn message() -> Value {
    json!({
        "noticeBarInfo": { "noticeMsgType": 1, "noticeBarType": 0, "title": "Message revoked", "content": "消息已撤回" },
        "clickTypeInfo": { "clickType": 0 },
        "pushTimeInfo": { "offLine": 1, "validTime": 24 },
        "advanceInfo": {
            "suspend": 0,
            "clearNoticeBar": 1,
            "notificationType": { "vibrate": 0, "lights": 0, "sound": 0 },
            "notifyKey": "rv9abc",
        },
    })
}

/// A message with one place of it replaced; null removes it.
pub fn spoiled(pointer: &str, value: Value) -> Value {
    let mut message = message();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = message.pointer_mut(parent).unwrap();
    if value.is_null() {
        parent.as_object_mut().unwrap().remove(name).unwrap();
    } else {
        parent[name] = value;
    }
    message
}

/// With its signature, whatever it holds.
pub fn signed(mut form: Form) -> Form {
    let mut sorted = form.clone();
    sorted.sort();
    let parts = sorted.iter().flat_map(|(name, value)| [*name, "=", value.as_str()]);
    let text: String = parts.chain([SECRET]).collect();
    form.push(("sign", format!("{:x}", md5::compute(text))));
    form
}

pub fn push(devices: &str, message: &Value) -> Form {
    signed(vec![
        ("appId", APP.to_owned()),
        ("pushIds", devices.to_owned()),
        ("messageJson", message.to_string()),
    ])
}

impl World {
    pub async fn meizu_devices(&self, tokens: &[&str]) {
        self.devices("meizu", APP, tokens, "active").await;
    }

    pub fn meizu_body(&self, path: &str, body: String) -> RequestBuilder {
        self.client
            .post(format!("{}{path}", self.sim.url("meizu")))
            .header("content-type", "application/x-www-form-urlencoded;charset=UTF-8")
            .body(body)
    }

    /// The answer, which must be HTTP 200.
    pub async fn meizu_form(&self, form: &Form) -> Value {
        let (status, body) = asked(self.meizu_body(PATH, encoded(form))).await;
        assert_eq!(status, 200);
        body
    }

    pub async fn meizu_send(&self, devices: &str, message: &Value) -> Value {
        self.meizu_form(&push(devices, message)).await
    }
}
