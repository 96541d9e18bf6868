//! What a dispatcher needs: read the work, take it, end it.
//!
//! Safe against lost answers twice over: a repetition by the SDK carries the
//! same token, and a condition that fails on what this very call wrote is a yes.

use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem};
use jiff::Timestamp;
use revocation_app::ports::{BatchContents, BatchWork, BatchWorkStore, Claimed, Finished, Payload, StoreError, UnaskedWork};
use revocation_rules::batch::BatchHeader;
use revocation_rules::ids::{BatchRef, RevocationId};
use revocation_rules::progress::{BatchProgress, Change};
use revocation_rules::verdict::MAX_REVOCATIONS;

use super::DynamoPushStore;
use super::transact::Transacted;
use crate::dice::random_text;
use crate::items::condition::Condition;
use crate::items::{Item, at, counters, key, progress, written_by};
use crate::pause::patiently;
use crate::table::Written;

impl BatchWorkStore for DynamoPushStore {
    async fn work(&self, batch: &BatchRef, revocation: &RevocationId, replays: Option<u32>) -> Result<Option<BatchWork>, StoreError> {
        self.read_work(batch, revocation, replays).await
    }

    async fn contents(&self, header: &BatchHeader, payload: Payload) -> Result<BatchContents, StoreError> {
        self.read_contents(header, payload).await
    }

    async fn unasked_work(&self, batch: &BatchRef) -> Result<Option<UnaskedWork>, StoreError> {
        self.read_unasked_work(batch).await
    }

    async fn claim(&self, claimed: &BatchProgress) -> Result<Claimed, StoreError> {
        let name = random_text();
        let item = progress::write(claimed, claimed.version, &name, self.now())?;
        let before = claimed.version.saturating_sub(1);
        if self.put_progress(&item, before, &name).await? {
            Ok(Claimed::Yes)
        } else {
            Ok(Claimed::Lost)
        }
    }

    /// Outcomes and counters in one transaction, or, when the counters do not change, the outcomes alone. Tried for as
    /// long as an invocation has left for it: what it says has happened.
    async fn finish(&self, done: &BatchProgress, changes: &[(RevocationId, Change)]) -> Result<Finished, StoreError> {
        let name = random_text();
        let end = End {
            done,
            item: progress::write(done, done.version + 1, &name, self.now())?,
            name: &name,
            now: self.now(),
        };
        let to_add: Vec<_> = changes.iter().filter(|(_, change)| !change.is_empty()).collect();
        let (with_it, after_it) = to_add.split_at(to_add.len().min(COUNTED_AT_ONCE));
        if !patiently("finish", self.patience, |round| self.end(&end, with_it, round)).await? {
            return Ok(Finished::Lost);
        }
        if !after_it.is_empty() {
            self.transact(&random_text(), |nth| self.counts(&end, after_it, nth)).await?;
        }
        Ok(Finished::Yes)
    }
}

/// What is written when work on a batch ends.
struct End<'a> {
    done: &'a BatchProgress,
    item: Item,
    /// Names the write, so that a repetition knows itself.
    name: &'a str,
    now: Timestamp,
}

/// A transaction takes 100 writes: the progress, and the counters of as many revocations as a push may have. A push of
/// an older version may have two more: theirs are counted right after it.
const COUNTED_AT_ONCE: usize = 99;
const _: () = assert!(
    COUNTED_AT_ONCE > MAX_REVOCATIONS,
    "all revocations of a push, and the one of everything"
);

impl DynamoPushStore {
    /// Whether it was written, now or in an earlier round. An earlier one that arrives late cannot do it a second time:
    /// the version is no longer the one before it.
    async fn end(&self, end: &End<'_>, counted: &[&(RevocationId, Change)], round: u32) -> Result<bool, StoreError> {
        let before = end.done.version;
        if counted.is_empty() {
            return self.put_progress(&end.item, before, end.name).await;
        }
        let writes = |nth| {
            let mut writes = vec![self.put_of(end.item.clone(), &Condition::version_is(before))?];
            writes.extend(self.counts(end, counted, nth)?);
            Ok(writes)
        };
        Ok(match self.transact_again(end.name, round, writes).await? {
            Transacted::Written => true,
            Transacted::Refused(reasons) => written_by::is(reasons.first().and_then(CancellationReason::item), end.name),
        })
    }

    fn counts(&self, end: &End<'_>, counted: &[&(RevocationId, Change)], nth: u32) -> Result<Vec<TransactWriteItem>, StoreError> {
        let BatchRef { push, batch, .. } = &end.done.batch;
        let spread = counters::nth_spread(counters::first_spread(batch, push.kind), nth, push.kind);
        let write = |(revocation, change): &&(RevocationId, Change)| {
            let (pk, sk) = key::counters(push, revocation, spread);
            self.update_of(at(pk, sk), &counters::add_change(end.done.channel, change, end.now))
        };
        counted.iter().map(write).collect()
    }
}

impl DynamoPushStore {
    /// Whether it was written; `false` means that somebody else wrote since the version `before` was read.
    async fn put_progress(&self, item: &Item, before: u64, name: &str) -> Result<bool, StoreError> {
        Ok(match self.table.put_if(item, &Condition::version_is(before)).await? {
            Written::Yes => true,
            // The SDK asks again when an answer is lost, and then meets what it wrote itself.
            Written::No(there) => written_by::is(there.as_ref(), name),
        })
    }
}
