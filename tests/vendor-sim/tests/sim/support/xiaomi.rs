//! Requests to Xiaomi, correct unless a test spoils them.

use reqwest::RequestBuilder;
use serde_json::Value;

use super::{World, asked, encoded, form_with};

pub const PACKAGE: &str = "com.example.shop";
pub const SECRET: &str = "a-xiaomi-secret";

type Form = Vec<(&'static str, String)>;

pub fn message(targets: &str) -> Form {
    [
        ("registration_id", targets),
        ("restricted_package_name", PACKAGE),
        ("title", "Message revoked"),
        ("description", "This message was revoked"),
        ("notify_id", "123456"),
        ("notify_type", "0"),
        ("pass_through", "0"),
        ("time_to_live", "86400000"),
        ("payload", "{}"),
        ("extra.channel_id", "service"),
        ("extra.notify_foreground", "1"),
        ("extra.own", "value"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

pub fn spoiled(changes: &[(&'static str, &str)]) -> Form {
    form_with(&message("device-1"), changes)
}

pub fn revocation(targets: &str) -> Form {
    [
        ("registration_ids", targets),
        ("restricted_package_name", PACKAGE),
        ("notify_id", "123456"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

impl World {
    pub async fn xiaomi_devices(&self, tokens: &[&str]) {
        self.devices("xiaomi", PACKAGE, tokens, "active").await;
    }

    pub fn xiaomi_request(&self, path: &str, form: &Form) -> RequestBuilder {
        self.client
            .post(format!("{}{path}", self.sim.url("xiaomi")))
            .header("authorization", format!("key={SECRET}"))
            .header("content-type", "application/x-www-form-urlencoded;charset=UTF-8")
            .body(encoded(form))
    }

    /// The answer, which must be HTTP 200.
    pub async fn xiaomi(&self, path: &str, form: &Form) -> Value {
        let (status, body) = asked(self.xiaomi_request(path, form)).await;
        assert_eq!(status, 200);
        body
    }

    pub async fn xiaomi_send(&self, form: &Form) -> Value {
        self.xiaomi("/v3/message/regid", form).await
    }

    pub async fn xiaomi_revoke(&self, form: &Form) -> Value {
        self.xiaomi("/v3/message/regid/revoke", form).await
    }
}
