//! Provider tokens: ES256 JWTs signed with the team's key.
//!
//! A token must be younger than an hour, and a key may not show a different token too often.

use std::collections::HashMap;

use aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED;
use serde::Deserialize;

use crate::clock::now_s;
use crate::jwt::{Digest, Jwt, Verifier, fingerprint};

const LIFETIME_S: u64 = 3600;
const UPDATE_WINDOW_S: u64 = 20 * 60;

/// The signing keys of all registered teams.
#[derive(Default)]
pub struct Keys(HashMap<String, Key>);

struct Key {
    team_id: String,
    verifier: Verifier,
    tokens_per_window: usize,
    /// Correctly signed tokens. Checking a signature ten thousand times is for nobody's good.
    seen: HashMap<Digest, Seen>,
}

struct Seen {
    issued_at_s: u64,
    first_seen_s: u64,
    expired: bool,
}

/// Why a provider token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    Invalid(&'static str),
    /// Expired by the clock, which a careful provider does not let happen.
    TooOld,
    /// Expired by the control API.
    Expired,
    TooManyUpdates,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    iat: u64,
}

impl Keys {
    pub fn register(&mut self, key_id: &str, team_id: &str, public_key_pem: &str, tokens_per_window: usize) -> Result<(), String> {
        let verifier = Verifier::from_pem(&ECDSA_P256_SHA256_FIXED, public_key_pem)?;
        let seen = match self.0.remove(key_id) {
            // A second bundle of the same team must not reset the count.
            Some(known) if known.verifier.is_same(&verifier) => known.seen,
            _ => HashMap::new(),
        };
        let key = Key {
            team_id: team_id.to_owned(),
            verifier,
            tokens_per_window,
            seen,
        };
        self.0.insert(key_id.to_owned(), key);
        Ok(())
    }

    pub fn expire_seen(&mut self) {
        for seen in self.0.values_mut().flat_map(|key| key.seen.values_mut()) {
            seen.expired = true;
        }
    }

    /// Checks a token and returns the team it speaks for.
    pub fn check(&mut self, token: &str) -> Result<String, TokenError> {
        let now = now_s();
        let jwt = Jwt::split(token).ok_or(TokenError::Invalid("not three parts"))?;
        let header: Header = jwt.header().ok_or(TokenError::Invalid("the header"))?;
        if header.alg != "ES256" {
            return Err(TokenError::Invalid("alg is not ES256"));
        }
        let key = self.0.get_mut(&header.kid).ok_or(TokenError::Invalid("an unknown kid"))?;
        let digest = fingerprint(token);
        if !key.seen.contains_key(&digest) {
            let issued_at_s = key.verify(&jwt, now)?;
            let seen = Seen {
                issued_at_s,
                first_seen_s: now,
                expired: false,
            };
            if issued_at_s + LIFETIME_S > now {
                key.admit(now)?;
            }
            key.seen.insert(digest, seen);
        }
        match key.seen.get(&digest) {
            Some(seen) if seen.expired => Err(TokenError::Expired),
            Some(seen) if seen.issued_at_s + LIFETIME_S <= now => Err(TokenError::TooOld),
            _ => Ok(key.team_id.clone()),
        }
    }
}

impl Key {
    fn verify(&self, jwt: &Jwt<'_>, now: u64) -> Result<u64, TokenError> {
        self.verifier.check(jwt).map_err(|bad| TokenError::Invalid(bad.as_str()))?;
        let claims: Claims = jwt.claims().ok_or(TokenError::Invalid("the claims"))?;
        if claims.iss != self.team_id {
            return Err(TokenError::Invalid("iss is not the key's team"));
        }
        if claims.iat > now {
            return Err(TokenError::Invalid("iat is in the future"));
        }
        Ok(claims.iat)
    }

    /// One more token of this key, unless there were too many lately.
    fn admit(&self, now: u64) -> Result<(), TokenError> {
        let lately = self.seen.values().filter(|seen| seen.first_seen_s + UPDATE_WINDOW_S > now).count();
        if lately < self.tokens_per_window {
            Ok(())
        } else {
            Err(TokenError::TooManyUpdates)
        }
    }
}
