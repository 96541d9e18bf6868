//! Who is calling: the signature is right, the time is now, and nobody has said this before.

use http::Method;
use jiff::Timestamp;
use revocation_acs::{Call, Malformed, ParametersError, Request, WINDOW, is_current, read};
use revocation_app::ports::{AccessKey, AccessKeyStore, KeptSecret, KeyState, Nonces, SecretSeal, SecretText, Spent};
use revocation_http::audit::{self, Asked, Who};
use revocation_http::auth::KeyCache;
use revocation_http::key_cache::ReadKey;
use revocation_http::mpaas::{Fault, FaultKind};
use revocation_lambda::http_event::HttpRequest;
use revocation_rules::ids::KeyId;

/// Two ids of the longest kind, percent-encoded, are half of this. What should have been signed is
/// told to whoever signed something else, in up to five times as many bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// Longest name that is said back.
pub const ECHOED_CHARS: usize = 64;

/// What tells who is calling.
pub struct Door<K, S, N> {
    pub keys: K,
    pub cache: KeyCache,
    pub seal: S,
    pub nonces: N,
}

/// A call that was believed.
#[derive(Debug)]
pub struct Authenticated {
    pub key: AccessKey,
    pub call: Call,
}

impl<K: AccessKeyStore, S: SecretSeal, N: Nonces> Door<K, S, N> {
    /// Whoever is refused leaves one line in the audit.
    pub async fn authenticate(&self, request: &HttpRequest, now: Timestamp) -> Result<Authenticated, Fault> {
        let call = read_call(request).inspect_err(|fault| refused(&Asked::action("mpaas"), Who::Nobody, fault))?;
        let asked = Asked::action(audited(&call.action));
        let read = self
            .read(&call, now)
            .await
            .inspect_err(|fault| refused(&asked, Who::Nobody, fault))?;
        let read = self
            .opened(read, &call)
            .await
            .inspect_err(|(fault, key)| refused(&asked, Who::Claimed(key), fault))
            .map_err(|(fault, _)| fault)?;
        let key = &read.key;
        self.current(key, &call, now)
            .await
            .inspect_err(|fault| refused(&asked, Who::Key(&key.actor(), &key.tenant), fault))?;
        self.cache.keep(&read);
        self.cache.asked(&read.key);
        Ok(Authenticated { key: read.key, call })
    }

    async fn read(&self, call: &Call, now: Timestamp) -> Result<ReadKey, Fault> {
        // What cannot be a key's id is an unknown key.
        let id: KeyId = call.key.parse().map_err(|_| Fault::new(FaultKind::KeyNotFound))?;
        let found = self.cache.read(&id, &self.keys, now).await?;
        found.ok_or_else(|| Fault::new(FaultKind::KeyNotFound))
    }

    /// Checks the signature, with the secret opened if it was not.
    async fn opened(&self, mut read: ReadKey, call: &Call) -> Result<ReadKey, (Fault, Box<AccessKey>)> {
        let refuse = |fault, read: ReadKey| (fault, Box::new(read.key));
        let signing = match (&read.signing, &read.key.secret) {
            (Some(signing), _) => signing.clone(),
            (None, KeptSecret::Readable(secret)) => secret.clone(),
            // Nobody could sign with it and be understood.
            (None, KeptSecret::Digest(_)) => return Err(refuse(Fault::new(FaultKind::KeyNotSigning), read)),
            (None, KeptSecret::Sealed { sealed, .. }) => match self.seal.open(&read.key.id, sealed).await {
                Ok(secret) => {
                    read.signing = Some(secret.clone());
                    // Before the signature is checked: else each forged one would cost a call to KMS. Only keys
                    // that exist and sign come here, so that no flood of names fills the cache.
                    self.cache.keep(&read);
                    secret
                }
                Err(error) => return Err(refuse(error.into(), read)),
            },
        };
        match verify(call, &signing) {
            Ok(()) => Ok(read),
            Err(fault) => Err(refuse(fault, read)),
        }
    }

    /// The nonce is spent last: a request that is refused before spends nobody's.
    async fn current(&self, key: &AccessKey, call: &Call, now: Timestamp) -> Result<(), Fault> {
        // Only who holds the secret is told so, as it is nobody else's business.
        if key.state != KeyState::Active {
            return Err(Fault::new(FaultKind::KeyInactive));
        }
        if !is_current(call.signed_at, now) {
            return Err(Fault::new(FaultKind::TimeExpired));
        }
        // It may come until the window ends; twice that, for clocks that differ.
        let until = call.signed_at.saturating_add(WINDOW + WINDOW).unwrap_or(Timestamp::MAX);
        match self.nonces.spend(&key.id, &call.nonce, now, until).await? {
            Spent::Now => Ok(()),
            Spent::Before => Err(Fault::new(FaultKind::NonceUsed)),
        }
    }
}

fn verify(call: &Call, signing: &SecretText) -> Result<(), Fault> {
    call.verify(signing.expose())
        .map_err(|mismatch| Fault::new(FaultKind::SignatureMismatch).saying(&mismatch.string_to_sign))
}

/// An action as the audit names it.
pub fn audited(action: &str) -> &'static str {
    match action {
        "RevokePushMessage" => "mpaas RevokePushMessage",
        "RevokePushTask" => "mpaas RevokePushTask",
        "QueryPushAnalysisTaskList" => "mpaas QueryPushAnalysisTaskList",
        "QueryPushAnalysisTaskDetail" => "mpaas QueryPushAnalysisTaskDetail",
        _ => "mpaas",
    }
}

/// Writes the line of a call that was refused for who made it, and none of one that failed otherwise.
fn refused(asked: &Asked, who: Who<'_>, fault: &Fault) {
    let refusal = match fault.kind {
        FaultKind::Missing
        | FaultKind::KeyNotFound
        | FaultKind::KeyInactive
        | FaultKind::KeyNotSigning
        | FaultKind::SecurityToken
        | FaultKind::TimeFormat
        | FaultKind::TimeExpired
        | FaultKind::NonceUsed
        | FaultKind::SignatureMismatch
        | FaultKind::IncompleteSignature
        | FaultKind::SignatureMethod
        | FaultKind::SignatureVersion
        | FaultKind::NoPermission => true,
        FaultKind::InvalidParameter
        | FaultKind::RequestTooLarge
        | FaultKind::ApiNotFound
        | FaultKind::InvalidVersion
        | FaultKind::UnsupportedMethod
        | FaultKind::UnsupportedFormat
        | FaultKind::Throttled
        | FaultKind::Unavailable
        | FaultKind::Internal => false,
    };
    if refusal {
        audit::write(asked, who, fault.kind.code());
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

#[cfg(test)]
#[path = "authenticate_tests.rs"]
mod tests;
