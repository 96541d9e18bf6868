//! [`PushList`] and [`PushOverview`].

use jiff::SignedDuration;
use revocation_app::ports::{Counters, PushList, PushListQuery, PushOverview, PushStore, RevocationStore};
use revocation_rules::channel::Channel;
use revocation_rules::push::{Push, PushType};

use super::{a_kept_push, a_kept_revocation, an_unknown_push, fresh};
use crate::builders::{a_push, a_revocation, noon, task, tenant};

pub async fn push_list(store: &(impl PushStore + PushList)) {
    pushes_are_listed_newest_first_page_by_page(store).await;
    a_place_we_did_not_give_is_none(store).await;
}

pub async fn push_overview(store: &(impl PushStore + RevocationStore + Counters + PushOverview)) {
    an_overview_has_everything_of_one_push(store).await;
    an_unknown_push_has_no_overview(store).await;
}

/// Seven pushes over three days, of a tenant of their own.
async fn a_week(store: &impl PushStore) -> Vec<Push> {
    let name = fresh();
    let tenant = tenant(&format!("APP{name}"));
    let mut pushes = Vec::new();
    for nth in 0..7 {
        let push = a_push()
            .named(task(&tenant, &format!("t{nth}")))
            .sent_at(noon() + SignedDuration::from_hours(nth * 12))
            .build();
        store.insert_push(&push).await.unwrap();
        pushes.push(push);
    }
    pushes
}

async fn pushes_are_listed_newest_first_page_by_page(store: &(impl PushStore + PushList)) {
    let mut pushes = a_week(store).await;
    // From the second to the last but one, both of them in.
    let mut query = PushListQuery {
        tenant: pushes[0].registration.push.tenant.clone(),
        push_type: PushType::Batch,
        from: pushes[1].registration.sent_at,
        to: pushes[5].registration.sent_at,
        limit: 2,
        after: None,
    };
    let mut found = Vec::new();
    for _ in 0..20 {
        let page = store.list(&query).await.unwrap().unwrap();
        assert!(page.pushes.len() <= 2);
        found.extend(page.pushes);
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    pushes.reverse();
    assert_eq!(found, pushes[1..6]);
    query.push_type = PushType::Broadcast;
    assert_eq!(store.list(&query).await.unwrap().unwrap().pushes, []);
}

async fn a_place_we_did_not_give_is_none(store: &(impl PushStore + PushList)) {
    let push = a_kept_push(store).await;
    let query = PushListQuery {
        tenant: push.registration.push.tenant,
        push_type: PushType::Batch,
        from: noon(),
        to: noon() + SignedDuration::from_hours(1),
        limit: 10,
        after: Some("not a place".into()),
    };
    assert_eq!(store.list(&query).await.unwrap(), None);
}

async fn an_overview_has_everything_of_one_push(store: &(impl PushStore + RevocationStore + Counters + PushOverview)) {
    let (push, first) = a_kept_revocation(store).await;
    let push = store.push(&push.registration.push).await.unwrap().unwrap();
    let mut second = a_revocation()
        .of(&push)
        .named(&format!("rvk_{}", fresh()))
        .on(&[Channel::Vivo])
        .build();
    second.requested_at += SignedDuration::from_secs(5);
    store.insert_revocation(&push, &second).await.unwrap();
    store.add_late(&first.push, &second.id, Channel::Vivo, 3).await.unwrap();

    let overview = store.overview(&first.push).await.unwrap().unwrap();
    assert_eq!(overview.push.closures, [first.closure(), second.closure()]);
    assert_eq!(overview.revocations, [first, second.clone()], "oldest first");
    assert_eq!(overview.counters[&second.id][&Channel::Vivo].late, 3);
}

async fn an_unknown_push_has_no_overview(store: &impl PushOverview) {
    assert_eq!(store.overview(&an_unknown_push().registration.push).await.unwrap(), None);
}
