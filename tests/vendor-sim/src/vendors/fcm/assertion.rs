//! Assertions: JWTs that a service account signs with RS256 to be let in.

use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
use serde::Deserialize;

use crate::clock::now_s;
use crate::jwt::{BadSignature, Jwt, Verifier};

const LONGEST_S: u64 = 3_600;
/// How far a caller's clock may be ahead.
const AHEAD_S: u64 = 60;
/// One of these lets its bearer send.
const SCOPES: [&str; 3] = [
    "https://www.googleapis.com/auth/firebase.messaging",
    "https://www.googleapis.com/auth/cloud-platform",
    "https://www.googleapis.com/auth/firebase",
];

/// The public half of a service account's key.
pub struct Key {
    pub project_id: String,
    client_email: String,
    verifier: Verifier,
}

/// Why an assertion is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The account, its key or the signature: the operator's configuration.
    Unknown(&'static str),
    /// Not what the contract describes.
    Broken(&'static str),
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    scope: String,
    iat: u64,
    exp: u64,
}

/// The parts of an assertion whose header was read.
pub struct Assertion<'a> {
    /// Google's own libraries for Node.js name none.
    pub key_id: Option<String>,
    jwt: Jwt<'a>,
}

impl<'a> Assertion<'a> {
    pub fn read(text: &'a str) -> Result<Self, Refused> {
        let jwt = Jwt::split(text).ok_or(Refused::Broken("not three parts"))?;
        let header: Header = jwt.header().ok_or(Refused::Broken("the header"))?;
        if header.alg != "RS256" {
            return Err(Refused::Broken("alg is not RS256"));
        }
        Ok(Self { key_id: header.kid, jwt })
    }
}

impl Key {
    pub fn new(project_id: String, client_email: String, public_key_pem: &str) -> Result<Self, String> {
        Ok(Self {
            project_id,
            client_email,
            verifier: Verifier::from_pem(&RSA_PKCS1_2048_8192_SHA256, public_key_pem)?,
        })
    }

    /// Whether this key signed it.
    pub fn check_signature(&self, assertion: &Assertion<'_>) -> Result<(), Refused> {
        self.verifier.check(&assertion.jwt).map_err(|bad| match bad {
            BadSignature::Encoding => Refused::Broken(bad.as_str()),
            BadSignature::AnotherKey => Refused::Unknown("Invalid JWT Signature."),
        })
    }

    /// Whether it is of this key's account, and lets somebody in at `audience`.
    pub fn check_claims(&self, assertion: &Assertion<'_>, audience: &str) -> Result<(), Refused> {
        let claims: Claims = assertion.jwt.claims().ok_or(Refused::Broken("the claims"))?;
        let now = now_s();
        if claims.iss != self.client_email {
            return Err(Refused::Unknown("Invalid grant: account not found"));
        }
        if claims.aud != audience {
            return Err(Refused::Broken("aud is not Google's token address"));
        }
        if !claims.scope.split(' ').any(|scope| SCOPES.contains(&scope)) {
            return Err(Refused::Broken("no scope that lets send"));
        }
        if claims.iat > now + AHEAD_S || claims.exp <= now {
            return Err(Refused::Broken("iat is in the future, or exp has passed"));
        }
        if claims.exp <= claims.iat || claims.exp - claims.iat > LONGEST_S {
            return Err(Refused::Broken("good for more than an hour"));
        }
        Ok(())
    }
}
