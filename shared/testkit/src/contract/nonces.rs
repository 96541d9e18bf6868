//! [`Nonces`].

use jiff::SignedDuration;
use revocation_app::ports::{Nonces, Spent};
use revocation_rules::ids::KeyId;

use super::fresh;
use crate::builders::noon;

pub async fn nonces(store: &impl Nonces) {
    a_nonce_is_spent_once(store).await;
    keys_do_not_share_nonces(store).await;
    a_nonce_counts_until_its_time_and_no_longer(store).await;
    a_nonce_may_be_anything(store).await;
}

fn a_key() -> KeyId {
    fresh().parse().unwrap()
}

async fn a_nonce_is_spent_once(store: &impl Nonces) {
    let (key, until) = (a_key(), noon() + SignedDuration::from_mins(30));
    assert_eq!(store.spend(&key, "n", noon(), until).await.unwrap(), Spent::Now);
    assert_eq!(store.spend(&key, "n", noon(), until).await.unwrap(), Spent::Before);
    assert_eq!(store.spend(&key, "m", noon(), until).await.unwrap(), Spent::Now);
}

async fn keys_do_not_share_nonces(store: &impl Nonces) {
    for _ in 0..2 {
        assert_eq!(store.spend(&a_key(), "n", noon(), noon()).await.unwrap(), Spent::Now);
    }
}

async fn a_nonce_counts_until_its_time_and_no_longer(store: &impl Nonces) {
    let (key, until) = (a_key(), noon() + SignedDuration::from_mins(30));
    let after = until + SignedDuration::from_millis(1);
    assert_eq!(store.spend(&key, "n", noon(), until).await.unwrap(), Spent::Now);
    assert_eq!(store.spend(&key, "n", until, after).await.unwrap(), Spent::Before);
    // Whether or not it was deleted by now.
    assert_eq!(store.spend(&key, "n", after, after).await.unwrap(), Spent::Now);
    assert_eq!(store.spend(&key, "n", after, after).await.unwrap(), Spent::Before);
}

async fn a_nonce_may_be_anything(store: &impl Nonces) {
    let key = a_key();
    for nonce in [&"x".repeat(5_000), "随机 #1", "a#b", " "] {
        assert_eq!(store.spend(&key, nonce, noon(), noon()).await.unwrap(), Spent::Now);
        assert_eq!(store.spend(&key, nonce, noon(), noon()).await.unwrap(), Spent::Before);
    }
}
