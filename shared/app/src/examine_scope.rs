//! Which deliveries does a scope that names targets cover, and which of its
//! targets have none?
//!
//! Only payloads say whom a delivery was for, so this reads them: a bounded
//! number of batches, some at a time, shards at once, until a deadline. What
//! there was no time for is said. A message has a few batches and is as a rule
//! examined whole. A task of 100 million deliveries has 100,000 batches of some
//! 30 kB, 3 GB in all: of it a part is.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use revocation_rules::batch::{BatchHeader, Delivery, Sending};
use revocation_rules::channel::{Capability, Channel, Channels};
use revocation_rules::ids::PushRef;
use revocation_rules::marks::TargetMarks;
use revocation_rules::plan;
use revocation_rules::revocation::Revocation;
use revocation_rules::scope::Scope;
use revocation_rules::shard::ShardCount;
use revocation_rules::tally::BatchCount;
use revocation_rules::unmatched::{Unmatched, kept_unmatched};
use revocation_rules::window;

use crate::channel_preview::ChannelPreview;
use crate::facts;
use crate::ports::{BatchHeaders, BatchPayloads, Clock, StoreError};

/// Shards, or reads of a push with one shard, that are under way at once.
const AT_ONCE: usize = 8;
/// Payloads in one read. A read's payloads are unpacked together: with
/// [`AT_ONCE`] that is 32 batches, 45 MB at the very worst.
const IN_ONE_READ: usize = 4;

/// How much may be examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bound {
    /// Payloads, over all shards.
    pub batches: usize,
    pub until: Timestamp,
    pub beyond: Beyond,
    /// From then on nothing more is counted, either.
    pub counted_until: Timestamp,
}

/// What becomes of what lies beyond the bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// Its headers are counted: upper bounds.
    Counted,
    /// Nobody looks.
    Left,
}

/// What was found out about a scope.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub channels: BTreeMap<Channel, ChannelPreview>,
    /// Targets that the scope names and that have a delivery.
    pub met: TargetMarks,
    /// Deliveries that were counted, though they may be for others.
    pub unexamined: u64,
    /// There is more than was counted.
    pub left_some: bool,
}

impl Seen {
    pub fn unmatched(&self, scope: &Scope) -> Unmatched {
        match Unmatched::of(scope, &self.met) {
            // What was not looked at cannot take anything from nothing.
            Unmatched::Known(targets) if !targets.is_empty() && (self.unexamined > 0 || self.left_some) => Unmatched::Unknown,
            known => known,
        }
    }
}

impl AddAssign for Seen {
    fn add_assign(&mut self, other: Self) {
        for (channel, more) in other.channels {
            match self.channels.get_mut(&channel) {
                Some(preview) => preview.add(&more),
                None => {
                    self.channels.insert(channel, more);
                }
            }
        }
        self.met.add_all(&other.met);
        self.unexamined += other.unexamined;
        self.left_some |= other.left_some;
    }
}

/// What is looked for.
pub(crate) struct Look<'a> {
    pub scope: &'a Scope,
    pub channels: &'a Channels,
    pub now: Timestamp,
}

impl Look<'_> {
    /// What one batch has for the scope. `deliveries` is `None` for one that nobody looked into.
    fn at(&self, batch: &BatchCount, deliveries: Option<&[Delivery]>) -> Seen {
        let mut seen = Seen::default();
        let (count, without_handle) = match (&self.scope.targets, deliveries) {
            (None, _) => (u64::from(batch.count), u64::from(batch.without_handle)),
            (Some(_), None) => {
                seen.unexamined = u64::from(batch.count);
                (seen.unexamined, u64::from(batch.without_handle))
            }
            (Some(_), Some(deliveries)) => {
                let in_scope = plan::slots_in_scope(batch.channel, deliveries.len(), Some(deliveries), self.scope);
                seen.met = self.scope.marks(deliveries).unwrap_or_default();
                let without = plan::not_revocable(batch.channel, self.channels, deliveries, &in_scope);
                (in_scope.len() as u64, without as u64)
            }
        };
        if count > 0 {
            seen.channels.insert(batch.channel, self.preview(batch, count, without_handle));
        }
        seen
    }

    fn preview(&self, batch: &BatchCount, count: u64, without_handle: u64) -> ChannelPreview {
        let mut preview = ChannelPreview::none(batch.channel, self.channels);
        preview.deliveries = count;
        if preview.capability != Capability::Able {
            return preview;
        }
        if batch.sending == Sending::HeldBack {
            preview.stopped = count;
        } else if !window::is_open(batch.sent_at, self.now) {
            preview.too_late = count;
        } else {
            preview.not_revocable = without_handle;
            preview.revocable = count - without_handle;
        }
        preview
    }
}

/// Looks at everything in the scope, within the bound.
pub(crate) async fn examine(
    store: &(impl BatchHeaders + BatchPayloads),
    clock: &impl Clock,
    push: &PushRef,
    shards: ShardCount,
    look: &Look<'_>,
    bound: Bound,
) -> Result<Seen, StoreError> {
    let mut found = stream::iter(0..shards.get())
        .map(async |shard| match look.scope.targets {
            None => count_shard(store, clock, push, shard, look, bound).await,
            Some(_) => examine_shard(store, clock, push, shard, shards, look, bound).await,
        })
        .buffer_unordered(AT_ONCE);
    let mut all = Seen::default();
    while let Some(seen) = found.try_next().await? {
        all += seen;
    }
    Ok(all)
}

/// Where no targets are named, headers say it all.
async fn count_shard(
    store: &impl BatchHeaders,
    clock: &impl Clock,
    push: &PushRef,
    shard: u16,
    look: &Look<'_>,
    bound: Bound,
) -> Result<Seen, StoreError> {
    let mut all = Seen::default();
    let mut after = None;
    loop {
        let page = store.counts(push, shard, after.as_ref()).await?;
        for batch in page.items.iter().filter(|batch| look.scope.has_channel(batch.channel)) {
            all += look.at(batch, None);
        }
        match page.next {
            None => return Ok(all),
            Some(_) if clock.now() >= bound.counted_until => {
                all.left_some = true;
                return Ok(all);
            }
            Some(next) => after = Some(next),
        }
    }
}

async fn examine_shard(
    store: &(impl BatchHeaders + BatchPayloads),
    clock: &impl Clock,
    push: &PushRef,
    shard: u16,
    shards: ShardCount,
    look: &Look<'_>,
    bound: Bound,
) -> Result<Seen, StoreError> {
    let shards = usize::from(shards.get());
    let mut left = bound.batches.div_ceil(shards);
    let mut all = Seen::default();
    let mut after = None;
    loop {
        let page = store.headers(push, shard, after.as_ref()).await?;
        let mut headers = page.items;
        headers.retain(|header| look.scope.has_channel(header.channel));
        let (within, beyond) = headers.split_at(left.min(headers.len()));
        left -= within.len();
        let reads: Vec<_> = within
            .chunks(IN_ONE_READ)
            .map(|some| examine_some(store, clock, some, look, bound.until))
            .collect();
        let mut reads = stream::iter(reads).buffer_unordered((AT_ONCE / shards).max(1));
        while let Some(seen) = reads.try_next().await? {
            all += seen;
        }
        for header in beyond {
            all += look.at(&header.into(), None);
        }
        match (page.next, bound.beyond) {
            (None, _) => return Ok(all),
            (Some(_), Beyond::Left) if left == 0 || all.unexamined > 0 || clock.now() >= bound.until => {
                all.left_some = true;
                return Ok(all);
            }
            (Some(_), Beyond::Counted) if clock.now() >= bound.counted_until => {
                all.left_some = true;
                return Ok(all);
            }
            (Some(next), Beyond::Counted | Beyond::Left) => after = Some(next),
        }
    }
}

async fn examine_some(
    store: &impl BatchPayloads,
    clock: &impl Clock,
    headers: &[BatchHeader],
    look: &Look<'_>,
    until: Timestamp,
) -> Result<Seen, StoreError> {
    let mut all = Seen::default();
    if clock.now() >= until {
        for header in headers {
            all += look.at(&header.into(), None);
        }
    } else {
        for (header, deliveries) in headers.iter().zip(store.payloads(headers).await?) {
            all += look.at(&header.into(), deliveries.as_deref());
        }
    }
    Ok(all)
}

/// Payloads that are looked at for the answer to a revocation.
const BATCHES: usize = 200;
/// From then on no further one is.
const NAMING: SignedDuration = SignedDuration::from_millis(1_500);
/// When whoever waits for [`name_unmatched`] gives up, since one read may be slow: no revocation is answered later for it.
pub const NAMING_LIMIT: Duration = Duration::from_secs(2);

/// Which of the targets that somebody just asked to revoke have no delivery yet?
/// Constant work at most, whatever was recorded; none where no targets are named.
/// When the store fails it is unknown: the revocation stands all the same.
pub async fn name_unmatched(
    store: &(impl BatchHeaders + BatchPayloads),
    clock: &impl Clock,
    channels: &Channels,
    asked: &Scope,
    revocation: &Revocation,
) -> Unmatched {
    if asked.targets.is_none() {
        return Unmatched::NotNamed;
    }
    if *asked == revocation.scope
        && let Some(known @ Unmatched::Known(_)) = kept_unmatched(revocation)
    {
        facts::named(&known);
        return known;
    }
    let now = clock.now();
    let look = Look {
        scope: asked,
        channels,
        now,
    };
    let until = now.saturating_add(NAMING).unwrap_or(Timestamp::MAX);
    let bound = Bound {
        batches: BATCHES,
        until,
        beyond: Beyond::Left,
        counted_until: until,
    };
    let Some(shards) = ShardCount::new(revocation.fanout.shards().end) else {
        return Unmatched::Unknown;
    };
    match examine(store, clock, &revocation.push, shards, &look, bound).await {
        Ok(seen) => {
            let unmatched = seen.unmatched(asked);
            facts::named(&unmatched);
            unmatched
        }
        Err(error) => {
            tracing::warn!(revocation.id = %revocation.id, %error, "which targets of {} have no delivery is not known", revocation.id);
            Unmatched::Unknown
        }
    }
}
