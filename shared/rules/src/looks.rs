//! When a batch is looked at for what its devices confirmed: one look for many confirmations (ADR 0036).
//!
//! Whoever keeps a receipt reads afterwards what is known of the batch's looks. A look that is queued and has not begun
//! will read what is kept by now: the receipt joins it. Otherwise a look is queued, with a number, and that is noted.
//! A look notes that it begins before it reads. So a receipt is seen by the look that it joined or queued, or by one
//! that has begun since, whatever the clocks say: they only decide how long a look waits.

use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::time::Duration;

use jiff::Timestamp;

use crate::receipt::TokenDigest;

/// How long the first look after a quiet time waits. A device that is alone is confirmed that much later.
pub const FIRST: Duration = Duration::from_secs(2);
/// How long a look waits at most, while confirmations keep coming: each waits twice as long as the one before.
pub const LONGEST: Duration = Duration::from_secs(30);
/// After this time without a look the next one waits as little as the first.
const QUIET: Duration = Duration::from_mins(1);
/// A look that has not begun by then may be parked or lost, and is queued again. Whatever the clocks are wrong by, it is
/// only queued too early or too late.
const OVERDUE: Duration = Duration::from_mins(10);

/// A look as its job names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Look {
    /// Counts a batch's looks from 1. Several jobs may have one number; the first of them looks.
    pub nth: u64,
    /// Tells them apart, so that a job that comes again after a crash goes on with its own look.
    pub by: u64,
}

impl Look {
    /// The look that a receipt asks for.
    pub fn asked_by(nth: u64, token: &TokenDigest, now: Timestamp) -> Self {
        let mut hasher = DefaultHasher::new();
        (token, now).hash(&mut hasher);
        Self { nth, by: hasher.finish() }
    }
}

/// What is known of the looks at a batch. At first nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looks {
    /// The last one that has begun.
    pub begun: Option<Begun>,
    /// The last one that was queued.
    pub queued: Option<Queued>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    pub look: Look,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queued {
    pub nth: u64,
    pub at: Timestamp,
    /// How long its job is delayed.
    pub waits: Duration,
}

/// What becomes of a receipt that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gathered {
    /// A look that is still to begin sees it.
    Joins,
    /// This look is to be queued for it.
    Queues(Queued),
}

/// May this look begin?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It has, now or, if its job came again, before.
    Begun,
    /// Another one has that was to see the same, or more, and whose job is there until it is done.
    Anothers,
}

impl Looks {
    /// How many have begun.
    pub fn begun(&self) -> u64 {
        self.begun.map_or(0, |begun| begun.look.nth)
    }

    /// What becomes of a receipt that was kept before this was read.
    pub fn gather(&self, now: Timestamp) -> Gathered {
        let nth = self.begun() + 1;
        if self
            .queued
            .is_some_and(|queued| queued.nth >= nth && is_within(OVERDUE, queued.at, now))
        {
            return Gathered::Joins;
        }
        let goes_on = self.begun.is_some_and(|begun| is_within(QUIET, begun.at, now));
        let last = self.queued.map(|queued| queued.waits).filter(|_| goes_on).unwrap_or_default();
        let waits = last.saturating_mul(2).clamp(FIRST, LONGEST);
        Gathered::Queues(Queued { nth, at: now, waits })
    }

    /// Begins a look, if it is its turn.
    pub fn begin(&mut self, look: Look, now: Timestamp) -> Turn {
        if self.begun() < look.nth {
            self.begun = Some(Begun { look, at: now });
        }
        self.turn_of(look)
    }

    /// Whose turn it is once `look` has tried to begin.
    pub fn turn_of(&self, look: Look) -> Turn {
        if self.begun.is_some_and(|begun| begun.look == look) {
            Turn::Begun
        } else {
            Turn::Anothers
        }
    }
}

/// Are these two no further apart, whichever was first?
fn is_within(time: Duration, one: Timestamp, other: Timestamp) -> bool {
    one.duration_since(other).unsigned_abs() < time
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap() + SignedDuration::from_millis(ms)
    }

    fn look(nth: u64, by: u64) -> Look {
        Look { nth, by }
    }

    fn queued(looks: &Looks, ms: i64) -> Option<Queued> {
        match looks.gather(at(ms)) {
            Gathered::Joins => None,
            Gathered::Queues(queued) => Some(queued),
        }
    }

    /// How many looks there are for confirmations at these times; a look begins when its wait is over.
    fn looks_at(confirmed_ms: impl Iterator<Item = i64>) -> u64 {
        let mut looks = Looks::default();
        let begin = |looks: &mut Looks, until: i64| {
            if let Some(next) = looks.queued.filter(|queued| queued.nth > looks.begun()) {
                let due = next.at + next.waits;
                if due <= at(until) {
                    assert_eq!(looks.begin(look(next.nth, 1), due), Turn::Begun);
                }
            }
        };
        for ms in confirmed_ms {
            begin(&mut looks, ms);
            if let Some(next) = queued(&looks, ms) {
                looks.queued = Some(next);
            }
        }
        begin(&mut looks, i64::MAX / 1_000_000);
        looks.begun()
    }

    #[test]
    fn a_thousand_confirmations_are_a_few_looks_and_each_by_itself_one_at_once() {
        // In 1 s, 10 s, 100 s, a quarter of an hour; and one every two minutes.
        let within = |secs: i64| looks_at((0..1_000).map(move |nth| nth * secs));
        assert_eq!([1, 10, 100, 1_000].map(within), [1, 3, 7, 37]);
        assert_eq!(looks_at((0..10).map(|nth| nth * 120_000)), 10);
        assert_eq!(queued(&Looks::default(), 0).unwrap().waits, FIRST);
    }

    #[test]
    fn a_receipt_joins_a_look_only_until_it_begins() {
        let mut looks = Looks::default();
        let first = queued(&looks, 0).unwrap();
        looks.queued = Some(first);
        assert_eq!((first.nth, queued(&looks, 1_999)), (1, None));
        assert_eq!(looks.begin(look(1, 1), at(2_000)), Turn::Begun);
        assert_eq!(queued(&looks, 2_001).map(|queued| (queued.nth, queued.waits)), Some((2, FIRST * 2)));
        // A clock that is a minute behind changes the wait, and nothing else.
        assert_eq!(queued(&looks, -60_000).map(|queued| (queued.nth, queued.waits)), Some((2, FIRST)));
    }

    #[test]
    fn a_look_that_never_begins_is_queued_again() {
        let looks = Looks {
            queued: queued(&Looks::default(), 0),
            ..Looks::default()
        };
        assert_eq!(queued(&looks, 599_999), None);
        assert_eq!(queued(&looks, 600_000).map(|queued| queued.nth), Some(1));
        // Noted by a clock far ahead.
        assert_eq!(queued(&looks, -600_000).map(|queued| queued.nth), Some(1));
    }

    #[test]
    fn of_several_jobs_for_one_look_one_looks_however_often_it_comes() {
        let mut looks = Looks::default();
        assert_eq!(looks.begin(look(1, 7), at(0)), Turn::Begun);
        assert_eq!(looks.begin(look(1, 8), at(1)), Turn::Anothers);
        assert_eq!(looks.begin(look(1, 7), at(2)), Turn::Begun, "its worker was killed");
        assert_eq!(looks.begin(look(2, 9), at(3)), Turn::Begun);
        assert_eq!(
            looks.begin(look(1, 7), at(4)),
            Turn::Anothers,
            "the next one saw all that this one was to see"
        );
    }

    #[test]
    fn who_asks_names_the_look_so_that_two_are_not_taken_for_one() {
        let token = |text: &str| TokenDigest::of(&text.parse().unwrap());
        let one = Look::asked_by(1, &token("a"), at(0));
        assert_eq!(one, Look::asked_by(1, &token("a"), at(0)));
        assert_ne!(one, Look::asked_by(1, &token("b"), at(0)));
        assert_ne!(one, Look::asked_by(1, &token("a"), at(1)));
    }
}
