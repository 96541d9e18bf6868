//! The push vendors: a yes to everything, in each vendor's own form, or a no to every tenth device.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bytes::Bytes;
use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// One of these nos for every so many devices, where some are refused.
const ONE_IN: usize = 10;

/// All vendors at one address: their paths differ.
#[derive(Debug, Default)]
pub struct FastVendor {
    refuses_some: AtomicBool,
    calls: AtomicU64,
    devices: AtomicU64,
}

impl FastVendor {
    /// From now on every tenth device is unknown to its vendor, or all are known again.
    pub fn refuse_some(&self, some: bool) {
        self.refuses_some.store(some, Ordering::Relaxed);
    }

    /// Calls, logins apart, and devices in them, since this was last called.
    pub fn take_counts(&self) -> (u64, u64) {
        (self.calls.swap(0, Ordering::Relaxed), self.devices.swap(0, Ordering::Relaxed))
    }

    /// Answers one request; `None` for what is no vendor's.
    pub fn answer(&self, method: &Method, path: &str, body: &[u8]) -> Option<(StatusCode, Bytes)> {
        if method != Method::POST {
            return None;
        }
        if let Some(token) = path.strip_prefix("/3/device/") {
            return Some(self.apple(token));
        }
        if path.starts_with("/v1/projects/") {
            return self.firebase(body);
        }
        let answer = match path {
            "/token" => json!({"access_token": "firebase-session", "expires_in": 3599, "token_type": "Bearer"}),
            "/oauth2/v3/token" => json!({"access_token": "huawei-session", "expires_in": 3600, "token_type": "Bearer"}),
            "/server/v1/auth" => json!({"code": 0, "message": "Success", "data": {"auth_token": "oppo-session", "create_time": "1"}}),
            "/message/auth" => json!({"result": 0, "desc": "ok", "authToken": "vivo-session"}),
            "/message/saveListPayload" => json!({"result": 0, "desc": "ok", "taskId": "448462877904261120"}),
            "/message/pushToList" => self.vivo(body)?,
            "/v3/message/regid" | "/v3/message/regid/revoke" => self.xiaomi(body)?,
            "/server/v1/message/notification/unicast_batch" => self.oppo(body)?,
            _ if path.ends_with("/messages:send") => self.huawei(body)?,
            _ => return None,
        };
        Some((StatusCode::OK, answer.to_string().into()))
    }

    fn count(&self, devices: usize) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.devices.fetch_add(devices as u64, Ordering::Relaxed);
    }

    fn is_refused(&self, nth: usize) -> bool {
        self.refuses_some.load(Ordering::Relaxed) && nth.is_multiple_of(ONE_IN)
    }

    fn apple(&self, token: &str) -> (StatusCode, Bytes) {
        self.count(1);
        // Who is refused is told by the token, as requests come in any order.
        let refused = self.refuses_some.load(Ordering::Relaxed) && token.ends_with('0');
        if refused {
            (
                StatusCode::GONE,
                Bytes::from_static(br#"{"reason":"Unregistered","timestamp":1700000000000}"#),
            )
        } else {
            (StatusCode::OK, Bytes::new())
        }
    }

    fn firebase(&self, body: &[u8]) -> Option<(StatusCode, Bytes)> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let token = body["message"]["token"].as_str()?;
        self.count(1);
        // As Apple's: requests come in any order.
        let refused = self.refuses_some.load(Ordering::Relaxed) && token.ends_with('0');
        Some(if refused {
            (
                StatusCode::NOT_FOUND,
                Bytes::from_static(
                    br#"{"error":{"code":404,"message":"Requested entity was not found.","status":"NOT_FOUND","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"UNREGISTERED"}]}}"#,
                ),
            )
        } else {
            (
                StatusCode::OK,
                Bytes::from_static(br#"{"name":"projects/demo-project/messages/0:1700000000000000%31bd1c9631bd1c96"}"#),
            )
        })
    }

    fn huawei(&self, body: &[u8]) -> Option<Value> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let tokens = body["message"]["token"].as_array()?;
        self.count(tokens.len());
        let illegal: Vec<&Value> = (0..tokens.len())
            .filter(|nth| self.is_refused(*nth))
            .map(|nth| &tokens[nth])
            .collect();
        if illegal.is_empty() {
            return Some(json!({"code": "80000000", "msg": "Success", "requestId": "157440955549500001002006"}));
        }
        let told = json!({"success": tokens.len() - illegal.len(), "failure": illegal.len(), "illegal_tokens": illegal});
        Some(json!({"code": "80100000", "msg": told.to_string(), "requestId": "157440955549500001002006"}))
    }

    fn xiaomi(&self, body: &[u8]) -> Option<Value> {
        let ids = field(body, "registration_id")?;
        let ids: Vec<&str> = ids.split(',').collect();
        self.count(ids.len());
        let bad: Vec<&str> = (0..ids.len()).filter(|nth| self.is_refused(*nth)).map(|nth| ids[nth]).collect();
        let data = match bad.as_slice() {
            [] => json!({"id": "sdm1a2b3c"}),
            bad => json!({"id": "sdm1a2b3c", "bad_regids": bad.join(",")}),
        };
        Some(json!({"result": "ok", "trace_id": "Xcm41b00000001", "code": 0, "data": data, "description": "成功", "info": "Received"}))
    }

    fn oppo(&self, body: &[u8]) -> Option<Value> {
        let messages: Value = serde_json::from_str(&field(body, "messages")?).ok()?;
        let messages = messages.as_array()?;
        self.count(messages.len());
        let each = messages.iter().enumerate().map(|(nth, message)| {
            let id = &message["target_value"];
            if self.is_refused(nth) {
                json!({"registrationId": id, "errorCode": 10000, "errorMessage": "Invalid RegistrationId"})
            } else {
                json!({"registrationId": id, "messageId": "5f4f52e1ba1b6d4d2c0e1a2b"})
            }
        });
        Some(json!({"code": 0, "message": "Success", "data": each.collect::<Vec<_>>()}))
    }

    fn vivo(&self, body: &[u8]) -> Option<Value> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let ids = body["regIds"].as_array()?;
        self.count(ids.len());
        let invalid = (0..ids.len()).filter(|nth| self.is_refused(*nth));
        let invalid: Vec<Value> = invalid.map(|nth| json!({"status": 1, "userid": ids[nth]})).collect();
        if invalid.is_empty() {
            return Some(json!({"result": 0, "desc": "ok", "taskId": "448462877904261121"}));
        }
        Some(json!({"result": 0, "desc": "ok", "taskId": "448462877904261121", "invalidUsers": invalid}))
    }
}

/// One field of a form.
fn field(form: &[u8], name: &str) -> Option<String> {
    let form = std::str::from_utf8(form).ok()?;
    let value = form.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    let value = value.replace('+', " ");
    Some(percent_decode_str(&value).decode_utf8().ok()?.into_owned())
}
