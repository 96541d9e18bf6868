//! `POST /server/v1/auth`: a signature for a token that is good for a day.

use std::fmt::Write;

use aws_lc_rs::digest;
use serde_json::json;

use super::{Oppo, codes};
use crate::clock::now_ms;
use crate::desk::{fault_before_effect, lock};
use crate::faults::Occasion;
use crate::forms::Form;
use crate::wire::{Call, Reply};
use crate::wrong::{Wrong, wrong};

const LIFETIME_S: u64 = 86_400;
const CLOCK_TOLERANCE_MS: u64 = 600_000;

struct Checked {
    app_key: String,
    timestamp: String,
    sign: String,
}

impl Oppo {
    pub(super) fn login(&self, call: &Call) -> Reply {
        self.desk.stats.login();
        let checked = match check(call) {
            Ok(checked) => checked,
            Err(Wrong { code, what }) => {
                return self.wrong(&Wrong {
                    code,
                    what: format!("login: {what}"),
                });
            }
        };
        // Neither is a violation: wrong credentials in the configuration are the operator's.
        let Some(secret) = lock(&self.apps).get(&checked.app_key).cloned() else {
            return codes::error(codes::BAD_APP_KEY, "Invalid AppKey").into();
        };
        if checked.sign != sign(&checked.app_key, &checked.timestamp, &secret) {
            return codes::error(codes::BAD_SIGNATURE, "Invalid Signature").into();
        }
        if let Some(fault) = fault_before_effect(self, Occasion::Login) {
            return fault;
        }
        let token = self.sessions.open::<36>(checked.app_key, LIFETIME_S);
        codes::ok(&json!({ "auth_token": token, "create_time": now_ms() })).into()
    }
}

fn check(call: &Call) -> Result<Checked, Wrong> {
    let form = Form::read(call).or_else(|what| wrong(codes::BAD_ARGUMENT, what))?;
    if !form.has_only(&["app_key", "timestamp", "sign"]) {
        return wrong(codes::BAD_ARGUMENT, "an unknown parameter");
    }
    let Some(app_key) = form.filled("app_key") else {
        return wrong(codes::MISSING_APP_KEY, "app_key is missing");
    };
    let Some(timestamp) = form.filled("timestamp") else {
        return wrong(codes::MISSING_TIMESTAMP, "timestamp is missing");
    };
    let Some(sign) = form.filled("sign") else {
        return wrong(codes::MISSING_SIGNATURE, "sign is missing");
    };
    if timestamp.len() != 13 || !timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
        return wrong(codes::BAD_TIMESTAMP, "timestamp is not milliseconds of 13 digits");
    }
    if timestamp.parse().unwrap_or(0_u64).abs_diff(now_ms()) > CLOCK_TOLERANCE_MS {
        return wrong(codes::BAD_TIMESTAMP, "timestamp is more than 10 minutes off");
    }
    if sign.len() != 64 || !sign.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return wrong(codes::BAD_SIGNATURE, "sign is not 64 hex digits in lower case");
    }
    Ok(Checked {
        app_key: app_key.to_owned(),
        timestamp: timestamp.to_owned(),
        sign: sign.to_owned(),
    })
}

fn sign(app_key: &str, timestamp: &str, secret: &str) -> String {
    let digest = digest::digest(&digest::SHA256, format!("{app_key}{timestamp}{secret}").as_bytes());
    digest.as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
