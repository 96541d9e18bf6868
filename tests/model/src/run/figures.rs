//! What a run shows.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::fail::Fail;
use crate::ledger::Ledger;
use crate::prices;
use crate::sim::{End, Micros, lock, seconds};
use crate::world::World;

/// How large a run was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Size {
    pub deliveries: u64,
    pub revocations: usize,
}

/// What one run came to. Times are seconds since the first request.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    pub name: String,
    pub size: Size,
    /// Until the call that closes the gate is answered; of many, the median and the last.
    pub gate_s: f64,
    pub last_gate_s: f64,
    pub first_vendor_call_s: f64,
    /// Vendor answers: half of them, 95 and 99 of a hundred.
    pub answered_s: [f64; 3],
    /// The last revocation settled.
    pub settled_s: f64,
    pub aws_calls: BTreeMap<&'static str, u64>,
    pub aws_calls_in_all: u64,
    pub throttled: u64,
    pub conflicts: u64,
    pub read_units: f64,
    pub write_units: f64,
    pub vendor_calls: u64,
    pub vendor_throttled: u64,
    pub invocations: u64,
    pub gigabyte_seconds: f64,
    pub dollars: f64,
    pub hottest_partition: String,
    pub hottest_units: f64,
    /// Of its limit.
    pub hottest_share: f64,
    /// The function that needed the most of its memory.
    pub largest_memory: String,
    pub longest_invocation: String,
    pub longest_invocation_s: f64,
    pub most_waiting_jobs: usize,
    pub largest_item_bytes: usize,
    pub largest_page_bytes: usize,
    pub largest_job_bytes: usize,
    pub fails: Vec<String>,
}

/// When the share `of` a hundred of all that was answered was there.
fn answered(answers: &[(Micros, u64)], of: u64, began: Micros) -> f64 {
    let all: u64 = answers.iter().map(|(_, count)| count).sum();
    let mut sum = 0;
    for (at, count) in answers {
        sum += count;
        if sum * 100 >= all * of {
            return seconds(at.saturating_sub(began));
        }
    }
    0.0
}

/// Puts together what `world` shows, from `began` on. `gates`: how long each call that closes a gate took, shortest first.
pub fn figures(name: &str, size: Size, world: &World, before: &Ledger, began: Micros, gates: &[Micros], end: End) -> Figures {
    let ledger = lock(&world.ledger).since(before);
    let mut events = lock(&world.events);
    events.answered.sort_unstable();
    let settled = events.settled.iter().max().copied().unwrap_or(began);
    if end != End::Done {
        world.fail(Fail::DoesNotEnd {
            settled: events.settled.len(),
            all: size.revocations,
            seconds: (world.sim.micros() - began) / crate::sim::SECOND,
        });
    }
    let table = lock(&world.table);
    if let Some((longest, partition)) = table.longest_refusal()
        && *longest > world.limits.partition.longest_throttled
    {
        world.fail(Fail::Throttled {
            partition: partition.clone(),
            seconds: longest / crate::sim::SECOND,
        });
    }
    for name in crate::queue::Name::ALL {
        let jobs = world.queues.parked(name);
        if jobs > 0 {
            world.fail(Fail::Parked {
                queue: name.as_str(),
                jobs,
            });
        }
    }
    let deliveries = world.store.failed();
    if deliveries > 0 {
        world.fail(Fail::GivenUp { deliveries });
    }
    let longest = ledger.invocations.iter().max_by_key(|(_, invocations)| invocations.longest);
    let fleets = lock(&world.fleets);
    let memory = fleets.memories().max_by_key(|(_, used, has)| used * 1_000 / u64::from(*has));
    let at = |nth: usize| gates.get(nth).copied().map_or(0.0, seconds);
    let hottest = table.hottest();
    Figures {
        name: name.to_owned(),
        size,
        gate_s: at(gates.len() / 2),
        last_gate_s: at(gates.len().saturating_sub(1)),
        first_vendor_call_s: seconds(events.first_vendor_call.unwrap_or(began).saturating_sub(began)),
        answered_s: [50, 95, 99].map(|of| answered(&events.answered, of, began)),
        settled_s: seconds(settled.saturating_sub(began)),
        aws_calls: ledger.calls.iter().map(|(operation, count)| (operation.name(), *count)).collect(),
        aws_calls_in_all: ledger.calls_in_all(),
        throttled: ledger.throttled.values().sum(),
        conflicts: ledger.conflicts,
        read_units: ledger.read_units,
        write_units: ledger.write_units,
        vendor_calls: ledger.vendor_calls,
        vendor_throttled: ledger.vendor_throttled,
        invocations: ledger.invocations.values().map(|invocations| invocations.count).sum(),
        gigabyte_seconds: ledger.invocations.values().map(|invocations| invocations.gigabyte_seconds).sum(),
        dollars: prices::dollars(&ledger),
        hottest_partition: hottest.map_or_else(String::new, |hot| format!("{} {}: {}", hot.space.name(), hot.what, hot.pk)),
        hottest_units: hottest.map_or(0.0, |hot| hot.units),
        hottest_share: hottest.map_or(0.0, |hot| hot.units / hot.limit),
        largest_memory: memory.map_or_else(String::new, |(function, used, has)| {
            format!("{}: {used} of {has} MB", function.name())
        }),
        longest_invocation: longest.map_or_else(String::new, |(name, _)| (*name).to_owned()),
        longest_invocation_s: longest.map_or(0.0, |(_, invocations)| seconds(invocations.longest)),
        most_waiting_jobs: crate::queue::Name::ALL
            .into_iter()
            .map(|name| world.queues.most_waiting(name))
            .max()
            .unwrap_or(0),
        largest_item_bytes: ledger.largest_item,
        largest_page_bytes: ledger.largest_page,
        largest_job_bytes: ledger.largest_job,
        fails: world.fails().iter().map(ToString::to_string).collect(),
    }
}
