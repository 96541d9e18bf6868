//! `POST /oauth2/v3/token`: client credentials for an access token.

use std::collections::HashMap;

use http::{Method, StatusCode};
use serde_json::json;

use super::{Huawei, codes};
use crate::desk::{fault_before_effect, lock};
use crate::faults::Occasion;
use crate::wire::{Answer, Call, Reply};

const LIFETIME_S: u64 = 3600;

impl Huawei {
    pub(super) fn login(&self, call: &Call) -> Reply {
        self.desk.stats.login();
        if call.method != Method::POST {
            return self
                .desk
                .broken("login: not POST", codes::http_only(StatusCode::METHOD_NOT_ALLOWED));
        }
        let content_type = call.header("content-type").unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return self.bad_login("the content type is not a form", 1101, 20001);
        }
        let form: HashMap<_, _> = form_urlencoded::parse(&call.body).collect();
        let known = ["grant_type", "client_id", "client_secret"];
        if form.len() != form_urlencoded::parse(&call.body).count() || form.keys().any(|name| !known.contains(&name.as_ref())) {
            return self.bad_login("an unknown or repeated parameter", 1101, 20001);
        }
        let [Some(grant), Some(id), Some(secret)] = known.map(|name| form.get(name)) else {
            return self.bad_login("a parameter is missing", 1102, 20002);
        };
        if grant != "client_credentials" {
            return self.bad_login("the grant type is not client_credentials", 1105, 20005);
        }
        let correct = lock(&self.apps)
            .get(id.as_ref())
            .is_some_and(|app| app.client_secret == secret.as_ref());
        if !correct {
            // Not a violation: a wrong secret in the configuration is the operator's.
            return refusal(StatusCode::UNAUTHORIZED, 1203, 20044, "invalid client id or secret").into();
        }
        if let Some(fault) = fault_before_effect(self, Occasion::Login) {
            return fault;
        }

        let access_token = self.sessions.open::<48>(id.to_string(), LIFETIME_S);
        Answer::json(
            StatusCode::OK,
            &json!({
                "access_token": access_token,
                "expires_in": LIFETIME_S,
                "token_type": "Bearer",
            }),
        )
        .into()
    }

    fn bad_login(&self, what: &str, error: u32, sub_error: u32) -> Reply {
        self.desk
            .broken(&format!("login: {what}"), refusal(StatusCode::BAD_REQUEST, error, sub_error, what))
    }
}

fn refusal(status: StatusCode, error: u32, sub_error: u32, description: &str) -> Answer {
    Answer::json(
        status,
        &json!({
            "error": error,
            "sub_error": sub_error,
            "error_description": description,
        }),
    )
}
