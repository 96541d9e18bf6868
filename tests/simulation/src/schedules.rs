//! Runs many seeds, and makes a failing one small.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use revocation_rules::channel::Channel;
use revocation_rules::outcome::{Counts, Outcome};
use revocation_rules::revocation::State;

use crate::events::Events;
use crate::ops::{self, Op};
use crate::world::World;

/// One run of `ops` under the schedule of `seed`.
pub fn play(seed: u64, ops: &[Op]) -> World {
    let mut world = World::new(seed);
    for op in ops {
        world.perform(*op);
        if world.is_broken() {
            return world;
        }
    }
    world.settle();
    world.check_outcomes();
    if !world.is_broken() && world.chance.in_thousand(500) {
        world.mend();
        world.check_outcomes();
    }
    let before = world.revocations();
    if !world.is_broken() {
        world.outlast();
        world.check_outcomes();
    }
    if !world.is_broken() {
        check_unchanged(&mut world, &before);
    }
    if !world.is_broken() && seed.is_multiple_of(LIVES_TWICE) {
        live_again(&mut world, ops);
    }
    let tried_again = world.events.count("a delivery that was tried again") > 0;
    world.events.saw_if("a run with a replay that opened something", tried_again);
    for (event, count) in world.weather.notes() {
        *world.events.0.entry(event).or_default() += count;
    }
    world
}

/// One run in so many goes on with a second life of its ids.
const LIVES_TWICE: u64 = 12;

/// The same people do the same again, with the same ids.
fn live_again(world: &mut World, ops: &[Op]) {
    world.begin_another_life();
    for op in ops {
        world.perform(*op);
        if world.is_broken() {
            return;
        }
    }
    world.settle();
    world.check_outcomes();
}

/// Nothing was recorded since: a settled revocation says the same for ever.
fn check_unchanged(world: &mut World, before: &[revocation_rules::revocation::Revocation]) {
    let after = world.revocations();
    for (before, after) in before.iter().zip(&after) {
        let (State::Settled { totals: was, .. }, State::Settled { totals: is, .. }) = (&before.state, &after.state) else {
            continue;
        };
        if unconfirmed(was) != unconfirmed(is) {
            world.fail(format!("L2: {} was settled with {was:?} and became {is:?}", before.id));
        }
    }
}

/// Without telling apart what devices confirmed and what they did not.
fn unconfirmed(totals: &BTreeMap<Channel, Counts>) -> BTreeMap<(Channel, Outcome), u64> {
    let mut all = BTreeMap::new();
    for (channel, counts) in totals {
        for (outcome, count) in counts.iter() {
            let outcome = match outcome {
                Outcome::Recalled | Outcome::Confirmed => Outcome::Overwritten,
                other => other,
            };
            *all.entry((*channel, outcome)).or_default() += count;
        }
    }
    all
}

/// Tries to lose operations without losing the failure.
fn shrink(seed: u64, ops: Vec<Op>) -> Vec<Op> {
    let mut small = ops;
    let mut chunk = small.len() / 2;
    let mut plays = 0;
    while chunk > 0 {
        let mut at = 0;
        while at < small.len() && plays < 300 {
            plays += 1;
            let mut fewer = small.clone();
            fewer.drain(at..(at + chunk).min(small.len()));
            if play(seed, &fewer).is_broken() {
                small = fewer;
            } else {
                at += chunk;
            }
        }
        chunk /= 2;
    }
    small
}

fn report(seed: u64, ops: Vec<Op>) -> String {
    let small = shrink(seed, ops);
    let world = play(seed, &small);
    let mut text = format!("seed {seed} breaks a law; replay with SIMULATION_SEED={seed}\n");
    for violation in &world.violations {
        let _ = writeln!(text, "  {violation}");
    }
    for op in &small {
        let _ = writeln!(text, "    {op:?},");
    }
    text
}

/// One of [`PARTS`] parts of all runs, which go on beside each other.
///
/// Plays `SIMULATION_RUNS` altogether, or the one seed that `SIMULATION_SEED` names, and demands that enough of
/// everything happened.
fn play_part(nth: u64) {
    if let Some(seed) = number("SIMULATION_SEED") {
        play_seed(seed);
        return;
    }
    let seeds = number("SIMULATION_RUNS").unwrap_or(RUNS).div_ceil(PARTS);
    let mut events = Events::default();
    for seed in nth * seeds..(nth + 1) * seeds {
        events.add(&play_seed(seed).events);
    }
    let often_enough = |(event, least): &&(&str, u64)| events.count(event) * COUNTED >= least * seeds;
    let missing: Vec<_> = EXPECTED.iter().filter(|one| !often_enough(one)).collect();
    assert!(
        missing.is_empty(),
        "the simulation goes blind: too few of {missing:?} in {events:#?}"
    );
}

#[expect(clippy::disallowed_methods, reason = "how many runs is for a person or the build to say")]
fn number(name: &str) -> Option<u64> {
    let named = std::env::var(name).ok()?;
    Some(named.parse().expect("it is a number"))
}

fn play_seed(seed: u64) -> World {
    let ops = ops::draw(seed);
    let world = play(seed, &ops);
    assert!(!world.is_broken(), "{}", report(seed, ops));
    world
}

/// How many runs there are if nobody says so; `make test` has many more.
const RUNS: u64 = 12_000;
const PARTS: u64 = 6;

/// In how many runs each of [`EXPECTED`] happens so often.
const COUNTED: u64 = 2_000;

/// How often each of these happens at least in every [`COUNTED`] runs.
const EXPECTED: [(&str, u64); 76] = [
    ("a TTL deletion", 300),
    ("a TTL deletion before the last look", 120),
    ("a batch of suspected deliveries", 40),
    ("a batch that was busy", 3_000),
    ("a closed gate", 300),
    ("a confirmation", 110),
    ("a confirmation of what nobody revokes", 900),
    ("a confirmation that came too early", 2_300),
    ("a confirmation that was given up", 60),
    ("a conflicting batch", 170),
    ("a crash during check", 70),
    ("a crash during confirm", 100),
    ("a crash during dispatch", 110),
    ("a crash during fan-out", 130),
    ("a crash during gate", 80),
    ("a crash during record", 800),
    ("a crash during recount", 5),
    ("a crash during register", 15),
    ("a crash during replay", 40),
    ("a crash during report", 900),
    ("a crash during revoke", 300),
    ("a crash during sweep", 100),
    ("a delivery that was tried again", 1_200),
    ("a device that is not known", 300),
    ("a failed call", 2_000),
    ("a job delivered again", 600),
    ("a late record", 1_100),
    ("a look that another one made needless", 40),
    ("a lost answer", 200),
    ("a lost call", 200),
    ("a lost claim", 3),
    ("a lost lease", 5),
    ("a lost race between revocations", 40),
    ("a parked job", 20),
    ("a receipt", 9_000),
    ("a receipt of another channel's batch", 2_500),
    ("a record call after the window", 300),
    ("a refused scope", 100),
    ("a reopened revocation", 110),
    ("a repeated call", 15),
    ("a replay", 1_200),
    ("a replay after the window", 170),
    ("a replay of what had settled with failures", 600),
    ("a replay of what is being walked", 350),
    ("a revocation", 1_200),
    ("a revocation after the window", 120),
    ("a revocation asked for twice", 800),
    ("a revocation that outlived its push", 30),
    ("a run that was mended in the end", 150),
    ("a second life", 100),
    ("a recount that went on later", 2_000),
    ("a run that needed no sweep", 200),
    ("a run with a replay that opened something", 330),
    ("a throttled call", 500),
    ("a timeout", 1_000),
    ("a vendor call", 9_000),
    ("an early receipt", 5_000),
    ("an end that an early receipt told", 300),
    ("an open gate", 500),
    ("an outdated revocation", 90),
    ("an unknown push", 70),
    ("an unknown receipt", 9_000),
    ("confirmed", 700),
    ("failed", 500),
    ("not_revocable", 140),
    ("overwritten", 1_500),
    ("recalled", 200),
    ("refused", 160),
    ("skipped_cleared", 80),
    ("skipped_opened", 110),
    ("stopped", 300),
    ("target_gone", 170),
    ("the same batch again", 900),
    ("the very end of a window", 100),
    ("too_late", 300),
    ("unsupported", 1_100),
];

#[test]
fn the_laws_hold_in_the_first_part_of_the_runs() {
    play_part(0);
}

#[test]
fn the_laws_hold_in_the_second_part_of_the_runs() {
    play_part(1);
}

#[test]
fn the_laws_hold_in_the_third_part_of_the_runs() {
    play_part(2);
}

#[test]
fn the_laws_hold_in_the_fourth_part_of_the_runs() {
    play_part(3);
}

#[test]
fn the_laws_hold_in_the_fifth_part_of_the_runs() {
    play_part(4);
}

#[test]
fn the_laws_hold_in_the_sixth_part_of_the_runs() {
    play_part(5);
}
