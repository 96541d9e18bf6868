//! `POST /token`, or `POST /oauth2/v4/token`, the older address: a signed assertion for an access token.

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
/// Whom an assertion is for, wherever in the world it was sent.
pub(super) const AUDIENCE: &str = "https://oauth2.googleapis.com/token";
/// The same at the older address, where `google-auth-library` 9 for Node.js still logs in.
pub(super) const OLDER_AUDIENCE: &str = "https://www.googleapis.com/oauth2/v4/token";

impl Fcm {
    pub(super) fn login(&self, call: &Call, audience: &str) -> Reply {
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
        let project = match self.project(assertion, audience) {
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

    /// The project that the assertion lets send for. One that names no key may be signed with any.
    fn project(&self, assertion: &str, audience: &str) -> Result<String, Refused> {
        let assertion = Assertion::read(assertion)?;
        let keys = lock(&self.keys);
        let may_be = |id: &String| assertion.key_id.as_ref().is_none_or(|named| named == id);
        for (_, key) in keys.iter().filter(|(id, _)| may_be(id)) {
            match key.check_signature(&assertion) {
                Ok(()) => {
                    key.check_claims(&assertion, audience)?;
                    return Ok(key.project_id.clone());
                }
                Err(Refused::Unknown(_)) => {}
                Err(broken @ Refused::Broken(_)) => return Err(broken),
            }
        }
        Err(Refused::Unknown("Invalid JWT Signature."))
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
