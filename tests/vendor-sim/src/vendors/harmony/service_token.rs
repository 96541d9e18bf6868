//! The tokens of service accounts: PS256 JWTs, signed with the account's RSA key by whoever calls.
//!
//! A token is good until its own end, which may be a day after its beginning at most. RS256 is not taken, nor are
//! claims beside the four that are described.

use std::collections::{HashMap, HashSet};

use aws_lc_rs::signature::RSA_PSS_2048_8192_SHA256;
use serde::Deserialize;

use crate::clock::now_s;
use crate::jwt::{Digest, Jwt, Verifier, fingerprint};

const AUDIENCE: &str = "https://oauth-login.cloud.huawei.com/oauth2/v3/token";
const LONGEST_S: u64 = 24 * 3600;

/// The signing keys of all registered service accounts, by their ids.
#[derive(Default)]
pub struct Keys(HashMap<String, Key>);

struct Key {
    sub_account: String,
    project_id: String,
    verifier: Verifier,
    seen: HashSet<Digest>,
    /// Expired by the control API.
    expired: HashSet<Digest>,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    Invalid(&'static str),
    /// A key that nobody registered: a setting of the caller's, and no breach of the contract.
    UnknownKey,
    /// Good for more than a day.
    TooLong,
    /// Expired by the clock, which a careful caller does not let happen.
    TooOld,
    /// Expired by the control API.
    Expired,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    aud: String,
    iss: String,
    iat: u64,
    exp: u64,
}

impl Keys {
    pub fn register(&mut self, key_id: &str, sub_account: &str, project_id: &str, public_key_pem: &str) -> Result<(), String> {
        let key = Key {
            sub_account: sub_account.to_owned(),
            project_id: project_id.to_owned(),
            verifier: Verifier::from_pem(&RSA_PSS_2048_8192_SHA256, public_key_pem)?,
            seen: HashSet::new(),
            expired: HashSet::new(),
        };
        self.0.insert(key_id.to_owned(), key);
        Ok(())
    }

    pub fn expire_seen(&mut self) {
        for key in self.0.values_mut() {
            key.expired.extend(key.seen.drain());
        }
    }

    pub fn forget(&mut self) {
        self.0.clear();
    }

    /// Checks a token and returns the project that it speaks for.
    pub fn check(&mut self, token: &str) -> Result<String, TokenError> {
        let jwt = Jwt::split(token).ok_or(TokenError::Invalid("not three parts"))?;
        let header: Header = jwt.header().ok_or(TokenError::Invalid("the header"))?;
        if header.alg != "PS256" {
            return Err(TokenError::Invalid("alg is not PS256"));
        }
        if header.typ != "JWT" {
            return Err(TokenError::Invalid("typ is not JWT"));
        }
        let key = self.0.get_mut(&header.kid).ok_or(TokenError::UnknownKey)?;
        key.verifier.check(&jwt).map_err(|bad| TokenError::Invalid(bad.as_str()))?;
        let claims: Claims = jwt.claims().ok_or(TokenError::Invalid("the claims"))?;
        key.check(&claims, now_s())?;
        let fingerprint = fingerprint(token);
        if key.expired.contains(&fingerprint) {
            return Err(TokenError::Expired);
        }
        key.seen.insert(fingerprint);
        Ok(key.project_id.clone())
    }
}

impl Key {
    fn check(&self, claims: &Claims, now: u64) -> Result<(), TokenError> {
        if claims.aud != AUDIENCE {
            return Err(TokenError::Invalid("aud is not the login's address"));
        }
        if claims.iss != self.sub_account {
            return Err(TokenError::Invalid("iss is not the key's account"));
        }
        // Clocks that are a few seconds apart are everybody's.
        if claims.iat > now + 60 {
            return Err(TokenError::Invalid("iat is in the future"));
        }
        if claims.exp <= claims.iat {
            return Err(TokenError::Invalid("exp is not after iat"));
        }
        if claims.exp - claims.iat > LONGEST_S {
            return Err(TokenError::TooLong);
        }
        if claims.exp <= now {
            return Err(TokenError::TooOld);
        }
        Ok(())
    }
}
