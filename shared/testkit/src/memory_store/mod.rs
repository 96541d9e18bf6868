//! Every store port in memory, as faithful as a real store: conditions,
//! versions, transactions, consistent reads, pages, and items that may be
//! deleted at any time from their expiry on.

mod batches;
mod notices;
mod pushes;
mod receipts;
mod revocations;
mod ttl;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::Clock;
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchId, BatchRef, PushRef, RevocationId, TargetId, Tenant};
use revocation_rules::looks::Looks;
use revocation_rules::notice::Notices;
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::BatchProgress;
use revocation_rules::push::Push;
use revocation_rules::receipt::{Receipt, TokenDigest};
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::shard::ShardCount;
use revocation_rules::walk::Reading;
use revocation_rules::window;

use crate::{ManualClock, Weather};

pub use ttl::Kept;

/// A batch as it was committed, remembered for ever: what tests compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedBatch {
    pub header: BatchHeader,
    pub deliveries: Vec<Delivery>,
}

#[derive(Debug, Default)]
struct Items {
    pushes: BTreeMap<PushRef, Push>,
    /// Which messages went to whom, and until when that is kept.
    targets: BTreeMap<(PushRef, TargetId), Timestamp>,
    headers: BTreeMap<BatchRef, BatchHeader>,
    /// By digest, too: a conflicting batch must not overwrite the payload of the first. And until when each is kept.
    payloads: BTreeMap<(BatchRef, String), (Vec<Delivery>, Timestamp)>,
    progresses: BTreeMap<BatchRef, BatchProgress>,
    /// What a progress was before it was written last, and when that was: what a read that is behind sees.
    progresses_before: BTreeMap<BatchRef, (Option<BatchProgress>, Timestamp)>,
    /// When a header was written: a read that is behind does not see it.
    written: BTreeMap<BatchRef, Timestamp>,
    /// And when each came.
    receipts: BTreeMap<Receipt, Timestamp>,
    /// What is known of the looks at what devices confirmed.
    looks: BTreeMap<BatchRef, Looks>,
    /// How many came before their batches.
    early: BTreeMap<PushRef, usize>,
    /// Whose devices had said something that bears on a dispatch when an invocation read the batch.
    told_when_read: BTreeMap<usize, BTreeSet<(BatchRef, TokenDigest)>>,
    notices: BTreeMap<Tenant, Notices>,
    revocations: BTreeMap<(PushRef, RevocationId), Revocation>,
    counters: BTreeMap<(PushRef, RevocationId, Channel), Counted>,
    committed: BTreeMap<BatchRef, Arc<CommittedBatch>>,
    commits: usize,
    /// Who wrote a batch's progress last: an invocation, for law L7.
    last_writer: BTreeMap<BatchRef, usize>,
    /// What each invocation claimed.
    claims: BTreeMap<usize, BatchRef>,
    /// Every slot that ended, in the order of the writes.
    ends: Vec<(BatchRef, usize, Outcome)>,
    /// Every slot that had failed and was opened again, in the order of the writes.
    reopened: Vec<(BatchRef, usize)>,
}

impl Items {
    fn commit(&mut self, batch: CommittedBatch) {
        self.commits += 1;
        self.committed.insert(batch.header.batch.clone(), Arc::new(batch));
    }

    fn put_progress(&mut self, progress: BatchProgress, now: Timestamp) {
        let batch = progress.batch.clone();
        let before = self.progresses.insert(batch.clone(), progress);
        self.progresses_before.insert(batch, (before, now));
    }

    /// As a read saw it that is behind by so much.
    fn progress_at(&self, batch: &BatchRef, at: Timestamp) -> Option<&BatchProgress> {
        match self.progresses_before.get(batch) {
            Some((before, written)) if *written > at => before.as_ref(),
            Some(_) | None => self.progresses.get(batch),
        }
    }

    fn payload_of(&self, header: &BatchHeader) -> Option<Vec<Delivery>> {
        let payload = self.payloads.get(&(header.batch.clone(), header.digest.clone()));
        payload.map(|(deliveries, _)| deliveries.clone())
    }
}

#[derive(Debug, Default)]
struct Counted {
    late: u64,
    suspected: i64,
    outcomes: BTreeMap<Outcome, i64>,
}

#[derive(Debug, Clone)]
pub struct MemoryStore {
    items: Arc<Mutex<Items>>,
    weather: Weather,
    page: usize,
    task_shards: Option<ShardCount>,
    clock: Option<ManualClock>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self {
            items: Arc::default(),
            weather: Weather::calm(),
            page: 100,
            task_shards: None,
            clock: None,
        }
    }
}

impl MemoryStore {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn in_weather(mut self, weather: &Weather) -> Self {
        self.weather = weather.clone();
        self
    }

    /// What is past its time by this clock is gone. Without one everything stays.
    #[must_use]
    pub fn with_clock(mut self, clock: &ManualClock) -> Self {
        self.clock = Some(clock.clone());
        self
    }

    /// Long before anything was sent if nobody gave a clock.
    fn now(&self) -> Timestamp {
        self.clock.as_ref().map_or(Timestamp::UNIX_EPOCH, Clock::now)
    }

    /// What was written after this is not seen.
    fn seen_at(&self, reading: Reading) -> Timestamp {
        match reading {
            Reading::Consistent => Timestamp::MAX,
            Reading::Eventual => match self.weather.lag() {
                SignedDuration::ZERO => Timestamp::MAX,
                lag => self.now() - lag,
            },
        }
    }

    /// Pages of headers and progresses have this many.
    #[must_use]
    pub fn with_pages_of(mut self, page: usize) -> Self {
        self.page = page.max(1);
        self
    }

    /// Tasks are spread over this many shards, whatever the rules say: small
    /// runs are denser.
    #[must_use]
    pub fn with_task_shards(mut self, shards: ShardCount) -> Self {
        self.task_shards = Some(shards);
        self
    }

    /// Every batch that was ever committed, deleted or not, as it was committed last.
    pub fn committed(&self) -> Vec<Arc<CommittedBatch>> {
        self.items().committed.values().cloned().collect()
    }

    /// What was committed so far is of an earlier life: tests no longer compare with it.
    pub fn forget_commits(&self) {
        self.items().committed.clear();
    }

    /// How many batches were ever committed.
    pub fn commits(&self) -> usize {
        self.items().commits
    }

    pub fn committed_batch(&self, batch: &BatchRef) -> Option<Arc<CommittedBatch>> {
        self.items().committed.get(batch).cloned()
    }

    pub fn all_revocations(&self) -> Vec<Revocation> {
        self.items().revocations.values().cloned().collect()
    }

    /// When revocations are to be looked at again.
    pub fn dues(&self) -> Vec<Timestamp> {
        self.items()
            .revocations
            .values()
            .filter_map(|revocation| revocation.due_at)
            .collect()
    }

    pub fn has_unsettled(&self) -> bool {
        let settled = |revocation: &Revocation| matches!(revocation.state, State::Settled { .. });
        !self.items().revocations.values().all(settled)
    }

    pub fn registered(&self, push: &PushRef) -> Option<Push> {
        self.items().pushes.get(push).cloned()
    }

    pub fn all_pushes(&self) -> Vec<Push> {
        self.items().pushes.values().cloned().collect()
    }

    /// The progress of the last recording of a batch.
    pub fn progress_of(&self, batch: &BatchRef) -> Option<BatchProgress> {
        let items = self.items();
        let progress = items.progresses.get(batch)?;
        let of_last = items.committed.get(batch).is_none_or(|last| progress.belongs_to(&last.header));
        of_last.then(|| progress.clone())
    }

    /// There, and not past its time.
    pub fn has_header(&self, batch: &BatchRef) -> bool {
        let items = self.items();
        let header = items.headers.get(batch);
        header.is_some_and(|header| window::is_kept(header.sent_at, self.now()))
    }

    pub fn has_payload(&self, batch: &BatchRef) -> bool {
        let items = self.items();
        let header = items
            .headers
            .get(batch)
            .filter(|header| window::is_kept(header.sent_at, self.now()));
        let digest = header.map(|header| header.digest.clone());
        digest.is_some_and(|digest| items.payloads.contains_key(&(batch.clone(), digest)))
    }

    /// Every slot that ended, from the `from`th write on.
    pub fn ends_from(&self, from: usize) -> Vec<(BatchRef, usize, Outcome)> {
        self.items().ends[from..].to_vec()
    }

    /// Every failed slot that a replay opened, from the `from`th on.
    pub fn reopened_from(&self, from: usize) -> Vec<(BatchRef, usize)> {
        self.items().reopened[from..].to_vec()
    }

    fn items(&self) -> MutexGuard<'_, Items> {
        self.items.lock().unwrap()
    }
}

/// One page of a shard: everything of `all` that lies in it, behind `after`.
fn page<'a, T: Clone + 'a>(
    all: &'a BTreeMap<BatchRef, T>,
    push: &PushRef,
    shard: u16,
    after: Option<&BatchId>,
    limit: usize,
) -> (Vec<T>, Option<BatchId>) {
    let mut found = all
        .iter()
        .filter(|(batch, _)| batch.push == *push && batch.shard == shard && after.is_none_or(|after| batch.batch > *after));
    let mut items = Vec::new();
    let mut last = None;
    for (batch, item) in found.by_ref().take(limit) {
        items.push(item.clone());
        last = Some(batch.batch.clone());
    }
    let more = found.next().is_some();
    (items, if more { last } else { None })
}
