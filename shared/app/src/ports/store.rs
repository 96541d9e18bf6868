//! What is kept. Every read is consistent unless it says otherwise; every
//! write that depends on what was read carries a condition.
//!
//! A push, a batch header or a target that is past its time is gone: a store
//! judges by the stored times and its own clock, shows it to nobody, and lets
//! another take its place.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use jiff::Timestamp;
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::channel::Channel;
use revocation_rules::counters::ChannelCounters;
use revocation_rules::ids::{BatchId, BatchRef, PushRef, RevocationId, TargetId, Tenant};
use revocation_rules::progress::{BatchProgress, Change};
use revocation_rules::push::{Push, PushState, PushType};
use revocation_rules::receipt::Receipts;
use revocation_rules::revocation::Revocation;
use revocation_rules::tally::{BatchCount, BatchOutline, Tally};
use revocation_rules::task_number::TaskNumber;
use revocation_rules::terms::Assignment;
use revocation_rules::walk::Reading;

use super::StoreResult;

/// What became of inserting a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inserted<T> {
    New,
    Existing(T),
}

pub trait PushStore: Send + Sync {
    /// One push with its closures. Unknown is `None`. Consistent: law L1 hangs on it.
    fn push(&self, push: &PushRef) -> impl Future<Output = StoreResult<Option<Push>>> + Send;

    /// Keeps a push unless its id is known, or the number that it would go by
    /// is another's, which is then what is found.
    fn insert_push(&self, push: &Push) -> impl Future<Output = StoreResult<Inserted<Push>>> + Send;
}

pub trait TaskNumbers: Send + Sync {
    /// The task that goes by a number which is made of its id. Consistent, and one read.
    fn task_numbered(&self, tenant: &Tenant, number: TaskNumber) -> impl Future<Output = StoreResult<Option<PushRef>>> + Send;
}

/// Pushes of one tenant and type, newest first, sent from `from` to `to`, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushListQuery {
    pub tenant: Tenant,
    pub push_type: PushType,
    pub from: Timestamp,
    pub to: Timestamp,
    pub limit: usize,
    pub filter: PushFilter,
    /// Only messages that went to it. Tasks are not kept by target.
    pub target: Option<TargetId>,
    /// Where the page before ended.
    pub after: Option<String>,
}

/// Which pushes of a list are wanted. Empty: all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PushFilter {
    /// What the title begins with, whether in capitals or not.
    pub name: Option<String>,
    pub state: Option<PushState>,
}

impl PushFilter {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub fn fits(&self, push: &Push) -> bool {
        let title = || push.registration.title.to_lowercase();
        self.state.is_none_or(|state| state == push.state())
            && self.name.as_ref().is_none_or(|name| title().starts_with(&name.to_lowercase()))
    }
}

/// A page may be short, even empty, and not be the last: a store looks at a bounded number of pushes for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushListPage {
    pub pushes: Vec<Push>,
    pub next: Option<String>,
}

pub trait PushList: Send + Sync {
    /// Eventually consistent. `None` when `after` is not a place we gave.
    fn list(&self, query: &PushListQuery) -> impl Future<Output = StoreResult<Option<PushListPage>>> + Send;
}

pub trait TargetIndex: Send + Sync {
    /// Keeps that a message went to these targets, so that it is found by them. Twice is once.
    fn index_targets(&self, push: &Push, targets: &BTreeSet<&TargetId>) -> impl Future<Output = StoreResult<()>> + Send;
}

/// What became of recording a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    New,
    /// The same batch was recorded before.
    Same,
    /// Another batch was recorded under this id.
    Conflict,
}

pub trait BatchRecorder: Send + Sync {
    /// Keeps a batch: payload first, header second and under the condition that
    /// the id is free. The header is the commit point.
    fn record(&self, header: &BatchHeader, deliveries: &[Delivery]) -> impl Future<Output = StoreResult<Recorded>> + Send;
}

/// A page of what one shard has, in the order of batch ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardPage<T> {
    pub items: Vec<T>,
    /// Where the next page starts after; `None` at the end of the shard.
    pub next: Option<BatchId>,
}

pub trait BatchHeaders: Send + Sync {
    /// A page of one shard's headers. Consistent.
    fn headers(
        &self,
        push: &PushRef,
        shard: u16,
        after: Option<&BatchId>,
    ) -> impl Future<Output = StoreResult<ShardPage<BatchHeader>>> + Send;

    /// The same headers in short. Law L1 hangs on it where it is read consistently.
    fn outlines(
        &self,
        push: &PushRef,
        shard: u16,
        after: Option<&BatchId>,
        reading: Reading,
    ) -> impl Future<Output = StoreResult<ShardPage<BatchOutline>>> + Send;

    /// How much the same headers say there is. Consistent.
    fn counts(
        &self,
        push: &PushRef,
        shard: u16,
        after: Option<&BatchId>,
    ) -> impl Future<Output = StoreResult<ShardPage<BatchCount>>> + Send;
}

/// Most batches whose payloads are asked for at once.
pub const MAX_PAYLOADS: usize = 50;

pub trait BatchPayloads: Send + Sync {
    /// The deliveries of up to [`MAX_PAYLOADS`] batches of one push, in the order of their headers,
    /// in one trip where they fit. `None` for a payload that is gone. Consistent.
    fn payloads(&self, headers: &[BatchHeader]) -> impl Future<Output = StoreResult<Vec<Option<Vec<Delivery>>>>> + Send;
}

/// What says whether there is anything to do: all that a job needs which was done already. Read in one trip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchWork {
    pub header: BatchHeader,
    /// Of this recording; `None` when nobody has worked on it.
    pub progress: Option<BatchProgress>,
    /// What an earlier recording under the same batch id left behind: see [`BatchProgress::start`].
    pub earlier: Option<BatchProgress>,
    /// `None` when there is no such revocation.
    pub revocation: Option<Assignment>,
    pub payload: Payload,
}

/// Where the deliveries of a batch are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// They came with the header.
    Inline(Vec<Delivery>),
    /// They have to be asked for.
    Apart,
}

/// What is in a batch, and what was said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchContents {
    /// `None` when the payload is gone.
    pub deliveries: Option<Vec<Delivery>>,
    /// What devices said of its deliveries and bears on what is done: not that they were shown.
    pub receipts: Receipts,
}

/// A batch with all that is known of it, for no revocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnaskedWork {
    pub header: BatchHeader,
    pub deliveries: Option<Vec<Delivery>>,
    /// Of this recording; `None` when nobody has worked on it.
    pub progress: Option<BatchProgress>,
    pub receipts: Receipts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    Yes,
    /// Somebody else wrote first.
    Lost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    Yes,
    /// The lease was lost; nothing was written.
    Lost,
}

pub trait BatchWorkStore: Send + Sync {
    /// A batch, its progress, and the revocation it is to be worked on for. `None` when the batch is unknown.
    /// With `replays`, which the job says, the revocation is read only by a store that has not kept its terms.
    fn work(
        &self,
        batch: &BatchRef,
        revocation: &RevocationId,
        replays: Option<u32>,
    ) -> impl Future<Output = StoreResult<Option<BatchWork>>> + Send;

    /// The deliveries of a batch and its receipts, in one trip: for whoever has found that there is something to do.
    fn contents(&self, header: &BatchHeader, payload: Payload) -> impl Future<Output = StoreResult<BatchContents>> + Send;

    /// All of a batch, whoever revokes it. `None` when it is unknown.
    fn unasked_work(&self, batch: &BatchRef) -> impl Future<Output = StoreResult<Option<UnaskedWork>>> + Send;

    /// Writes `progress` (which [`BatchProgress::claimed`] made) unless the
    /// stored version is no longer the one before it.
    fn claim(&self, progress: &BatchProgress) -> impl Future<Output = StoreResult<Claimed>> + Send;

    /// Writes outcomes, and what each revocation's counters do not know yet, in
    /// one transaction, under the condition that the stored version is
    /// `progress.version` (0: that there is none). The store raises the version by one.
    fn finish(&self, progress: &BatchProgress, changes: &[(RevocationId, Change)]) -> impl Future<Output = StoreResult<Finished>> + Send;
}

pub trait ProgressList: Send + Sync {
    /// A page of one shard's progresses. Some may be of an earlier recording
    /// than the header that is there.
    fn progresses(
        &self,
        push: &PushRef,
        shard: u16,
        after: Option<&BatchId>,
    ) -> impl Future<Output = StoreResult<ShardPage<BatchProgress>>> + Send;

    /// One progress, of whatever recording. Consistent.
    fn progress(&self, batch: &BatchRef) -> impl Future<Output = StoreResult<Option<BatchProgress>>> + Send;

    /// The same progresses as far as one revocation is told of in them, and without the outcomes of single deliveries.
    /// Where neither ends its shard, a page is as long as one of [`BatchHeaders::outlines`].
    fn tallies(
        &self,
        push: &PushRef,
        shard: u16,
        after: Option<&BatchId>,
        revocation: &RevocationId,
        reading: Reading,
    ) -> impl Future<Output = StoreResult<ShardPage<Tally>>> + Send;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    Yes,
    /// Somebody else wrote first; nothing was written.
    Outdated,
}

pub trait RevocationStore: Send + Sync {
    /// One transaction: adds the closure to `push` if its version is still the
    /// one read, and keeps the revocation.
    fn insert_revocation(&self, push: &Push, revocation: &Revocation) -> impl Future<Output = StoreResult<Saved>> + Send;

    fn revocation(&self, push: &PushRef, revocation: &RevocationId) -> impl Future<Output = StoreResult<Option<Revocation>>> + Send;

    /// Writes state, fan-out, replays with who asked last, and due time if the stored version is still
    /// `revocation.version`. The store raises the version by one.
    fn save_revocation(&self, revocation: &Revocation) -> impl Future<Output = StoreResult<Saved>> + Send;

    /// Revocations of one of the [`DUE_PARTS`] whose due time has come, earliest first, after the place where a page
    /// before ended. Eventually consistent. An entry that cannot be read is logged and left out.
    fn due(&self, part: u8, now: Timestamp, after: Option<&DuePlace>, limit: usize) -> impl Future<Output = StoreResult<DuePage>> + Send;
}

/// Into so many parts revocations that are due are spread by their ids, since one would take 1,000 writes a second. The
/// last part has what an older version wrote, which knew no parts.
pub const DUE_PARTS: u8 = 17;

/// Where a page of one part ended, in its store's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuePlace(pub String);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuePage {
    pub due: Vec<(PushRef, RevocationId)>,
    /// `None` at the end of the part. A page may be short, even empty, and not be the last.
    pub next: Option<DuePlace>,
}

/// For people; the truth is the progresses.
pub trait Counters: Send + Sync {
    /// Counts deliveries recorded after the revocation was requested.
    fn add_late(
        &self,
        push: &PushRef,
        revocation: &RevocationId,
        channel: Channel,
        count: u64,
    ) -> impl Future<Output = StoreResult<()>> + Send;

    /// A revocation's counters. Consistent: whether it can settle may hang on them.
    fn counters(
        &self,
        push: &PushRef,
        revocation: &RevocationId,
    ) -> impl Future<Output = StoreResult<BTreeMap<Channel, ChannelCounters>>> + Send;
}

/// A push with all its revocations and their counters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    pub push: Push,
    /// Oldest first.
    pub revocations: Vec<Revocation>,
    /// Of those of which they can say more than is settled: [`revocation_rules::counters::are_shown`].
    pub counters: BTreeMap<RevocationId, BTreeMap<Channel, ChannelCounters>>,
}

pub trait PushOverview: Send + Sync {
    /// Everything about a push: of its present life, that is the revocations it has closures of.
    fn overview(&self, push: &PushRef) -> impl Future<Output = StoreResult<Option<Overview>>> + Send;
}
