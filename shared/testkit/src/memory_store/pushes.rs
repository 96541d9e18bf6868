//! Pushes, lists of them, and everything about one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use revocation_app::ports::{
    Inserted, Overview, PushList, PushListPage, PushListQuery, PushOverview, PushStore, StoreError, TargetIndex, TaskNumbers,
};
use revocation_rules::counters::are_shown;
use revocation_rules::ids::{PushKind, PushRef, TargetId, Tenant};
use revocation_rules::push::Push;
use revocation_rules::task_number::TaskNumber;
use revocation_rules::window;

use super::MemoryStore;

impl PushStore for MemoryStore {
    async fn push(&self, push: &PushRef) -> Result<Option<Push>, StoreError> {
        self.weather.before().await?;
        let found = self.items().pushes.get(push).cloned().filter(|push| push.is_kept(self.now()));
        self.weather.after().await?;
        Ok(found)
    }

    async fn insert_push(&self, push: &Push) -> Result<Inserted<Push>, StoreError> {
        self.weather.before().await?;
        let inserted = {
            let mut items = self.items();
            let key = push.registration.push.clone();
            if let Some(known) = items.pushes.get(&key).filter(|known| known.is_kept(self.now())) {
                Inserted::Existing(known.clone())
            } else {
                let mut push = push.clone();
                if let (Some(shards), PushKind::Task) = (self.task_shards, key.kind) {
                    push.shards = shards;
                }
                items.pushes.insert(key, push);
                Inserted::New
            }
        };
        self.weather.after().await?;
        Ok(inserted)
    }
}

impl TargetIndex for MemoryStore {
    async fn index_targets(&self, push: &Push, targets: &BTreeSet<&TargetId>) -> Result<(), StoreError> {
        self.weather.before().await?;
        let until = window::kept_until(push.registration.latest_sending());
        let named = targets
            .iter()
            .map(|target| ((push.registration.push.clone(), (*target).clone()), until));
        self.items().targets.extend(named);
        self.weather.after().await?;
        Ok(())
    }
}

impl TaskNumbers for MemoryStore {
    async fn task_numbered(&self, tenant: &Tenant, number: TaskNumber) -> Result<Option<PushRef>, StoreError> {
        self.weather.before().await?;
        let now = self.now();
        let goes_by_it = |(named, push): &(&PushRef, &Push)| {
            named.tenant == *tenant && number.is_made() && named.task_number() == Some(number) && push.is_kept(now)
        };
        let found = self.items().pushes.iter().find(goes_by_it).map(|(named, _)| named.clone());
        self.weather.after().await?;
        Ok(found)
    }
}

impl PushList for MemoryStore {
    async fn list(&self, query: &PushListQuery) -> Result<Option<PushListPage>, StoreError> {
        self.weather.before().await?;
        let after = match query.after.as_deref().map(str::parse::<usize>) {
            None => 0,
            Some(Ok(after)) => after,
            Some(Err(_)) => return Ok(None),
        };
        let mut pushes: Vec<Push> = {
            let items = self.items();
            let now = self.now();
            let went_to = |push: &Push, target: &TargetId| {
                let until = items.targets.get(&(push.registration.push.clone(), target.clone()));
                until.is_some_and(|until| now < *until)
            };
            let fits = |push: &&Push| {
                let said = &push.registration;
                push.is_kept(now)
                    && said.push.tenant == query.tenant
                    && said.push_type == query.push_type
                    && query.from <= said.sent_at
                    && said.sent_at <= query.to
                    && query.filter.fits(push)
                    && query.target.as_ref().is_none_or(|target| went_to(push, target))
            };
            items.pushes.values().filter(fits).cloned().collect()
        };
        pushes.sort_by_key(|push| Reverse(push.registration.sent_at));
        let next = (pushes.len() > after + query.limit).then(|| (after + query.limit).to_string());
        let pushes = pushes.into_iter().skip(after).take(query.limit).collect();
        self.weather.after().await?;
        Ok(Some(PushListPage { pushes, next }))
    }
}

impl PushOverview for MemoryStore {
    async fn overview(&self, push: &PushRef) -> Result<Option<Overview>, StoreError> {
        self.weather.before().await?;
        let overview = {
            let items = self.items();
            items
                .pushes
                .get(push)
                .cloned()
                .filter(|found| found.is_kept(self.now()))
                .map(|found| {
                    let mut revocations: Vec<_> = items
                        .revocations
                        .iter()
                        .filter(|((of, id), _)| of == push && found.has_revocation(id))
                        .map(|(_, revocation)| revocation.clone())
                        .collect();
                    revocations.sort_by_key(|revocation| revocation.requested_at);
                    let counters: BTreeMap<_, _> = revocations
                        .iter()
                        .filter(|revocation| are_shown(revocation))
                        .map(|revocation| (revocation.id.clone(), items.counters_of(push, &revocation.id)))
                        .filter(|(_, counters)| !counters.is_empty())
                        .collect();
                    Overview {
                        push: found,
                        revocations,
                        counters,
                    }
                })
        };
        self.weather.after().await?;
        Ok(overview)
    }
}
