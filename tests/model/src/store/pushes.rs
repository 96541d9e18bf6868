//! Pushes, their numbers, and the apps' notices. What is found by its target is only counted.

use std::collections::BTreeSet;

use revocation_app::ports::{AppNotices, Inserted, PushStore, StoreError, TargetIndex, TaskNumbers};
use revocation_rules::actor::Act;
use revocation_rules::ids::{PushRef, TargetId, Tenant};
use revocation_rules::notice::Notices;
use revocation_rules::push::Push;
use revocation_rules::task_number::TaskNumber;

use super::ModelStore;

impl PushStore for ModelStore {
    async fn push(&self, push: &PushRef) -> Result<Option<Push>, StoreError> {
        let found = self.items().pushes.get(push).and_then(|items| items.push.clone());
        Ok(found.filter(|push| push.is_kept(self.now())))
    }

    async fn insert_push(&self, push: &Push) -> Result<Inserted<Push>, StoreError> {
        let now = self.now();
        let mut items = self.items();
        let items = items.pushes.entry(push.registration.push.clone()).or_default();
        if let Some(known) = items.push.as_ref().filter(|known| known.is_kept(now)) {
            return Ok(Inserted::Existing(known.clone()));
        }
        items.push = Some(push.clone());
        Ok(Inserted::New)
    }
}

impl TaskNumbers for ModelStore {
    async fn task_numbered(&self, tenant: &Tenant, number: TaskNumber) -> Result<Option<PushRef>, StoreError> {
        let now = self.now();
        let items = self.items();
        let goes_by_it = |(named, items): &(&PushRef, &super::PushItems)| {
            let kept = items.push.as_ref().is_some_and(|push| push.is_kept(now));
            kept && named.tenant == *tenant && number.is_made() && named.task_number() == Some(number)
        };
        let found = items.pushes.iter().find(goes_by_it);
        Ok(found.map(|(named, _)| named.clone()))
    }
}

impl TargetIndex for ModelStore {
    async fn index_targets(&self, _: &Push, _: &BTreeSet<&TargetId>) -> Result<(), StoreError> {
        Ok(())
    }
}

impl AppNotices for ModelStore {
    async fn notices(&self, of: &Tenant) -> Result<Option<Notices>, StoreError> {
        Ok(self.items().notices.get(of).cloned())
    }

    async fn put_notices(&self, of: &Tenant, notices: &Notices, _: &Act) -> Result<(), StoreError> {
        self.items().notices.insert(of.clone(), notices.clone());
        Ok(())
    }
}
