//! Whom a session is opened for.

use revocation_app::ports::SessionKey;
use revocation_rules::channel::Channel;
use sha2::{Digest, Sha256};

/// Everything a session of an account is opened with. The secrets are part of
/// it: credentials that changed are another account, and nobody gets a session
/// by naming another's.
pub(crate) trait AccountKey {
    /// The parts in a fixed order, as texts.
    fn parts(&self) -> Vec<&str>;
}

/// A digest of the parts: neither an id nor a secret can be read from it.
pub(crate) fn key(channel: Channel, account: &impl AccountKey) -> SessionKey {
    let mut digest = Sha256::new();
    for part in account.parts() {
        // With its length, so that no two lists of parts are hashed alike.
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    SessionKey::new(channel, digest.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Parts(Vec<&'static str>);

    impl AccountKey for Parts {
        fn parts(&self) -> Vec<&str> {
            self.0.clone()
        }
    }

    fn of(channel: Channel, parts: &[&'static str]) -> String {
        key(channel, &Parts(parts.to_vec())).to_string()
    }

    #[test]
    fn a_key_begins_with_its_channel_and_shows_no_part() {
        let key = of(Channel::Huawei, &["104", "planted"]);
        assert!(key.starts_with("huawei#"), "{key}");
        assert_eq!(key.len(), "huawei#".len() + 64);
        assert!(!key.contains("planted"));
    }

    #[test]
    fn every_part_and_the_channel_make_another_key() {
        let all = [
            of(Channel::Huawei, &["a", "b"]),
            of(Channel::Huawei, &["ab", ""]),
            of(Channel::Huawei, &["ab"]),
            of(Channel::Huawei, &["b", "a"]),
            of(Channel::Oppo, &["a", "b"]),
        ];
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert_eq!(of(Channel::Huawei, &["a", "b"]), all[0]);
    }
}
