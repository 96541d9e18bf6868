//! The login: client credentials for an access token.

use http::{Method, StatusCode};
use serde_json::json;

use super::Honor;
use crate::desk::{fault_before_effect, lock};
use crate::faults::Occasion;
use crate::forms::Form;
use crate::wire::{Answer, Call, Reply};

const LIFETIME_S: u64 = 3600;
const PARAMETERS: [&str; 3] = ["grant_type", "client_id", "client_secret"];

impl Honor {
    pub(super) fn login(&self, call: &Call) -> Reply {
        self.desk.stats.login();
        if call.method != Method::POST {
            return self.desk.broken("login: not POST", Answer::empty(StatusCode::METHOD_NOT_ALLOWED));
        }
        let form = match Form::read(call) {
            Ok(form) => form,
            Err(what) => return self.bad_login(what, "invalid_request"),
        };
        if !form.has_only(&PARAMETERS) {
            return self.bad_login("an unknown parameter", "invalid_request");
        }
        let [Some(grant), Some(id), Some(secret)] = PARAMETERS.map(|name| form.filled(name)) else {
            return self.bad_login("a parameter is missing", "invalid_request");
        };
        if grant != "client_credentials" {
            return self.bad_login("the grant type is not client_credentials", "unsupported_grant_type");
        }
        let correct = lock(&self.apps)
            .values()
            .any(|app| app.client_id == id && app.client_secret == secret);
        if !correct {
            // Not a violation: a wrong secret in the configuration is the operator's.
            return refusal(StatusCode::UNAUTHORIZED, "unauthorized_client", "invalid client id or secret").into();
        }
        if let Some(fault) = fault_before_effect(self, Occasion::Login) {
            return fault;
        }
        let access_token = self.sessions.open::<48>(id.to_owned(), LIFETIME_S);
        let body = json!({ "access_token": access_token, "expires_in": LIFETIME_S, "token_type": "Bearer" });
        Answer::json(StatusCode::OK, &body).into()
    }

    fn bad_login(&self, what: &str, error: &str) -> Reply {
        self.desk
            .broken(&format!("login: {what}"), refusal(StatusCode::BAD_REQUEST, error, what))
    }
}

fn refusal(status: StatusCode, error: &str, description: &str) -> Answer {
    Answer::json(status, &json!({ "error": error, "error_description": description }))
}
