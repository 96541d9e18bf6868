//! `POST /token`: a signed assertion for an access token.

use http::{Method, StatusCode};
use serde_json::json;

use super::Fcm;
use super::assertion::{Assertion, Refused};
use crate::desk::{fault_before_effect, lock};
use crate::faults::Occasion;
use crate::forms::Form;
use crate::wire::{Answer, Call, Reply};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const LIFETIME_S: u64 = 3_600;

impl Fcm {
    pub(super) fn login(&self, call: &Call) -> Reply {
        self.desk.stats.login();
        if call.method != Method::POST {
            return self.desk.broken("login: not POST", Answer::empty(StatusCode::METHOD_NOT_ALLOWED));
        }
        let form = match Form::read(call) {
            Ok(form) => form,
            Err(what) => return self.bad_login(what, "invalid_request"),
        };
        if !form.has_only(&["grant_type", "assertion"]) {
            return self.bad_login("an unknown parameter", "invalid_request");
        }
        if form.get("grant_type") != Some(GRANT) {
            return self.bad_login("the grant type is not jwt-bearer", "unsupported_grant_type");
        }
        let Some(assertion) = form.filled("assertion") else {
            return self.bad_login("the assertion is missing", "invalid_request");
        };
        let project = match self.project(assertion) {
            Ok(project) => project,
            // Not a violation: another key in the configuration is the operator's.
            Err(Refused::Unknown(what)) => return refusal("invalid_grant", what).into(),
            Err(Refused::Broken(what)) => return self.bad_login(&format!("assertion: {what}"), "invalid_grant"),
        };
        if let Some(fault) = fault_before_effect(self, Occasion::Login) {
            return fault;
        }
        Answer::json(
            StatusCode::OK,
            &json!({
                "access_token": self.sessions.open::<48>(project, LIFETIME_S),
                "expires_in": LIFETIME_S - 1,
                "token_type": "Bearer",
            }),
        )
        .into()
    }

    /// The project that the assertion lets send for.
    fn project(&self, assertion: &str) -> Result<String, Refused> {
        let assertion = Assertion::read(assertion)?;
        let keys = lock(&self.keys);
        let key = keys.get(&assertion.key_id).ok_or(Refused::Unknown("Invalid JWT Signature."))?;
        key.check(&assertion)?;
        Ok(key.project_id.clone())
    }

    fn bad_login(&self, what: &str, error: &str) -> Reply {
        self.desk.broken(&format!("login: {what}"), refusal(error, what))
    }
}

fn refusal(error: &str, description: &str) -> Answer {
    Answer::json(
        StatusCode::BAD_REQUEST,
        &json!({ "error": error, "error_description": description }),
    )
}
