//! Runs many seeds, and makes a failing one small.

use std::fmt::Write as _;

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
    let before = world.store.all_revocations();
    if !world.is_broken() {
        world.outlast();
        world.check_outcomes();
    }
    if !world.is_broken() {
        check_unchanged(&mut world, &before);
    }
    if world.store.reopened() > 0 {
        world.events.saw("a reopened revocation");
    }
    world
}

/// Nothing was recorded since: a settled revocation says the same for ever.
fn check_unchanged(world: &mut World, before: &[revocation_rules::revocation::Revocation]) {
    let after = world.store.all_revocations();
    for (before, after) in before.iter().zip(&after) {
        let (State::Settled { totals: was, .. }, State::Settled { totals: is, .. }) = (&before.state, &after.state) else {
            continue;
        };
        if was != is {
            world.fail(format!("L2: {} was settled with {was:?} and became {is:?}", before.id));
        }
    }
}

/// Tries to lose operations without losing the failure.
fn shrink(seed: u64, ops: Vec<Op>) -> Vec<Op> {
    let mut small = ops;
    let mut chunk = small.len() / 2;
    while chunk > 0 {
        let mut at = 0;
        while at < small.len() {
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

/// Plays every seed of a range and returns what was seen.
pub fn play_all(seeds: std::ops::Range<u64>) -> Events {
    let mut events = Events::default();
    for seed in seeds {
        let ops = ops::draw(seed);
        let world = play(seed, &ops);
        assert!(!world.is_broken(), "{}", report(seed, ops));
        events.add(&world.events);
    }
    events
}

/// Every kind of failure once: for when there are many.
fn triage(seeds: std::ops::Range<u64>) -> Events {
    let mut events = Events::default();
    let mut kinds: std::collections::BTreeMap<String, (u64, u64)> = std::collections::BTreeMap::new();
    for seed in seeds {
        let ops = ops::draw(seed);
        let world = play(seed, &ops);
        if let Some(violation) = world.violations.first() {
            let kind: String = violation.split_whitespace().filter(|w| w.chars().all(|c| c.is_ascii_lowercase() || c == ':' || c.is_ascii_uppercase())).collect::<Vec<_>>().join(" ");
            kinds.entry(kind).or_insert((0, seed)).0 += 1;
        }
        events.add(&world.events);
    }
    for (kind, (count, seed)) in &kinds {
        eprintln!("=== {count} x {kind}");
        eprintln!("{}", report(*seed, ops::draw(*seed)));
    }
    events
}


#[test]
fn the_laws_hold() {
    let events = triage(1000..4000);
    panic!("{events:#?}");
}
