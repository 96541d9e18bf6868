//! [`PushList`] and [`PushOverview`].

use std::collections::BTreeSet;

use jiff::SignedDuration;
use revocation_app::ports::{Counters, PushFilter, PushList, PushListQuery, PushOverview, PushStore, RevocationStore, TargetIndex};
use revocation_rules::channel::Channel;
use revocation_rules::ids::{TargetId, Tenant};
use revocation_rules::push::{Push, PushState, PushType};

use super::{a_kept_push, a_kept_revocation, an_unknown_push, fresh};
use crate::builders::{a_push, a_revocation, message, noon, task, tenant};

pub async fn push_list(store: &(impl PushStore + PushList + RevocationStore + TargetIndex)) {
    pushes_are_listed_newest_first_page_by_page(store).await;
    a_list_has_only_what_fits_its_filter(store).await;
    messages_are_found_by_their_targets(store).await;
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

/// Everything of one tenant and type, two on a page.
fn all_of(tenant: &Tenant, push_type: PushType) -> PushListQuery {
    PushListQuery {
        tenant: tenant.clone(),
        push_type,
        from: noon(),
        to: noon() + SignedDuration::from_hours(30 * 24),
        limit: 2,
        filter: PushFilter::default(),
        target: None,
        after: None,
    }
}

/// All pages of a list, one after the other. A page may be short, but never longer than asked for.
async fn every_page(store: &impl PushList, query: &PushListQuery) -> Vec<Push> {
    let mut query = query.clone();
    let mut found = Vec::new();
    for _ in 0..20 {
        let page = store.list(&query).await.unwrap().unwrap();
        assert!(page.pushes.len() <= query.limit);
        found.extend(page.pushes);
        query.after = page.next;
        if query.after.is_none() {
            return found;
        }
    }
    panic!("the list does not end");
}

async fn a_list_has_only_what_fits_its_filter(store: &(impl PushStore + PushList + RevocationStore)) {
    let tenant = tenant(&format!("APP{}", fresh()));
    let mut pushes = Vec::new();
    for (nth, title) in (0..).zip(["Autumn sale", "AUTUMN Gale", "Other", "autumn", "Autum", "秋季促销"]) {
        let mut push = a_push()
            .named(task(&tenant, &format!("t{nth}")))
            .sent_at(noon() + SignedDuration::from_hours(nth * 12))
            .build();
        push.registration.title = title.to_owned();
        store.insert_push(&push).await.unwrap();
        pushes.push(push);
    }
    // The second whole, the fourth in part.
    let whole = a_revocation().of(&pushes[1]).named(&format!("rvk_{}", fresh())).build();
    let part = a_revocation()
        .of(&pushes[3])
        .named(&format!("rvk_{}", fresh()))
        .on(&[Channel::Vivo])
        .build();
    store.insert_revocation(&pushes[1], &whole).await.unwrap();
    store.insert_revocation(&pushes[3], &part).await.unwrap();

    let ids = async |name: Option<&str>, state: Option<PushState>| -> Vec<String> {
        let filter = PushFilter {
            name: name.map(str::to_owned),
            state,
        };
        let query = PushListQuery {
            filter,
            ..all_of(&tenant, PushType::Batch)
        };
        let found = every_page(store, &query).await;
        found.iter().map(|push| push.registration.push.id.to_string()).collect()
    };
    assert_eq!(ids(Some("Autumn"), None).await, ["t3", "t1", "t0"]);
    assert_eq!(ids(Some("秋季"), None).await, ["t5"]);
    assert_eq!(ids(Some("nothing"), None).await, [""; 0]);
    assert_eq!(ids(None, Some(PushState::Revoked)).await, ["t1"]);
    assert_eq!(ids(None, Some(PushState::PartlyRevoked)).await, ["t3"]);
    assert_eq!(ids(None, Some(PushState::Open)).await, ["t5", "t4", "t2", "t0"]);
    assert_eq!(ids(Some("autumn"), Some(PushState::Open)).await, ["t0"]);
}

async fn messages_are_found_by_their_targets(store: &(impl PushStore + PushList + TargetIndex)) {
    let (own, foreign) = (tenant(&format!("APP{}", fresh())), tenant(&format!("APP{}", fresh())));
    let [ann, bob]: [TargetId; 2] = ["user#1 100%", "用户 2"].map(|target| target.parse().unwrap());
    for nth in 0..5 {
        for (tenant, push_type) in [(&own, PushType::Simple), (&own, PushType::Template), (&foreign, PushType::Simple)] {
            let mut push = a_push()
                .named(message(tenant, &format!("{}-{nth}", push_type.as_str())))
                .sent_at(noon() + SignedDuration::from_hours(nth * 12))
                .build();
            push.registration.push_type = push_type;
            push.registration.title = format!("number {nth}");
            store.insert_push(&push).await.unwrap();
            let targets = if nth % 2 == 0 {
                BTreeSet::from([&ann, &bob])
            } else {
                BTreeSet::from([&bob])
            };
            store.index_targets(&push, &targets).await.unwrap();
            // A sender that got no answer sends again.
            store.index_targets(&push, &targets).await.unwrap();
        }
    }
    let mut query = all_of(&own, PushType::Simple);
    query.target = Some(ann);
    let ids = async |query: &PushListQuery| -> Vec<String> {
        let found = every_page(store, query).await;
        assert!(found.iter().all(|push| push.registration.push.tenant == query.tenant));
        found.iter().map(|push| push.registration.push.id.to_string()).collect()
    };
    assert_eq!(ids(&query).await, ["simple-4", "simple-2", "simple-0"]);
    query.filter.name = Some("NUMBER 2".to_owned());
    assert_eq!(ids(&query).await, ["simple-2"]);
    query.filter.name = None;
    query.from = noon() + SignedDuration::from_hours(1);
    assert_eq!(ids(&query).await, ["simple-4", "simple-2"]);
    query.push_type = PushType::Template;
    query.target = Some(bob);
    query.to = noon() + SignedDuration::from_hours(36);
    assert_eq!(ids(&query).await, ["template-3", "template-2", "template-1"]);
    query.target = Some("user#1".parse().unwrap());
    assert_eq!(ids(&query).await, [""; 0]);
}

async fn pushes_are_listed_newest_first_page_by_page(store: &(impl PushStore + PushList)) {
    let mut pushes = a_week(store).await;
    // From the second to the last but one, both of them in.
    let mut query = PushListQuery {
        from: pushes[1].registration.sent_at,
        to: pushes[5].registration.sent_at,
        ..all_of(&pushes[0].registration.push.tenant, PushType::Batch)
    };
    let found = every_page(store, &query).await;
    pushes.reverse();
    assert_eq!(found, pushes[1..6]);
    query.push_type = PushType::Broadcast;
    assert_eq!(store.list(&query).await.unwrap().unwrap().pushes, []);
}

async fn a_place_we_did_not_give_is_none(store: &(impl PushStore + PushList)) {
    let push = a_kept_push(store).await;
    let query = PushListQuery {
        after: Some("not a place".into()),
        ..all_of(&push.registration.push.tenant, PushType::Batch)
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
