//! The same ports with `DynamoDB`'s limits: each makes the calls that `shared/aws` makes, and waits for them.
//!
//! That they are the same calls is compared in `tests/calls.rs`. What is read is read when the call begins, and what is
//! written is written when it ends.

mod receipts;
mod revocations;

use std::collections::BTreeSet;

use futures::future::try_join;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use revocation_app::ports::{
    BatchContents, BatchHeaders, BatchPayloads, BatchRecorder, BatchWork, BatchWorkStore, Claimed, Clock as _, Finished, Inserted, Payload,
    ProgressList, PushStore, Recorded, RevocationStore, ShardPage, StoreResult, TargetIndex, UnaskedWork,
};
use revocation_aws::sizes::{self, Stored};
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchId, BatchRef, PushRef, RevocationId, TargetId};
use revocation_rules::progress::{BatchProgress, Change};
use revocation_rules::push::Push;
use revocation_rules::tally::{BatchCount, BatchOutline, Tally};
use revocation_rules::walk::Reading;

use super::{Bytes, ModelStore};
use crate::costs::Step;
use crate::dynamo::Call;
use crate::limits::Behaviour;
use crate::meter::Meter;

/// Puts of targets at once.
const PUTS: usize = 32;

/// The store as one invocation sees it.
pub struct Metered {
    pub meter: Meter,
    inner: ModelStore,
    /// What the use case computes for each page of headers, or for each revocation that it reads.
    step: Option<Step>,
    /// How many due revocations may still be asked for.
    due_left: std::sync::Mutex<usize>,
}

impl Metered {
    pub fn new(meter: &Meter) -> Self {
        let due_left = match meter.world.limits.behaviour {
            Behaviour::SweepOfAHundred => 100,
            Behaviour::AsItIs | Behaviour::CountersUnderOneKey | Behaviour::RecountWithoutDeadline => usize::MAX,
        };
        Self {
            inner: meter.world.store.clone(),
            meter: meter.clone(),
            step: None,
            due_left: std::sync::Mutex::new(due_left),
        }
    }

    /// Each page of headers is one such step, or each revocation of a sweep.
    #[must_use]
    pub const fn in_steps_of(mut self, step: Step) -> Self {
        self.step = Some(step);
        self
    }

    pub(super) const fn inner(&self) -> &ModelStore {
        &self.inner
    }

    fn now(&self) -> Timestamp {
        self.meter.world.sim.now()
    }

    fn counters_of(&self, batch: &BatchRef, id: &RevocationId, channel: Channel, change: &Change, nth: u32) -> Stored {
        let mut item = sizes::counters(batch, id, channel, change, nth, self.now());
        self.as_it_was(&mut item, &batch.push);
        item
    }

    fn as_it_was(&self, item: &mut Stored, push: &PushRef) {
        if self.meter.world.limits.behaviour == Behaviour::CountersUnderOneKey {
            item.pk = sizes::push_key(push);
        }
    }

    /// Header and progress of a batch, and its revocation unless this process knows what it asks for.
    async fn read_state(&self, of: &BatchRef, by: Option<(&RevocationId, Option<u32>)>) -> StoreResult<()> {
        let bytes = self.inner.bytes_of(of);
        let shard = sizes::shard_key(&of.push, of.shard);
        let mut keys = vec![(shard.clone(), bytes.header), (shard, bytes.progress)];
        let mut targets = None;
        if let Some((id, replays)) = by
            && !(self.meter.env.knows(id) && replays.is_some())
        {
            let found = self.inner.revocation(&of.push, id).await?;
            let bytes = found.as_ref().map(sizes::revocation).transpose()?.map_or(0, |item| item.bytes);
            keys.push((sizes::push_key(&of.push), bytes));
            targets = found.as_ref().map(sizes::targets).transpose()?.flatten();
            if found.is_some() {
                self.meter.env.learn(id);
            }
        }
        self.meter.call(&Call::get_all(keys)).await?;
        if let Some(targets) = targets {
            self.meter.call(&Call::get_unchanging(targets.pk, targets.bytes)).await?;
        }
        Ok(())
    }

    async fn read_contents(&self, of: &BatchRef) -> StoreResult<()> {
        let bytes = self.inner.bytes_of(of);
        let receipts = Call::query(sizes::receipt_key(of), bytes.receipts, bytes.receipts);
        if bytes.payload == 0 {
            return self.meter.call(&receipts).await;
        }
        let payload = Call::get_unchanging(sizes::payload_key(of), bytes.payload);
        try_join(self.meter.call(&payload), self.meter.call(&receipts)).await?;
        Ok(())
    }
}

impl PushStore for Metered {
    async fn push(&self, push: &PushRef) -> StoreResult<Option<Push>> {
        let found = self.inner.push(push).await?;
        let bytes = found.as_ref().map_or(0, |push| sizes::push(push).bytes);
        self.meter.call(&Call::get(sizes::push_key(push), bytes)).await?;
        Ok(found)
    }

    async fn insert_push(&self, push: &Push) -> StoreResult<Inserted<Push>> {
        let item = sizes::push(push);
        let call = match sizes::number(push) {
            Some(number) => Call::transact(&[&item, &number]),
            None => Call::put(&item),
        };
        let entry = crate::dynamo::write_units(item.bytes);
        self.meter.call(&call.with_indexes(&item.indexes, entry)).await?;
        self.inner.insert_push(push).await
    }
}

impl TargetIndex for Metered {
    async fn index_targets(&self, push: &Push, targets: &BTreeSet<&TargetId>) -> StoreResult<()> {
        let calls: Vec<Call> = targets.iter().map(|target| Call::put(&sizes::target(push, target))).collect();
        stream::iter(calls)
            .map(|call| async move { self.meter.call(&call).await })
            .buffer_unordered(PUTS)
            .try_collect::<()>()
            .await?;
        self.inner.index_targets(push, targets).await
    }
}

impl BatchRecorder for Metered {
    async fn record(&self, header: &BatchHeader, deliveries: &[Delivery]) -> StoreResult<Recorded> {
        let (item, payload) = sizes::batch(header, deliveries)?;
        if let Some(payload) = &payload {
            self.meter.call(&Call::put(payload)).await?;
        }
        self.meter.call(&Call::put(&item)).await?;
        self.inner
            .note_batch(header, item.bytes, payload.map_or(0, |payload| payload.bytes));
        self.inner.record(header, deliveries).await
    }
}

impl Metered {
    /// A page of a shard: what lies on it is read, and then worked on.
    async fn page(&self, push: &PushRef, shard: u16, bytes: usize, reading: Reading) -> StoreResult<()> {
        let call = Call::query(sizes::shard_key(push, shard), bytes, bytes);
        let call = match reading {
            Reading::Consistent => call,
            Reading::Eventual => call.eventually(),
        };
        self.meter.call(&call).await
    }

    async fn compute_page(&self, items: usize) {
        if let Some(step @ (Step::FanoutPage | Step::RecountPage)) = self.step {
            // A page is 500; the last one of a shard has fewer.
            let part = f64::from(u32::try_from(items).unwrap_or(u32::MAX)) / 500.0;
            let cpu = self.meter.world.costs.cpu(step);
            self.meter.cpu(cpu * part.max(0.05)).await;
        }
    }

    fn header_bytes(&self, push: &PushRef, shard: u16, batches: impl Iterator<Item = BatchId>) -> usize {
        self.bytes(push, shard, batches, |bytes| bytes.header)
    }

    fn bytes(&self, push: &PushRef, shard: u16, batches: impl Iterator<Item = BatchId>, of: impl Fn(Bytes) -> usize) -> usize {
        let mut at = None;
        let mut sum = 0;
        for batch in batches {
            let at: &mut BatchRef = at.get_or_insert_with(|| BatchRef {
                push: push.clone(),
                shard,
                batch: batch.clone(),
            });
            at.batch = batch;
            sum += of(self.inner.bytes_of(at));
        }
        sum
    }
}

impl BatchHeaders for Metered {
    async fn headers(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> StoreResult<ShardPage<BatchHeader>> {
        let page = self.inner.headers(push, shard, after).await?;
        let bytes = self.header_bytes(push, shard, page.items.iter().map(|header| header.batch.batch.clone()));
        self.page(push, shard, bytes, Reading::Consistent).await?;
        self.compute_page(page.items.len()).await;
        Ok(page)
    }

    async fn outlines(
        &self,
        push: &PushRef,
        shard: u16,
        after: Option<&BatchId>,
        reading: Reading,
    ) -> StoreResult<ShardPage<BatchOutline>> {
        let page = self.inner.outlines(push, shard, after, reading).await?;
        let bytes = self.header_bytes(push, shard, page.items.iter().map(|outline| outline.batch.clone()));
        self.page(push, shard, bytes, reading).await?;
        self.compute_page(page.items.len()).await;
        Ok(page)
    }

    async fn counts(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> StoreResult<ShardPage<BatchCount>> {
        let headers = self.inner.headers(push, shard, after).await?;
        let bytes = self.header_bytes(push, shard, headers.items.iter().map(|header| header.batch.batch.clone()));
        self.page(push, shard, bytes, Reading::Consistent).await?;
        self.inner.counts(push, shard, after).await
    }
}

impl BatchPayloads for Metered {
    async fn payloads(&self, headers: &[BatchHeader]) -> StoreResult<Vec<Option<Vec<Delivery>>>> {
        let items = headers.iter().map(|header| {
            let bytes = self.inner.bytes_of(&header.batch).payload;
            (sizes::payload_key(&header.batch), bytes)
        });
        self.meter.call(&Call::get_all(items)).await?;
        self.inner.payloads(headers).await
    }
}

impl BatchWorkStore for Metered {
    async fn work(&self, batch: &BatchRef, revocation: &RevocationId, replays: Option<u32>) -> StoreResult<Option<BatchWork>> {
        let work = self.inner.work(batch, revocation, replays).await?;
        self.read_state(batch, Some((revocation, replays))).await?;
        Ok(work)
    }

    async fn contents(&self, header: &BatchHeader, payload: Payload) -> StoreResult<BatchContents> {
        self.read_contents(&header.batch).await?;
        self.inner.contents(header, payload).await
    }

    async fn unasked_work(&self, batch: &BatchRef) -> StoreResult<Option<UnaskedWork>> {
        self.read_state(batch, None).await?;
        self.read_contents(batch).await?;
        self.inner.unasked_work(batch).await
    }

    async fn claim(&self, progress: &BatchProgress) -> StoreResult<Claimed> {
        let item = sizes::progress(progress, self.now())?;
        self.meter.call(&Call::put(&item)).await?;
        let claimed = self.inner.claim(progress).await?;
        if claimed == Claimed::Yes {
            self.inner.note_progress(&progress.batch, item.bytes);
        }
        Ok(claimed)
    }

    async fn finish(&self, progress: &BatchProgress, changes: &[(RevocationId, Change)]) -> StoreResult<Finished> {
        let item = sizes::progress(progress, self.now())?;
        let to_add: Vec<_> = changes.iter().filter(|(_, change)| !change.is_empty()).collect();
        if to_add.is_empty() {
            self.meter.call(&Call::put(&item)).await?;
        } else {
            let counters = |nth: u32| -> Vec<Stored> {
                let of = |(id, change): &&(RevocationId, Change)| self.counters_of(&progress.batch, id, progress.channel, change, nth);
                to_add.iter().map(of).collect()
            };
            let call = |nth| {
                let counters = counters(nth);
                let items: Vec<&Stored> = std::iter::once(&item).chain(&counters).collect();
                Call::transact(&items)
            };
            let nth = self.meter.patiently(call).await?;
            for counters in counters(nth) {
                self.inner.note_counters(&progress.batch.push, &counters);
            }
        }
        let finished = self.inner.finish(progress, changes).await?;
        if finished == Finished::Yes {
            self.inner.note_progress(&progress.batch, item.bytes);
        }
        Ok(finished)
    }
}

impl ProgressList for Metered {
    async fn progresses(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> StoreResult<ShardPage<BatchProgress>> {
        let page = self.inner.progresses(push, shard, after).await?;
        let batches = page.items.iter().map(|progress| progress.batch.batch.clone());
        let bytes = self.bytes(push, shard, batches, |bytes| bytes.progress);
        self.page(push, shard, bytes, Reading::Consistent).await?;
        Ok(page)
    }

    async fn progress(&self, batch: &BatchRef) -> StoreResult<Option<BatchProgress>> {
        let bytes = self.inner.bytes_of(batch).progress;
        self.meter
            .call(&Call::get(sizes::shard_key(&batch.push, batch.shard), bytes))
            .await?;
        self.inner.progress(batch).await
    }

    async fn tallies(
        &self,
        push: &PushRef,
        shard: u16,
        after: Option<&BatchId>,
        revocation: &RevocationId,
        reading: Reading,
    ) -> StoreResult<ShardPage<Tally>> {
        let page = self.inner.tallies(push, shard, after, revocation, reading).await?;
        let batches = page.items.iter().map(|tally| tally.batch.clone());
        let bytes = self.bytes(push, shard, batches, |bytes| bytes.progress);
        self.page(push, shard, bytes, reading).await?;
        Ok(page)
    }
}
