//! FCM's session: an access token, good for an hour, for an assertion that the service account signs (RS256).

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use revocation_rules::channel::Channel;
use revocation_rules::retry::AttemptFailure;
use serde::Serialize;

use super::settings::Account;
use crate::driver::{Given, Login, Told, form, post};
use crate::oauth;

const PATH: &str = "/token";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// Whom the assertion is for, wherever it is sent to.
const AUDIENCE: &str = "https://oauth2.googleapis.com/token";
/// No more than sending needs.
const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
const GOOD_FOR_S: i64 = 3_600;

pub(super) struct FcmLogin {
    pub auth_url: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

/// `None` for a key that does not sign; one that was parsed does.
fn assertion(account: &Account, now: Timestamp) -> Option<String> {
    let key = EncodingKey::from_rsa_pem(account.private_key.expose().as_bytes()).ok()?;
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(account.private_key_id.clone());
    let iat = now.as_second();
    let claims = Claims {
        iss: &account.client_email,
        scope: SCOPE,
        aud: AUDIENCE,
        iat,
        exp: iat + GOOD_FOR_S,
    };
    jsonwebtoken::encode(&header, &claims, &key).ok()
}

impl Login<Account> for FcmLogin {
    fn request(&self, account: &Account, now: Timestamp) -> Option<Request<Full<Bytes>>> {
        let url = format!("{}{PATH}", self.auth_url);
        let form = form([("grant_type", GRANT), ("assertion", &assertion(account, now)?)]);
        post(&url, "application/x-www-form-urlencoded", form)
    }

    fn read(&self, told: &Told<'_>) -> Result<Given, AttemptFailure> {
        oauth::read(Channel::Fcm, told)
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation};
    use serde_json::{Value, json};

    use super::super::settings::tests::{KEY, credentials};
    use super::*;

    #[test]
    fn an_assertion_says_who_asks_for_what_and_is_signed() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let jwt = assertion(&credentials().account, now).unwrap();
        let public = DecodingKey::from_rsa_pem(KEY.public_key_pem().as_bytes()).unwrap();
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[AUDIENCE]);
        validation.validate_exp = false;
        let read = jsonwebtoken::decode::<Value>(&jwt, &public, &validation).unwrap();
        assert_eq!(
            read.claims,
            json!({
                "iss": "push@demo-project.iam.gserviceaccount.com", "aud": "https://oauth2.googleapis.com/token",
                "scope": "https://www.googleapis.com/auth/firebase.messaging", "iat": 1_800_000_000, "exp": 1_800_003_600
            })
        );
        assert_eq!((read.header.kid.as_deref(), read.header.alg), (Some("0123"), Algorithm::RS256));
    }

    #[test]
    fn it_is_a_form_to_the_address_of_the_deployment() {
        let login = FcmLogin {
            auth_url: "https://127.0.0.1:1".to_owned(),
        };
        let request = login.request(&credentials().account, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(
            (request.method().as_str(), request.uri().to_string().as_str()),
            ("POST", "https://127.0.0.1:1/token")
        );
        assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
    }
}
