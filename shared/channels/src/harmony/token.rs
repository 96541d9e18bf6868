//! The session: a token that the service account signs for itself (PS256). Pure.
//!
//! Huawei takes one until its own end, which may be a day ahead; its guide says
//! an hour, and to use it for so long. Signing takes its time, as the keys have
//! 4,096 bits: all workers use the same token.

use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use revocation_rules::retry::AttemptFailure;
use serde::Serialize;

use super::settings::Account;
use crate::answers::misconfigured;
use crate::driver::Given;
use crate::sessions::AccountKey;

/// The same for everybody, wherever the push service is.
const AUDIENCE: &str = "https://oauth-login.cloud.huawei.com/oauth2/v3/token";
const GOOD_FOR: Duration = Duration::from_hours(1);

/// These four, and no other.
#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: &'a str,
    iat: i64,
    exp: i64,
}

impl AccountKey for Account {
    fn parts(&self) -> Vec<&str> {
        vec![
            &self.project_id,
            &self.client_id,
            &self.key_id,
            &self.issuer,
            self.private_key.expose(),
        ]
    }
}

pub(super) fn sign(account: &Account, now: Timestamp) -> Result<Given, AttemptFailure> {
    let bad_credentials = || misconfigured("harmony:bad_credentials");
    let key = EncodingKey::from_rsa_pem(account.private_key.expose().as_bytes()).map_err(|_| bad_credentials())?;
    let mut header = Header::new(Algorithm::PS256);
    header.kid = Some(account.key_id.clone());
    let iat = now.as_second();
    let claims = Claims {
        aud: AUDIENCE,
        iss: &account.issuer,
        iat,
        exp: iat.saturating_add(GOOD_FOR.as_secs().cast_signed()),
    };
    let token = jsonwebtoken::encode(&header, &claims, &key).map_err(|_| bad_credentials())?;
    Ok(Given {
        text: token.into(),
        good_for: GOOD_FOR,
    })
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation};
    use serde_json::{Value, json};

    use super::super::settings::HarmonyCredentials;
    use super::super::settings::tests::{KEY, document};
    use super::*;
    use crate::driver::VendorCredentials;

    fn account() -> Account {
        HarmonyCredentials::parse(&document().to_string()).unwrap().account
    }

    #[test]
    fn a_token_says_who_for_how_long_and_nothing_else_and_is_signed() {
        let given = sign(&account(), Timestamp::from_second(1_800_000_000).unwrap()).unwrap_or_else(|_| unreachable!());
        assert_eq!(given.good_for, Duration::from_hours(1));
        let public = DecodingKey::from_rsa_pem(KEY.public_key_pem().as_bytes()).unwrap();
        let mut validation = Validation::new(Algorithm::PS256);
        validation.validate_exp = false;
        validation.set_audience(&[AUDIENCE]);
        let read = jsonwebtoken::decode::<Value>(given.text.expose(), &public, &validation).unwrap();
        assert_eq!(
            read.claims,
            json!({"aud": AUDIENCE, "iss": "110088", "iat": 1_800_000_000, "exp": 1_800_003_600})
        );
        let header = serde_json::to_value(&read.header).unwrap();
        assert_eq!(header, json!({"alg": "PS256", "typ": "JWT", "kid": "a-key"}));
    }

    #[test]
    fn a_key_that_can_not_sign_is_a_setting() {
        let bad = Account {
            private_key: "not a key".into(),
            ..account()
        };
        assert_eq!(
            sign(&bad, Timestamp::UNIX_EPOCH).err(),
            Some(misconfigured("harmony:bad_credentials"))
        );
    }
}
