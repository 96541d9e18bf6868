//! Revocations and their counters, with `DynamoDB`'s limits.

use std::collections::BTreeMap;

use futures::future::try_join;
use jiff::Timestamp;
use revocation_app::ports::{Counters, DuePage, DuePlace, RevocationStore, Saved, StoreResult};
use revocation_aws::sizes::{self, Stored};
use revocation_rules::channel::Channel;
use revocation_rules::counters::ChannelCounters;
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::push::Push;
use revocation_rules::revocation::Revocation;

use super::Metered;
use crate::costs::Step;
use crate::dynamo::{Call, Space};
use crate::sim::lock;

/// An entry of the index of due revocations: keys only.
const OPEN_BYTES: usize = 160;

impl RevocationStore for Metered {
    async fn insert_revocation(&self, push: &Push, revocation: &Revocation) -> StoreResult<Saved> {
        let mut closed = push.clone();
        closed.closures.push(revocation.closure());
        let (push_item, item) = (sizes::push(&closed), sizes::revocation(revocation)?);
        let entry = crate::dynamo::write_units(push_item.bytes);
        let targets = sizes::targets(revocation)?;
        let items: Vec<&Stored> = [&push_item, &item].into_iter().chain(&targets).collect();
        let call = Call::transact(&items)
            .with_indexes(&push_item.indexes, entry)
            .with_indexes(&item.indexes, 1.0);
        self.meter.call(&call).await?;
        self.inner.insert_revocation(push, revocation).await
    }

    async fn revocation(&self, push: &PushRef, revocation: &RevocationId) -> StoreResult<Option<Revocation>> {
        let found = self.inner.revocation(push, revocation).await?;
        let bytes = found.as_ref().map(sizes::revocation).transpose()?.map_or(0, |item| item.bytes);
        self.meter.call(&Call::get(sizes::push_key(push), bytes)).await?;
        if let Some(step @ Step::SweepOne) = self.step {
            self.meter.cpu(self.meter.world.costs.cpu(step)).await;
        }
        Ok(found)
    }

    async fn save_revocation(&self, revocation: &Revocation) -> StoreResult<Saved> {
        let item = sizes::revocation(revocation)?;
        let mut call = Call::update(&item);
        let before = self.inner.revocation(&revocation.push, &revocation.id).await?;
        // An entry that moves is removed and written anew.
        if before.is_some_and(|before| before.due_at != revocation.due_at) {
            let units = if revocation.due_at.is_some() { 2.0 } else { 1.0 };
            let keys = vec![("open", sizes::open_key(&revocation.id))];
            let indexes = if item.indexes.is_empty() { &keys } else { &item.indexes };
            call = call.with_indexes(indexes, units);
        }
        self.meter.call(&call).await?;
        self.inner.save_revocation(revocation).await
    }

    async fn due(&self, part: u8, now: Timestamp, after: Option<&DuePlace>, limit: usize) -> StoreResult<DuePage> {
        let limit = {
            let mut left = lock(&self.due_left);
            let limit = limit.min(*left);
            *left -= limit;
            limit
        };
        let page = self.inner.due(part, now, after, limit).await?;
        let call = Call::query_index(Space::Open, sizes::open_part_key(part), OPEN_BYTES * page.due.len());
        self.meter.call(&call).await?;
        Ok(page)
    }
}

impl Counters for Metered {
    async fn add_late(&self, push: &PushRef, revocation: &RevocationId, channel: Channel, count: u64) -> StoreResult<()> {
        let call = |nth| {
            let mut item = sizes::late(push, revocation, channel, count, nth, self.now());
            self.as_it_was(&mut item, push);
            Call::transact(&[&item])
        };
        self.meter.transact(call).await?;
        self.inner.add_late(push, revocation, channel, count).await
    }

    async fn counters(&self, push: &PushRef, revocation: &RevocationId) -> StoreResult<BTreeMap<Channel, ChannelCounters>> {
        let bytes = self.inner.counters_bytes(push);
        let keys = sizes::counters_keys(push, revocation);
        let each = bytes / keys.len().max(1);
        let counted = Call::get_all(keys.into_iter().map(|pk| (pk, each)));
        // What older code has counted beside the push.
        let older = Call::query(sizes::push_key(push), 0, 0);
        try_join(self.meter.call(&counted), self.meter.call(&older)).await?;
        self.inner.counters(push, revocation).await
    }
}
