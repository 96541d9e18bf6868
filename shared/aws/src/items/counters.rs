//! The items that count how far a revocation is. Each has a key range of its own, so that one push is not bound to what
//! one partition takes; each holds all channels, so that one read of a few keys has everything.
//!
//! A number stands in an attribute named by its channel and what it counts: an outcome by its stored number, which is
//! short, so that an item of a few dozen numbers stays below a kilobyte and costs one unit to write.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use jiff::Timestamp;
use revocation_app::ports::StoreError;
use revocation_rules::channel::Channel;
use revocation_rules::counters::ChannelCounters;
use revocation_rules::ids::{BatchId, PushKind, RevocationId};
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::Change;

use super::update::Update;
use super::{Item, Reader, VERSION, WORK_DAYS, expires_after, number};

const WHAT: &str = "counters";

/// The counters by revocation and channel.
pub type All = BTreeMap<RevocationId, BTreeMap<Channel, ChannelCounters>>;

/// What an attribute counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counted {
    Late,
    Suspected,
    Outcome(Outcome),
}

impl Counted {
    fn all() -> impl Iterator<Item = Self> {
        [Self::Late, Self::Suspected].into_iter().chain(Outcome::ALL.map(Self::Outcome))
    }

    fn attribute(self, channel: Channel) -> String {
        match self {
            Self::Late => format!("{channel}_late"),
            Self::Suspected => format!("{channel}_suspected"),
            Self::Outcome(outcome) => format!("{channel}_{}", outcome.code()),
        }
    }
}

/// Every attribute there can be, and what it counts.
static ATTRIBUTES: LazyLock<HashMap<&'static str, (Channel, Counted)>> = LazyLock::new(|| {
    let all = Channel::ALL
        .into_iter()
        .flat_map(|channel| Counted::all().map(move |counted| (channel, counted)));
    // Made once; an error names an attribute for as long as the process lasts.
    all.map(|(channel, counted)| (&*counted.attribute(channel).leak(), (channel, counted)))
        .collect()
});

/// Over how many items the counters of one revocation are spread: a partition takes 1,000 write units a second, and a
/// finish writes two there. A task may have 100,000 batches; a message has a few, and its one shard takes no more.
pub const fn spread(kind: PushKind) -> u8 {
    match kind {
        PushKind::Message => 4,
        PushKind::Task => 16,
    }
}

fn touch(now: Timestamp) -> Update {
    Update::default()
        .set("v", number(VERSION))
        .set("expires_at", number(expires_after(now, WORK_DAYS)))
}

pub fn add_change(channel: Channel, change: &Change, now: Timestamp) -> Update {
    let outcomes = change.outcomes.iter();
    let update = outcomes.fold(touch(now), |update, (outcome, difference)| {
        update.add(&Counted::Outcome(*outcome).attribute(channel), *difference)
    });
    match change.suspected {
        0 => update,
        difference => update.add(&Counted::Suspected.attribute(channel), difference),
    }
}

pub fn add_late(channel: Channel, count: u64, now: Timestamp) -> Update {
    touch(now).add(&Counted::Late.attribute(channel), i64::try_from(count).unwrap_or(i64::MAX))
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

impl Sums {
    fn add(&mut self, counted: Counted, number: i64) {
        match counted {
            Counted::Late => self.late += number,
            Counted::Suspected => self.suspected += number,
            Counted::Outcome(outcome) => *self.outcomes.entry(outcome).or_default() += number,
        }
    }

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

impl Sum {
    /// One of a revocation's items.
    pub fn add(&mut self, revocation: &RevocationId, item: &Item) -> Result<(), StoreError> {
        let reader = Reader::new(WHAT, item)?;
        for name in item.keys() {
            // What a newer version counts is not known here.
            if let Some((name, (channel, counted))) = ATTRIBUTES.get_key_value(name.as_str()) {
                let number = reader.number(name)?;
                let channels = self.0.entry(revocation.clone()).or_default();
                channels.entry(*channel).or_default().add(*counted, number);
            }
        }
        Ok(())
    }

    /// An item that older code wrote beside the push: of one channel, with outcomes by their names.
    pub fn add_older(&mut self, item: &Item) -> Result<(), StoreError> {
        let reader = Reader::new(WHAT, item)?;
        let channels = self.0.entry(reader.parsed("revocation")?).or_default();
        let sums = channels.entry(reader.known("channel", Channel::parse)?).or_default();
        for counted in Counted::all() {
            let name = match counted {
                Counted::Late => "late",
                Counted::Suspected => "suspected",
                Counted::Outcome(outcome) => outcome.as_str(),
            };
            // Absent is zero: a number is there from its first change on.
            sums.add(counted, reader.if_there(name, Reader::number)?.unwrap_or(0));
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

/// The items are not read at one moment: a replayed delivery may be seen
/// leaving `failed` in one item before it is seen there in another.
fn whole(sum: i64) -> u64 {
    u64::try_from(sum).unwrap_or(0)
}

/// The item that a batch's outcomes are counted in, unless it is busy.
pub fn first_spread(batch: &BatchId, kind: PushKind) -> u8 {
    let sum = batch
        .as_str()
        .bytes()
        .fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    sum % spread(kind)
}

/// Where to count at the `nth` try, from 0, when the items before were busy.
pub fn nth_spread(first: u8, nth: u32, kind: PushKind) -> u8 {
    let spread = spread(kind);
    // 5 has no common divisor with 4 or 16: no item comes twice before all have had their turn.
    let step = u8::try_from(nth % u32::from(spread)).unwrap_or(0).wrapping_mul(5);
    first.wrapping_add(step) % spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_a_name_of_its_own() {
        let numbers = Channel::ALL.len() * (Outcome::ALL.len() + 2);
        assert_eq!(ATTRIBUTES.len(), numbers);
        for (name, (channel, counted)) in &*ATTRIBUTES {
            assert_eq!(counted.attribute(*channel), *name);
            // As a placeholder in an expression has it.
            assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "{name}");
            assert!(!["v", "expires_at", "pk", "sk"].contains(name));
        }
    }

    #[test]
    fn every_item_has_its_turn() {
        for kind in [PushKind::Message, PushKind::Task] {
            let batch = "huawei-0001".parse().unwrap();
            let first = first_spread(&batch, kind);
            let turns: std::collections::BTreeSet<u8> = (0..u32::from(spread(kind))).map(|nth| nth_spread(first, nth, kind)).collect();
            assert_eq!(turns, (0..spread(kind)).collect(), "{kind:?}");
        }
    }
}
