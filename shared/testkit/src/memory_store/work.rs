//! The work on a batch: read, claim, finish.
//!
//! Notes what law L7 forbids: a write by somebody who is not the last one that
//! claimed or wrote, and an outcome that changes into what it may not become.

use std::sync::Arc;

use jiff::Timestamp;
use revocation_app::ports::{
    BatchContents, BatchWork, BatchWorkStore, Claimed, Finished, Payload, ProgressList, ShardPage, StoreError, UnaskedWork,
};
use revocation_rules::batch::BatchHeader;
use revocation_rules::ids::{BatchId, BatchRef, PushRef, RevocationId};
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::{BatchProgress, Change};
use revocation_rules::tally::Tally;
use revocation_rules::terms::Assignment;
use revocation_rules::walk::Reading;
use revocation_rules::window;

use super::{Items, MemoryStore, page};

impl Items {
    /// A batch that is there, its progress, and what an earlier recording left behind.
    fn state_of(&self, batch: &BatchRef, now: Timestamp) -> Option<(BatchHeader, Option<BatchProgress>, Option<BatchProgress>)> {
        let header = self.headers.get(batch).filter(|header| window::is_kept(header.sent_at, now))?;
        let (progress, earlier) = BatchProgress::sort(header, self.progresses.get(batch).cloned());
        Some((header.clone(), progress, earlier))
    }

    fn version_of(&self, batch: &BatchRef) -> u64 {
        self.progresses.get(batch).map_or(0, |progress| progress.version)
    }

    /// What a slot is and what `progress` makes of it.
    fn change(&self, progress: &BatchProgress, slot: usize) -> (Option<Outcome>, Option<Outcome>) {
        let of = |progress: &BatchProgress| progress.slots.get(slot).map(|(outcome, _)| outcome);
        let stored = self.progresses.get(&progress.batch);
        // What an earlier recording left behind may be written over.
        let same = stored.filter(|stored| stored.recording == progress.recording);
        (same.and_then(of), of(progress))
    }
}

impl BatchWorkStore for MemoryStore {
    async fn work(&self, batch: &BatchRef, revocation: &RevocationId, replays: Option<u32>) -> Result<Option<BatchWork>, StoreError> {
        self.weather.before().await?;
        let work = {
            let items = self.items();
            items.state_of(batch, self.now()).map(|(header, progress, earlier)| {
                let key = (batch.push.clone(), revocation.clone());
                let assigned = items.revocations.get(&key).map(|revocation| Assignment {
                    terms: Arc::new(revocation.into()),
                    // What the job says, as a store does that has kept the terms.
                    replays: replays.unwrap_or(revocation.replays),
                });
                BatchWork {
                    header,
                    progress,
                    earlier,
                    revocation: assigned,
                    payload: Payload::Apart,
                }
            })
        };
        self.weather.after().await?;
        Ok(work)
    }

    async fn contents(&self, header: &BatchHeader, payload: Payload) -> Result<BatchContents, StoreError> {
        self.weather.before().await?;
        let contents = {
            let mut items = self.items();
            items.note_told(self.weather.running().invocation, &header.batch);
            BatchContents {
                deliveries: match payload {
                    Payload::Inline(deliveries) => Some(deliveries),
                    Payload::Apart => items.payload_of(header),
                },
                receipts: items.receipts_of(header),
            }
        };
        self.weather.after().await?;
        Ok(contents)
    }

    async fn unasked_work(&self, batch: &BatchRef) -> Result<Option<UnaskedWork>, StoreError> {
        self.weather.before().await?;
        let work = {
            let mut items = self.items();
            items.note_told(self.weather.running().invocation, batch);
            items.state_of(batch, self.now()).map(|(header, progress, _)| UnaskedWork {
                deliveries: items.payload_of(&header),
                receipts: items.receipts_of(&header),
                header,
                progress,
            })
        };
        self.weather.after().await?;
        Ok(work)
    }

    async fn claim(&self, progress: &BatchProgress) -> Result<Claimed, StoreError> {
        self.weather.before().await?;
        let claimed = {
            let mut items = self.items();
            if items.version_of(&progress.batch) + 1 == progress.version {
                self.note_claim(&mut items, progress);
                items.put_progress(progress.clone(), self.now());
                let me = self.weather.running().invocation;
                items.last_writer.insert(progress.batch.clone(), me);
                items.claims.insert(me, progress.batch.clone());
                Claimed::Yes
            } else {
                self.weather.note("a lost claim");
                Claimed::Lost
            }
        };
        self.weather.after().await?;
        Ok(claimed)
    }

    async fn finish(&self, progress: &BatchProgress, changes: &[(RevocationId, Change)]) -> Result<Finished, StoreError> {
        self.weather.before().await?;
        let finished = {
            let mut items = self.items();
            if items.version_of(&progress.batch) == progress.version {
                self.note(&mut items, progress);
                let mut written = progress.clone();
                written.version += 1;
                items.put_progress(written, self.now());
                for (revocation, change) in changes {
                    let key = (progress.batch.push.clone(), revocation.clone(), progress.channel);
                    let counted = items.counters.entry(key).or_default();
                    counted.suspected += change.suspected;
                    for (outcome, by) in &change.outcomes {
                        *counted.outcomes.entry(*outcome).or_default() += by;
                    }
                }
                Finished::Yes
            } else {
                self.weather.note("a lost lease");
                Finished::Lost
            }
        };
        self.weather.after().await?;
        Ok(finished)
    }
}

impl MemoryStore {
    /// A claim writes no outcome; it may open what failed.
    fn note_claim(&self, items: &mut Items, progress: &BatchProgress) {
        for slot in 0..progress.slots.len() {
            match items.change(progress, slot) {
                (Some(Outcome::Failed), None) => items.reopened.push((progress.batch.clone(), slot)),
                (was, is) if was != is => {
                    self.weather
                        .report(format!("L2: a claim turned {was:?} into {is:?} in {:?}", progress.batch));
                }
                _ => {}
            }
        }
    }

    fn note(&self, items: &mut Items, progress: &BatchProgress) {
        let me = self.weather.running().invocation;
        let mut ended = Vec::new();
        for slot in 0..progress.slots.len() {
            let (was, is) = items.change(progress, slot);
            if was == Some(Outcome::Failed) && is != was {
                items.reopened.push((progress.batch.clone(), slot));
            }
            match (was, is) {
                // A replay opens it again.
                (Some(Outcome::Failed), None) => {}
                (Some(was), is) if is != Some(was) && !is.is_some_and(|is| was.may_become(is)) => {
                    self.weather.report(format!("L2: {was} became {is:?} in {:?}", progress.batch));
                }
                (was, Some(is)) if was != Some(is) => ended.push((progress.batch.clone(), slot, is)),
                _ => {}
            }
        }
        let claimed = items.last_writer.get(&progress.batch);
        if items.claims.get(&me) == Some(&progress.batch) && claimed != Some(&me) {
            self.weather
                .report(format!("L7: a worker wrote under another one's lease in {:?}", progress.batch));
        }
        items.ends.extend(ended);
        items.last_writer.insert(progress.batch.clone(), me);
    }
}

impl ProgressList for MemoryStore {
    async fn progresses(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> Result<ShardPage<BatchProgress>, StoreError> {
        self.weather.before().await?;
        let (progresses, next) = page(&self.items().progresses, push, shard, after, self.page);
        self.weather.after().await?;
        Ok(ShardPage { items: progresses, next })
    }
    async fn progress(&self, batch: &BatchRef) -> Result<Option<BatchProgress>, StoreError> {
        self.weather.before().await?;
        let progress = self.items().progresses.get(batch).cloned();
        self.weather.after().await?;
        Ok(progress)
    }

    async fn tallies(
        &self,
        push: &PushRef,
        shard: u16,
        after: Option<&BatchId>,
        revocation: &RevocationId,
        reading: Reading,
    ) -> Result<ShardPage<Tally>, StoreError> {
        let page = self.progresses(push, shard, after).await?;
        let at = self.seen_at(reading);
        let items = self.items();
        let seen = page.items.iter().filter_map(|progress| items.progress_at(&progress.batch, at));
        Ok(ShardPage {
            items: seen.map(|progress| Tally::of(progress, revocation)).collect(),
            next: page.next,
        })
    }
}
