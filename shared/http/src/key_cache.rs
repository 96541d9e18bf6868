//! Keys that were read lately, so that a key is read once a minute and not once a request.
//!
//! The age of a key is the time since it was **read**, whatever happened to it in between: a key
//! that is disabled while it is used is refused a minute later, everywhere. The time of the read
//! travels with the key ([`ReadKey`]), only [`KeyCache::read`] makes one, and so nobody can make a
//! key younger by keeping it again.

use std::collections::HashMap;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{AccessKey, AccessKeyStore, KeyState, SecretText, StoreError};
use revocation_metrics::{Busiest, Labels, Metric, about, note};
use revocation_rules::ids::KeyId;

/// How long a key that was read is believed.
pub const KEEP: SignedDuration = SignedDuration::from_secs(60);
/// Keys kept at once; beyond it all are read anew.
const KEPT: usize = 1_000;

/// A key as the store had it, at a time that cannot be changed.
#[derive(Debug, Clone)]
pub struct ReadKey {
    pub key: AccessKey,
    /// Its secret, if it signs and somebody opened it.
    pub signing: Option<SecretText>,
    read_at: Timestamp,
}

#[derive(Debug, Default)]
pub struct KeyCache {
    kept: Mutex<Kept>,
    busiest: Busiest,
}

#[derive(Debug, Default)]
struct Kept {
    /// The latest time anybody had: an earlier one says that the clock was set back, and then no
    /// age is known any more.
    latest: Timestamp,
    keys: HashMap<KeyId, ReadKey>,
}

impl KeyCache {
    /// The key as it was read less than [`KEEP`] ago, else as it is now. `now` comes from before
    /// the read: what the store says is at least that new.
    ///
    /// # Errors
    /// When the store does not answer, or the key is damaged.
    pub async fn read(&self, id: &KeyId, store: &impl AccessKeyStore, now: Timestamp) -> Result<Option<ReadKey>, StoreError> {
        if let Some(known) = self.known(id, now) {
            return Ok(Some(known));
        }
        let found = store.access_key(id).await?;
        Ok(found.map(|key| ReadKey {
            key,
            signing: None,
            read_at: now,
        }))
    }

    /// Believes a key for the rest of its minute. Only for keys whose secret the caller has shown
    /// to know: else a flood of names would push out the keys that are in use. One that is not
    /// active is not kept, so that enabling it takes effect at once.
    pub fn keep(&self, read: &ReadKey) {
        let Ok(mut kept) = self.kept.lock() else { return };
        if read.key.state != KeyState::Active {
            return;
        }
        // Who read it earlier and comes later knows less.
        if kept.keys.get(&read.key.id).is_some_and(|known| known.read_at > read.read_at) {
            return;
        }
        if kept.keys.len() >= KEPT && !kept.keys.contains_key(&read.key.id) {
            kept.keys.clear();
        }
        kept.keys.insert(read.key.id.clone(), read.clone());
    }

    /// Counts a request of a key that was proven.
    pub fn asked(&self, key: &AccessKey) {
        let tenant = key.tenant.to_string();
        note(Metric::Requests, Labels::NONE, 1);
        if self.busiest.is(&tenant) {
            note(Metric::BusiestTenantRequests, Labels::NONE, 1);
        }
        about(|| tenant);
    }

    fn known(&self, id: &KeyId, now: Timestamp) -> Option<ReadKey> {
        let mut kept = self.kept.lock().ok()?;
        if now < kept.latest {
            kept.keys.clear();
        }
        kept.latest = now;
        let known = kept.keys.get(id)?;
        if now.duration_since(known.read_at) < KEEP {
            return Some(known.clone());
        }
        // It holds a secret, perhaps: no longer than it is of use.
        kept.keys.remove(id);
        None
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use revocation_app::ports::{KeptSecret, SecretDigest};
    use revocation_metrics::gathered_now;
    use revocation_rules::ids::Tenant;
    use revocation_rules::role::Role;

    use super::*;

    /// A table with every key in it, which says how often it was asked.
    struct Table {
        state: Mutex<KeyState>,
        reads: AtomicUsize,
    }

    impl AccessKeyStore for Table {
        async fn access_key(&self, id: &KeyId) -> Result<Option<AccessKey>, StoreError> {
            self.reads.fetch_add(1, Ordering::SeqCst);
            Ok(Some(AccessKey {
                id: id.clone(),
                tenant: Tenant {
                    app: "shop".parse().unwrap(),
                    workspace: "default".parse().unwrap(),
                },
                role: Role::Operator,
                channel: None,
                state: *self.state.lock().unwrap(),
                label: None,
                secret: KeptSecret::Digest(SecretDigest::of("secret")),
                created_at: Timestamp::UNIX_EPOCH,
            }))
        }
    }

    struct Desk {
        table: Table,
        cache: KeyCache,
    }

    impl Desk {
        fn new() -> Self {
            Self {
                table: Table {
                    state: Mutex::new(KeyState::Active),
                    reads: AtomicUsize::new(0),
                },
                cache: KeyCache::default(),
            }
        }

        fn reads(&self) -> usize {
            self.table.reads.load(Ordering::SeqCst)
        }

        fn read(&self, id: &str, at_s: i64) -> ReadKey {
            let id = id.parse().unwrap();
            let read = self.cache.read(&id, &self.table, Timestamp::from_second(at_s).unwrap());
            crate::now(read).unwrap().unwrap()
        }

        /// Somebody shows the secret.
        fn uses(&self, id: &str, at_s: i64) -> KeyState {
            let read = self.read(id, at_s);
            self.cache.keep(&read);
            read.key.state
        }
    }

    #[test]
    fn a_request_counts_for_its_tenant_and_says_which_it_is() {
        let desk = Desk::new();
        let key = desk.read("k", 0).key;
        let ((), noted) = gathered_now(|| {
            for _ in 0..3 {
                desk.cache.asked(&key);
            }
        });
        assert_eq!(noted.values(Metric::Requests), [3]);
        assert_eq!(noted.values(Metric::BusiestTenantRequests), [3]);
        assert!(noted.lines("stack-1", 0).contains(r#""tenant":"shop/default""#));
    }

    #[test]
    fn a_key_that_is_used_every_second_is_read_once_a_minute() {
        let desk = Desk::new();
        for second in 0..600 {
            desk.uses("k", second);
        }
        assert_eq!(desk.reads(), 10);
    }

    #[test]
    fn a_key_that_is_disabled_while_it_is_used_is_found_disabled_a_minute_later() {
        let desk = Desk::new();
        desk.uses("k", 0);
        desk.uses("k", 30);
        *desk.table.state.lock().unwrap() = KeyState::Disabled;
        let last = (31..200).rev().find(|second| desk.uses("k", *second) == KeyState::Active);
        assert_eq!(
            last, None,
            "asked backwards: each time the clock is set back, and nothing is believed"
        );
        let desk = Desk::new();
        desk.uses("k", 0);
        *desk.table.state.lock().unwrap() = KeyState::Disabled;
        let active = (1..200).filter(|second| desk.uses("k", *second) == KeyState::Active).count();
        assert_eq!(active, 59);
    }

    #[test]
    fn a_key_that_is_allowed_again_is_believed_at_once() {
        let desk = Desk::new();
        *desk.table.state.lock().unwrap() = KeyState::Disabled;
        assert_eq!(desk.uses("k", 0), KeyState::Disabled);
        *desk.table.state.lock().unwrap() = KeyState::Active;
        assert_eq!(desk.uses("k", 1), KeyState::Active);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_key_younger() {
        let desk = Desk::new();
        desk.uses("k", 100);
        desk.uses("k", 150);
        assert_eq!(desk.reads(), 1);
        desk.uses("k", 110);
        assert_eq!(desk.reads(), 2);
        desk.uses("k", 169);
        assert_eq!(desk.reads(), 2);
        desk.uses("k", 170);
        assert_eq!(desk.reads(), 3);
    }

    #[test]
    fn a_flood_of_names_nobody_has_the_secret_of_leaves_the_keys_in_use() {
        let desk = Desk::new();
        desk.uses("in-use", 0);
        for n in 0..2 * KEPT {
            desk.read(&format!("k{n}"), 1);
        }
        let before = desk.reads();
        desk.uses("in-use", 2);
        assert_eq!(desk.reads(), before);
        assert_eq!(desk.cache.kept.lock().unwrap().keys.len(), 1);
    }

    #[test]
    fn an_older_reading_that_comes_late_changes_nothing() {
        let desk = Desk::new();
        let older = desk.read("k", 0);
        let newer = desk.read("k", 50);
        desk.cache.keep(&newer);
        desk.cache.keep(&older);
        desk.uses("k", 100);
        assert_eq!(desk.reads(), 2);
    }
}
