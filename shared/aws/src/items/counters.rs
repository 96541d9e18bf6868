//! The items that count how far a revocation is on one channel, spread over [`SPREAD`] items, since
//! one item takes about a thousand writes a second.

use jiff::Timestamp;
use revocation_app::ports::StoreError;
use revocation_rules::channel::Channel;
use revocation_rules::counters::ChannelCounters;
use revocation_rules::ids::{BatchId, RevocationId};
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::Change;
use std::collections::BTreeMap;

use super::update::Update;
use super::{Item, Reader, VERSION, WORK_DAYS, expires_after, number, text};

const WHAT: &str = "counters";
const LATE: &str = "late";
const SUSPECTED: &str = "suspected";
/// Over how many items the counters of one revocation and channel are spread.
pub const SPREAD: u8 = 16;

/// The counters by revocation and channel.
pub type All = BTreeMap<RevocationId, BTreeMap<Channel, ChannelCounters>>;

fn touch(revocation: &RevocationId, channel: Channel, now: Timestamp) -> Update {
    Update::default()
        .set("v", number(VERSION))
        .set("revocation", text(revocation.as_str()))
        .set("channel", text(channel.as_str()))
        .set("expires_at", number(expires_after(now, WORK_DAYS)))
}

pub fn add_change(revocation: &RevocationId, channel: Channel, change: &Change, now: Timestamp) -> Update {
    let outcomes = change.outcomes.iter();
    let update = outcomes.fold(touch(revocation, channel, now), |update, (outcome, difference)| {
        update.add(outcome.as_str(), *difference)
    });
    match change.suspected {
        0 => update,
        difference => update.add(SUSPECTED, difference),
    }
}

pub fn add_late(revocation: &RevocationId, channel: Channel, count: u64, now: Timestamp) -> Update {
    touch(revocation, channel, now).add(LATE, i64::try_from(count).unwrap_or(i64::MAX))
}

/// Sums counters that are spread over items.
#[derive(Default)]
pub struct Sum(BTreeMap<RevocationId, BTreeMap<Channel, Sums>>);

#[derive(Default)]
struct Sums {
    late: i64,
    suspected: i64,
    outcomes: BTreeMap<Outcome, i64>,
}

impl Sum {
    pub fn add(&mut self, item: &Item) -> Result<(), StoreError> {
        let reader = Reader::new(WHAT, item)?;
        let sums = self
            .0
            .entry(reader.parsed("revocation")?)
            .or_default()
            .entry(reader.known("channel", Channel::parse)?)
            .or_default();
        // Absent is zero here: a number is there from its first change on.
        sums.late += reader.if_there(LATE, Reader::number)?.unwrap_or(0);
        sums.suspected += reader.if_there(SUSPECTED, Reader::number)?.unwrap_or(0);
        for outcome in Outcome::ALL {
            let counted: i64 = reader.if_there(outcome.as_str(), Reader::number)?.unwrap_or(0);
            *sums.outcomes.entry(outcome).or_default() += counted;
        }
        Ok(())
    }

    pub fn finish(self) -> All {
        let channels = |(channel, sums): (Channel, Sums)| (channel, sums.finish());
        self.0
            .into_iter()
            .map(|(revocation, by_channel)| (revocation, by_channel.into_iter().map(channels).collect()))
            .collect()
    }
}

impl Sums {
    fn finish(self) -> ChannelCounters {
        let mut counters = ChannelCounters {
            late: whole(self.late),
            suspected: whole(self.suspected),
            ..ChannelCounters::default()
        };
        for (outcome, count) in self.outcomes {
            counters.outcomes.add(outcome, whole(count));
        }
        counters
    }
}

/// The items are not read at one moment: a replayed delivery may be seen
/// leaving `failed` in one item before it is seen there in another.
fn whole(sum: i64) -> u64 {
    u64::try_from(sum).unwrap_or(0)
}

/// The item that a batch's outcomes are counted in, unless it is busy.
pub fn spread(batch: &BatchId) -> u8 {
    let sum = batch
        .as_str()
        .bytes()
        .fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    sum % SPREAD
}

/// Where to count at the `nth` try, from 0, when the items before were busy.
pub fn nth_spread(first: u8, nth: u32) -> u8 {
    // 5 has no common divisor with 16: no item comes twice before all have had their turn.
    let step = u8::try_from(nth % u32::from(SPREAD)).unwrap_or(0).wrapping_mul(5);
    first.wrapping_add(step) % SPREAD
}
