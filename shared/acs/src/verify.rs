//! Reads and verifies a request, by whichever of the two signatures it has.

use crate::call::{Call, Malformed, Proof, ProofKind, Request};
use crate::parameters::Parameters;
use crate::{acs3, version1};

/// The signature is another one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not match")]
pub struct Mismatch {
    /// What should have been signed, for whoever looks for the difference.
    pub string_to_sign: String,
}

/// Reads a request, by whichever of the two signatures it has.
///
/// # Errors
/// When it has none, or not a whole one.
pub fn read(request: &Request<'_>) -> Result<Call, Malformed> {
    let query = Parameters::parse(request.query.as_bytes())?;
    if request.headers.contains_key(http::header::AUTHORIZATION) {
        acs3::read(request, query)
    } else {
        version1::read(request, query)
    }
}

impl Call {
    /// Was this signed with `secret`? Takes as long whatever the difference is.
    ///
    /// # Errors
    /// When it was not, or when anything that is signed was changed since.
    pub fn verify(&self, secret: &str) -> Result<(), Mismatch> {
        let Proof {
            string_to_sign,
            signature,
            kind,
        } = &self.proof;
        let expected = match kind {
            ProofKind::Acs3 => acs3::signature(secret, string_to_sign),
            ProofKind::Version1 => version1::signature(secret, string_to_sign),
        };
        aws_lc_rs::constant_time::verify_slices_are_equal(expected.as_bytes(), signature.as_bytes()).map_err(|_| Mismatch {
            string_to_sign: string_to_sign.clone(),
        })
    }
}
