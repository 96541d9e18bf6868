//! [`QueueSenders`].

use revocation_app::ports::QueueSenders;
use revocation_rules::ids::Tenant;
use revocation_rules::queue_sender::QueueSender;

use super::fresh;
use crate::builders::tenant;

/// `bind` is how this store is told; the port only reads.
pub async fn queue_senders<S: QueueSenders>(store: &S, bind: impl AsyncFn(&S, &QueueSender, &Tenant)) {
    let sender = || {
        fresh()
            .replace(|c: char| !c.is_ascii_alphanumeric(), "")
            .parse::<QueueSender>()
            .unwrap()
    };
    let (one, other) = (sender(), sender());
    let (shop, bank) = (tenant("shop"), tenant("bank"));
    assert!(!store.is_bound(&one, &shop).await.unwrap(), "nobody is bound who was not bound");
    bind(store, &one, &shop).await;
    bind(store, &one, &shop).await;
    assert!(store.is_bound(&one, &shop).await.unwrap(), "bound twice is bound");
    assert!(!store.is_bound(&one, &bank).await.unwrap(), "and for no other tenant");
    assert!(!store.is_bound(&other, &shop).await.unwrap(), "and nobody else");
    bind(store, &one, &bank).await;
    for of in [&shop, &bank] {
        assert!(store.is_bound(&one, of).await.unwrap(), "one sender may be bound to several");
    }
}
