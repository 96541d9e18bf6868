//! What a dispatcher needs: read the work, take it, end it.
//!
//! Safe against lost answers twice over: a repetition by the SDK carries the
//! same token, and a condition that fails on what this very call wrote is a yes.

use aws_sdk_dynamodb::types::CancellationReason;
use revocation_app::ports::{BatchContents, BatchWork, BatchWorkStore, Claimed, Finished, Payload, StoreError, UnaskedWork};
use revocation_rules::batch::BatchHeader;
use revocation_rules::ids::{BatchRef, RevocationId};
use revocation_rules::progress::{BatchProgress, Change};

use super::DynamoPushStore;
use super::transact::Transacted;
use crate::dice::random_text;
use crate::items::condition::Condition;
use crate::items::{Item, at, counters, key, progress, written_by};
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

    /// Outcomes and counters in one transaction, or, when the counters do not change, the outcomes alone.
    async fn finish(&self, done: &BatchProgress, changes: &[(RevocationId, Change)]) -> Result<Finished, StoreError> {
        let now = self.now();
        let name = random_text();
        let before = done.version;
        let item = progress::write(done, before + 1, &name, now)?;
        let to_add: Vec<_> = changes.iter().filter(|(_, change)| !change.is_empty()).collect();
        let written = if to_add.is_empty() {
            self.put_progress(&item, before, &name).await?
        } else {
            let first = counters::spread(&done.batch.batch);
            let writes = |nth: u32| {
                let mut writes = vec![self.put_of(item.clone(), &Condition::version_is(before))?];
                for (revocation, change) in &to_add {
                    let sk = key::counters(revocation, done.channel, counters::nth_spread(first, nth));
                    let add = counters::add_change(revocation, done.channel, change, now);
                    writes.push(self.update_of(at(key::push(&done.batch.push), sk), &add)?);
                }
                Ok(writes)
            };
            match self.transact(&name, writes).await? {
                Transacted::Written => true,
                Transacted::Refused(reasons) => written_by::is(reasons.first().and_then(CancellationReason::item), &name),
            }
        };
        Ok(if written { Finished::Yes } else { Finished::Lost })
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
