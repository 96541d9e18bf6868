//! [`Counters`]. What `finish` counts is asserted with `BatchWorkStore`.

use revocation_app::ports::{Counters, PushStore, RevocationStore};
use revocation_rules::channel::Channel;

use super::a_kept_revocation;

pub async fn counters(store: &(impl PushStore + RevocationStore + Counters)) {
    late_deliveries_add_up_by_channel(store).await;
    nothing_counted_is_nothing_shown(store).await;
}

async fn late_deliveries_add_up_by_channel(store: &(impl PushStore + RevocationStore + Counters)) {
    let (push, revocation) = a_kept_revocation(store).await;
    let push = &push.registration.push;
    for (channel, count) in [(Channel::Huawei, 1_000), (Channel::Apns, 7), (Channel::Huawei, 1)] {
        store.add_late(push, &revocation.id, channel, count).await.unwrap();
    }
    let counters = store.counters(push, &revocation.id).await.unwrap();
    let late: Vec<_> = counters.iter().map(|(channel, counters)| (*channel, counters.late)).collect();
    assert_eq!(late, [(Channel::Huawei, 1_001), (Channel::Apns, 7)]);
}

async fn nothing_counted_is_nothing_shown(store: &(impl PushStore + RevocationStore + Counters)) {
    let (push, revocation) = a_kept_revocation(store).await;
    let counters = store.counters(&push.registration.push, &revocation.id).await.unwrap();
    assert!(
        counters
            .values()
            .all(|counters| counters.late == 0 && counters.outcomes.total() == 0)
    );
}
