//! JSON Web Tokens that callers sign: their parts, and whether the signature is a known key's. What their claims have to
//! be is each vendor's own.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{UnparsedPublicKey, VerificationAlgorithm};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use tokio_rustls::rustls::pki_types::SubjectPublicKeyInfoDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

pub type Digest = [u8; 32];

/// The parts of a token, none of them checked.
pub struct Jwt<'a> {
    header: &'a str,
    claims: &'a str,
    signed: &'a str,
    signature: &'a str,
}

/// The public half of a key.
pub struct Verifier(UnparsedPublicKey<Vec<u8>>);

/// Why a signature is not taken.
pub enum BadSignature {
    Encoding,
    AnotherKey,
}

impl<'a> Jwt<'a> {
    /// `None` if it does not have three parts.
    pub fn split(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.').filter(|(_, claims)| !claims.contains('.'))?;
        Some(Self {
            header,
            claims,
            signed,
            signature,
        })
    }

    pub fn header<T: for<'de> Deserialize<'de>>(&self) -> Option<T> {
        decode(self.header)
    }

    pub fn claims<T: for<'de> Deserialize<'de>>(&self) -> Option<T> {
        decode(self.claims)
    }
}

impl Verifier {
    pub fn from_pem(algorithm: &'static dyn VerificationAlgorithm, public_key_pem: &str) -> Result<Self, String> {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(public_key_pem.as_bytes())
            .map_err(|error| format!("public_key_pem is not a public key: {error:?}"))?;
        Ok(Self(UnparsedPublicKey::new(algorithm, der.to_vec())))
    }

    pub fn check(&self, jwt: &Jwt<'_>) -> Result<(), BadSignature> {
        let signature = BASE64_URL_SAFE_NO_PAD.decode(jwt.signature).map_err(|_| BadSignature::Encoding)?;
        self.0
            .verify(jwt.signed.as_bytes(), &signature)
            .map_err(|_| BadSignature::AnotherKey)
    }

    pub fn is_same(&self, other: &Self) -> bool {
        self.0.as_ref() == other.0.as_ref()
    }
}

impl BadSignature {
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Encoding => "the signature's encoding",
            Self::AnotherKey => "the signature",
        }
    }
}

/// What a token is known by, without keeping it.
pub fn fingerprint(token: &str) -> Digest {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    bytes
}

fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Option<T> {
    let json = BASE64_URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&json).ok()
}
