//! Access keys: who is asking, for which tenant, in which role.

use std::fmt;
use std::future::Future;

use jiff::Timestamp;
use revocation_rules::actor::{Actor, KeyLabel};
use revocation_rules::channel::Channel;
use revocation_rules::ids::{KeyId, Tenant};
use revocation_rules::role::Role;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::StoreError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    Active,
    Disabled,
}

/// A key's secret itself. Never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(String);

impl SecretText {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// SHA-256 of a secret. The secret is 128 random bits, so nobody finds it by trying: a digest
/// that is slow on purpose would cost every request and protect nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SecretDigest(pub [u8; 32]);

impl SecretDigest {
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }
}

/// What is kept of a key's secret.
#[derive(Clone, PartialEq, Eq)]
pub enum KeptSecret {
    /// Enough to know it when it is shown. Of every key, unless somebody asked for more.
    Digest(SecretDigest),
    /// Its digest, and itself, encrypted: for keys that sign instead of showing it (`docs/mpaas.md`).
    Sealed { digest: SecretDigest, sealed: Vec<u8> },
    /// As every one was kept before there were digests; `make keys ARGS="seal"` ends it.
    Readable(SecretText),
}

impl KeptSecret {
    /// Is it this one? Takes as long whatever the difference is.
    pub fn is(&self, shown: &str) -> bool {
        let kept = match self {
            Self::Digest(digest) | Self::Sealed { digest, .. } => *digest,
            Self::Readable(secret) => SecretDigest::of(secret.expose()),
        };
        kept.0.ct_eq(&SecretDigest::of(shown).0).into()
    }

    pub const fn form(&self) -> SecretForm {
        match self {
            Self::Digest(_) => SecretForm::Digest,
            Self::Sealed { .. } => SecretForm::Sealed,
            Self::Readable(_) => SecretForm::Readable,
        }
    }
}

impl fmt::Debug for KeptSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.form().fmt(f)
    }
}

/// How a secret is kept, without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretForm {
    Digest,
    Sealed,
    Readable,
}

#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    pub id: KeyId,
    pub tenant: Tenant,
    pub role: Role,
    /// Whose callbacks it is for. Keys of the role callback have one, and no others.
    pub channel: Option<Channel>,
    pub state: KeyState,
    /// What people call it.
    pub label: Option<KeyLabel>,
    pub secret: KeptSecret,
    pub created_at: Timestamp,
}

impl AccessKey {
    pub fn actor(&self) -> Actor {
        Actor {
            key: self.id.clone(),
            label: self.label.clone(),
        }
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", &self.id)
            .field("tenant", &self.tenant)
            .field("role", &self.role)
            .field("channel", &self.channel)
            .field("state", &self.state)
            .field("label", &self.label)
            .field("secret", &self.secret)
            .finish_non_exhaustive()
    }
}

pub trait AccessKeyStore: Send + Sync {
    /// Looks up one key. An unknown key is `None`, not an error. Consistent.
    fn access_key(&self, id: &KeyId) -> impl Future<Output = Result<Option<AccessKey>, StoreError>> + Send;
}

/// Encrypts the secrets of keys that sign, each for its own key only.
pub trait SecretSeal: Send + Sync {
    fn seal(&self, key: &KeyId, secret: &SecretText) -> impl Future<Output = Result<Vec<u8>, StoreError>> + Send;

    /// What was sealed for `key`. What was sealed for another one is damaged.
    fn open(&self, key: &KeyId, sealed: &[u8]) -> impl Future<Output = Result<SecretText, StoreError>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_however_it_is_kept_and_shown_by_none_of_them() {
        let digest = SecretDigest::of("planted");
        let sealed = b"sealed".to_vec();
        for kept in [
            KeptSecret::Digest(digest),
            KeptSecret::Sealed { digest, sealed },
            KeptSecret::Readable(SecretText::new("planted")),
        ] {
            assert!(kept.is("planted"));
            for wrong in ["", "plante", "planted ", "Planted"] {
                assert!(!kept.is(wrong), "{wrong}");
            }
            let key = AccessKey {
                id: "k".parse().unwrap(),
                tenant: Tenant {
                    app: "a".parse().unwrap(),
                    workspace: "w".parse().unwrap(),
                },
                role: Role::Viewer,
                channel: None,
                state: KeyState::Active,
                label: None,
                secret: kept,
                created_at: Timestamp::UNIX_EPOCH,
            };
            let shown = format!("{key:?}");
            assert!(!shown.contains("planted") && !shown.contains('['), "{shown}");
        }
    }
}
