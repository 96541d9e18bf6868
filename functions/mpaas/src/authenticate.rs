//! Who is calling: the signature is right, the time is now, and nobody has said this before.

use http::Method;
use jiff::Timestamp;
use revocation_acs::{Call, Malformed, ParametersError, Request, WINDOW, is_current, read};
use revocation_app::ports::{AccessKey, AccessKeyStore, KeyState, Nonces, Spent};
use revocation_http::mpaas::{Fault, FaultKind};
use revocation_lambda::http_event::HttpRequest;
use revocation_rules::ids::KeyId;

use crate::deps::Deps;

/// Two ids of the longest kind, percent-encoded, are half of this. What should have been signed is
/// told to whoever signed something else, in up to five times as many bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// Longest name that is said back.
pub const ECHOED_CHARS: usize = 64;

/// A call that was believed.
pub struct Authenticated {
    pub key: AccessKey,
    pub call: Call,
}

/// The nonce is spent last: a request that is refused before spends nobody's.
pub async fn authenticate(deps: &Deps, request: &HttpRequest, now: Timestamp) -> Result<Authenticated, Fault> {
    let call = read_call(request)?;
    let key = key(deps, &call, now).await?;
    call.verify(&key.secret)
        .map_err(|mismatch| Fault::new(FaultKind::SignatureMismatch).saying(&mismatch.string_to_sign))?;
    // Only who holds the secret is told so, as it is nobody else's business.
    if key.state != KeyState::Active {
        return Err(Fault::new(FaultKind::KeyInactive));
    }
    if !is_current(call.signed_at, now) {
        return Err(Fault::new(FaultKind::TimeExpired));
    }
    deps.key_cache.put(&key, now);
    // It may come until the window ends; twice that, for clocks that differ.
    let until = call.signed_at.saturating_add(WINDOW + WINDOW).unwrap_or(Timestamp::MAX);
    match deps.nonces.spend(&key.id, &call.nonce, now, until).await? {
        Spent::Now => Ok(Authenticated { key, call }),
        Spent::Before => Err(Fault::new(FaultKind::NonceUsed)),
    }
}

fn read_call(request: &HttpRequest) -> Result<Call, Fault> {
    if request.body.len() > MAX_BODY_BYTES {
        return Err(Fault::new(FaultKind::RequestTooLarge));
    }
    let is_acs3 = request.headers.contains_key(http::header::AUTHORIZATION);
    if request.method != Method::POST && (is_acs3 || request.method != Method::GET) {
        return Err(Fault::new(FaultKind::UnsupportedMethod));
    }
    let signed = Request {
        method: &request.method,
        path: &request.path,
        query: &request.query,
        headers: &request.headers,
        body: &request.body,
    };
    read(&signed).map_err(fault)
}

fn fault(malformed: Malformed) -> Fault {
    match malformed {
        Malformed::Signature(why) => Fault::new(FaultKind::IncompleteSignature).saying(why),
        Malformed::Method => Fault::new(FaultKind::SignatureMethod),
        Malformed::Version => Fault::new(FaultKind::SignatureVersion),
        Malformed::Missing(name) => Fault::missing(name),
        Malformed::Time => Fault::new(FaultKind::TimeFormat),
        Malformed::SecurityToken => Fault::new(FaultKind::SecurityToken),
        Malformed::Parameters(ParametersError::Twice { name }) => {
            let name: String = name.chars().take(ECHOED_CHARS).collect();
            Fault::invalid(&name, "it is given twice")
        }
        Malformed::Parameters(ParametersError::NotText) => Fault::invalid("Encoding", "parameters must be UTF-8"),
    }
}

async fn key(deps: &Deps, call: &Call, now: Timestamp) -> Result<AccessKey, Fault> {
    // What can not be a key's id is an unknown key.
    let id: KeyId = call.key.parse().map_err(|_| Fault::new(FaultKind::KeyNotFound))?;
    if let Some(key) = deps.key_cache.get(&id, now) {
        return Ok(key);
    }
    let found = deps.keys.access_key(&id).await?;
    found.ok_or_else(|| Fault::new(FaultKind::KeyNotFound))
}

#[cfg(test)]
#[path = "authenticate_tests.rs"]
mod tests;
