//! Ends a piece of work: outcomes and counters in one transaction, or, when the
//! counters do not change, the outcomes alone.
//!
//! Safe against lost answers twice over: a repetition by the SDK carries the
//! same token, and a condition that fails on what this very call wrote is a yes.

use aws_sdk_dynamodb::types::CancellationReason;
use revocation_app::ports::{Finished, StoreError};
use revocation_rules::ids::RevocationId;
use revocation_rules::progress::{BatchProgress, Change};

use super::DynamoPushStore;
use super::put_progress::VersionIs;
use super::transact::Transacted;
use crate::dice::random_text;
use crate::items::{counters, key, progress, written_by};

impl DynamoPushStore {
    pub(super) async fn finish_batch(&self, done: &BatchProgress, changes: &[(RevocationId, Change)]) -> Result<Finished, StoreError> {
        let now = self.now();
        let name = random_text();
        let before = done.version;
        let item = progress::write(done, before + 1, &name, now)?;
        let to_add: Vec<_> = changes.iter().filter(|(_, change)| !change.is_empty()).collect();
        let written = if to_add.is_empty() {
            self.put_progress(item, before, &name).await?
        } else {
            let first = counters::spread(&done.batch.batch);
            let writes = |nth: u32| {
                let mut writes = vec![self.put_of(item.clone(), VersionIs::new(before))?];
                for (revocation, change) in &to_add {
                    let sk = key::counters(revocation, done.channel, counters::nth_spread(first, nth));
                    let add = counters::add_change(revocation, done.channel, change, now);
                    writes.push(self.update_of(key::push(&done.batch.push), sk, &add)?);
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
