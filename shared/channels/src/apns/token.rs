//! Apple's session: a provider token that we sign ourselves (ES256).
//!
//! Apple takes one for an hour, and minds it being signed anew more often than
//! every 20 minutes. We sign after 50 minutes. When Apple calls a token
//! expired before that, we sign one more at once, but not two within 20
//! minutes: then our clock is wrong, and signing again would not mend it.

use http::HeaderValue;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use revocation_rules::retry::AttemptFailure;
use serde::Serialize;

use super::settings::Account;
use crate::answers::misconfigured;
use crate::single_flight::{Kept, SingleFlight};

const USED_FOR: SignedDuration = SignedDuration::from_mins(50);
const KEPT_AT_LEAST: SignedDuration = SignedDuration::from_mins(20);

/// The `authorization` header of a token.
#[derive(Clone)]
pub(super) struct ProviderToken {
    pub header: HeaderValue,
    signed_at: Timestamp,
    /// When Apple made us sign it early: the signing of the one before.
    early: bool,
}

pub(super) struct ProviderTokens {
    kept: SingleFlight<Account, ProviderToken>,
}

impl ProviderTokens {
    pub fn new() -> Self {
        Self { kept: SingleFlight::new() }
    }

    /// The account's token.
    pub async fn read(&self, account: &Account, now: Timestamp) -> Result<Kept<ProviderToken>, AttemptFailure> {
        self.kept
            .obtain(account.clone(), now, None, || async { sign(account, now, false) })
            .await
    }

    /// Another token than `expired`, which Apple no longer takes.
    pub async fn read_after(
        &self,
        account: &Account,
        now: Timestamp,
        expired: &Kept<ProviderToken>,
    ) -> Result<Kept<ProviderToken>, AttemptFailure> {
        let is_young = now.duration_since(expired.value.signed_at) < KEPT_AT_LEAST;
        if is_young && expired.value.early {
            return Err(misconfigured("apns:ExpiredProviderToken"));
        }
        let make = || async { sign(account, now, is_young) };
        self.kept.obtain(account.clone(), now, Some(expired.version), make).await
    }
}

fn sign(account: &Account, now: Timestamp, early: bool) -> Result<(ProviderToken, Timestamp), AttemptFailure> {
    #[derive(Serialize)]
    struct Claims<'a> {
        iss: &'a str,
        iat: i64,
    }
    let bad = || misconfigured("apns:bad_credentials");
    let key = EncodingKey::from_ec_pem(account.private_key_pem.expose().as_bytes()).map_err(|_| bad())?;
    let mut header = Header::new(Algorithm::ES256);
    header.typ = None;
    header.kid = Some(account.key_id.clone());
    let claims = Claims {
        iss: &account.team_id,
        iat: now.as_second(),
    };
    let jwt = jsonwebtoken::encode(&header, &claims, &key).map_err(|_| bad())?;
    // Not marked as sensitive: HTTP/2 then sends it once a connection, not once a request.
    // Nothing here formats a header.
    let header = HeaderValue::try_from(format!("bearer {jwt}")).map_err(|_| bad())?;
    let token = ProviderToken {
        header,
        signed_at: now,
        early,
    };
    Ok((token, now.saturating_add(USED_FOR).unwrap_or(now)))
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation};

    use super::super::settings::Environment;
    use super::*;

    fn account() -> (Account, DecodingKey) {
        let pair = rcgen::KeyPair::generate().unwrap();
        let public = DecodingKey::from_ec_pem(pair.public_key_pem().as_bytes()).unwrap();
        let account = Account {
            team_id: "TEAM".to_owned(),
            key_id: "KEY".to_owned(),
            private_key_pem: pair.serialize_pem().as_str().into(),
            environment: Environment::Production,
        };
        (account, public)
    }

    fn at(mins: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + mins * 60).unwrap()
    }

    #[tokio::test]
    async fn a_token_says_who_and_when_and_is_signed() {
        let (account, public) = account();
        let token = ProviderTokens::new().read(&account, at(0)).await.unwrap_or_else(|_| unreachable!());
        let jwt = token.value.header.to_str().unwrap().strip_prefix("bearer ").unwrap();
        let mut validation = Validation::new(Algorithm::ES256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        let read = jsonwebtoken::decode::<serde_json::Value>(jwt, &public, &validation).unwrap();
        assert_eq!(read.claims, serde_json::json!({"iss": "TEAM", "iat": 1_800_000_000}));
        assert_eq!(read.header.kid.as_deref(), Some("KEY"));
    }

    #[tokio::test]
    async fn a_token_is_used_for_50_minutes() {
        let (account, _) = account();
        let tokens = ProviderTokens::new();
        let mut versions = Vec::new();
        for mins in [0, 20, 49, 50, 99] {
            versions.push(tokens.read(&account, at(mins)).await.unwrap_or_else(|_| unreachable!()).version);
        }
        assert_eq!(versions, [1, 1, 1, 2, 2]);
    }

    #[tokio::test]
    async fn an_expired_token_is_signed_anew_but_not_twice_in_20_minutes() {
        let (account, _) = account();
        let tokens = ProviderTokens::new();
        let first = tokens.read(&account, at(0)).await.unwrap_or_else(|_| unreachable!());
        let second = tokens.read_after(&account, at(1), &first).await.unwrap_or_else(|_| unreachable!());
        assert_eq!(second.version, 2);
        let again = tokens.read_after(&account, at(2), &second).await;
        assert_eq!(again.err(), Some(misconfigured("apns:ExpiredProviderToken")));
        let third = tokens
            .read_after(&account, at(21), &second)
            .await
            .unwrap_or_else(|_| unreachable!());
        assert_eq!(third.version, 3);
    }
}
