//! What a request says of itself. Nothing of it is believed before [`Call::verify`].

use http::{HeaderMap, Method};
use jiff::Timestamp;

use crate::parameters::{Parameters, ParametersError};

/// A request as it came: the path percent-encoded, the body decoded from whatever it travelled in.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub method: &'a Method,
    pub path: &'a str,
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

/// Why a request cannot even be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The signature itself, or what must be signed, is not as it should be.
    #[error("{0}")]
    Signature(&'static str),
    #[error("the signature method is not known here")]
    Method,
    #[error("the signature version is not known here")]
    Version,
    /// Something that every request must say is missing. Named as signature version 1 names it.
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("the time is not of the form 2026-11-23T03:47:34Z")]
    Time,
    /// Signed with a key that lasts a while only, and its token.
    #[error("security tokens are not known here")]
    SecurityToken,
    #[error(transparent)]
    Parameters(#[from] ParametersError),
}

/// One call, as whoever signed it wanted it.
#[derive(Debug, Clone)]
pub struct Call {
    pub key: String,
    pub action: String,
    pub version: String,
    pub nonce: String,
    pub signed_at: Timestamp,
    /// Those of the query and of the body.
    pub parameters: Parameters,
    pub(crate) proof: Proof,
}

/// What was signed, and the signature.
#[derive(Clone)]
pub(crate) struct Proof {
    pub(crate) string_to_sign: String,
    pub(crate) signature: String,
    pub(crate) kind: ProofKind,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum ProofKind {
    Acs3,
    Version1,
}

/// The string to sign of signature version 1 has every value in it.
impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proof").field("kind", &self.kind).finish_non_exhaustive()
    }
}
