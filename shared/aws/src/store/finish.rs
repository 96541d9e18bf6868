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
    pub(super) async fn finish_batch(
        &self,
        done: &BatchProgress,
        revocation: &RevocationId,
        change: &Change,
    ) -> Result<Finished, StoreError> {
        let now = self.now();
        let name = random_text();
        let before = done.version;
        let item = progress::write(done, before + 1, &name, now)?;
        let written = if change.is_empty() {
            self.put_progress(item, before, &name).await?
        } else {
            let add = counters::add_change(revocation, done.channel, change, now);
            let first = counters::spread(&done.batch.batch);
            let writes = |nth: u32| {
                let sk = key::counters(revocation, done.channel, counters::nth_spread(first, nth));
                Ok(vec![
                    self.put_of(item.clone(), VersionIs::new(before))?,
                    self.update_of(key::push(&done.batch.push), sk, &add)?,
                ])
            };
            match self.transact(&name, writes).await? {
                Transacted::Written => true,
                Transacted::Refused(reasons) => written_by::is(reasons.first().and_then(CancellationReason::item), &name),
            }
        };
        Ok(if written { Finished::Yes } else { Finished::Lost })
    }
}
