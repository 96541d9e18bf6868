//! Runs of the model that are small enough for every day, and that it fails when it has to.

#![expect(clippy::unwrap_used, reason = "in tests, helpers included, a failure is a panic")]

use revocation_rules::channel::Channel;
use scale_model::costs::Costs;
use scale_model::limits::{Behaviour, Limits};
use scale_model::run::{Figures, Push, many_revocations, one_push};
use scale_model::vendor::Vendor;
use scale_model::world::World;

fn costs() -> Costs {
    Costs::measured().unwrap()
}

fn as_it_was(behaviour: Behaviour) -> Limits {
    Limits {
        behaviour,
        ..Limits::aws()
    }
}

fn pushed(deliveries: u64, limits: Limits, vendor: Vendor, prepare: impl Fn(&World)) -> Figures {
    let push = Push::of(deliveries, vendor);
    one_push("test", &push, limits, costs(), prepare).unwrap()
}

fn huawei() -> Vendor {
    Vendor::of(Channel::Huawei)
}

fn failed(run: &Figures, words: &str) -> bool {
    run.fails.iter().any(|fail| fail.contains(words))
}

#[test]
fn ten_thousand_to_a_million_deliveries_settle_within_every_limit() {
    let mut before: Option<Figures> = None;
    for deliveries in [10_000, 100_000, 1_000_000] {
        let run = pushed(deliveries, Limits::aws(), huawei(), |_| {});
        assert_eq!(run.fails, Vec::<String>::new(), "{deliveries}");
        assert!(
            run.settled_s > run.answered_s[2] && run.answered_s[0] >= run.first_vendor_call_s,
            "{run:?}"
        );
        assert!(run.vendor_calls >= deliveries / 1_000, "{run:?}");
        if let Some(before) = before {
            assert!(
                run.write_units > 5.0 * before.write_units,
                "{} {}",
                run.write_units,
                before.write_units
            );
            assert!((run.gate_s - before.gate_s).abs() < 0.2, "the gate closes as fast at any size");
        }
        before = Some(run);
    }
}

#[test]
fn the_same_run_twice_gives_the_same_figures() {
    let run = || serde_json::to_value(pushed(100_000, Limits::aws(), huawei(), |_| {})).unwrap();
    assert_eq!(run(), run());
}

#[test]
fn a_vendors_quota_is_the_floor_and_nothing_is_given_up() {
    let run = pushed(1_000_000, Limits::aws(), huawei().taking(6_000.0), |_| {});
    assert_eq!(run.fails, Vec::<String>::new());
    assert!(run.vendor_throttled > 0);
    // 1,000,000 at 6,000 a second.
    assert!(run.answered_s[2] > 160.0, "{:?}", run.answered_s);
}

#[test]
fn a_thousand_revocations_at_once_settle() {
    let run = many_revocations("test", 1_000, &huawei(), Limits::aws(), costs(), |_| {}).unwrap();
    assert_eq!(run.fails, Vec::<String>::new());
}

#[test]
fn a_recount_without_a_deadline_fails_as_an_invocation_that_does_not_finish() {
    // Small batches, so that there are many pages, each of which takes as long as those of a hundred million together.
    let slow = |behaviour| {
        let mut limits = as_it_was(behaviour);
        limits.dynamo.query = 8_000_000;
        limits.dynamo.slow = 1.0;
        let push = Push {
            in_a_batch: 100,
            ..Push::of(1_000_000, huawei())
        };
        one_push("test", &push, limits, costs(), |_| {}).unwrap()
    };
    let words = "an invocation of fanout would not finish";
    assert!(failed(&slow(Behaviour::RecountWithoutDeadline), words));
    assert!(!failed(&slow(Behaviour::AsItIs), words));
}

#[test]
fn counters_under_one_key_fail_as_a_partition_that_is_throttled() {
    let run = |behaviour| {
        let mut limits = as_it_was(behaviour);
        // A tenth of the run, so a fifth of the partition.
        limits.partition.writes = 200.0;
        limits.partition.longest_throttled = 2_000_000;
        pushed(1_000_000, limits, huawei(), |_| {})
    };
    let run = run(Behaviour::CountersUnderOneKey);
    assert!(run.hottest_share >= 1.0, "{run:?}");
    assert!(failed(&run, "was throttled for"), "{run:?}");
}

#[test]
fn a_sweep_of_a_hundred_fails_as_one_that_falls_behind() {
    // Fan-outs that are lost: the sweep is all there is.
    let run = |behaviour| {
        many_revocations("test", 2_000, &huawei(), as_it_was(behaviour), costs(), |world| {
            world.lose_first_fanouts();
        })
        .unwrap()
    };
    assert!(failed(&run(Behaviour::SweepOfAHundred), "a sweep is"));
    assert_eq!(run(Behaviour::AsItIs).fails, Vec::<String>::new());
}

#[test]
fn memory_that_is_too_small_is_said() {
    let mut costs = costs();
    costs.set(scale_model::costs::Memory::Dispatch1000.name(), 1e9);
    let push = Push::of(10_000, huawei());
    let run = one_push("test", &push, Limits::aws(), costs, |_| {}).unwrap();
    assert!(failed(&run, "dispatch needs"), "{run:?}");
}

#[test]
fn work_that_nobody_takes_does_not_end() {
    let run = pushed(10_000, Limits::aws(), huawei(), |world| {
        world.queues.set_workers(scale_model::queue::Name::Dispatch, 0);
    });
    assert!(failed(&run, "the work does not end"), "{run:?}");
}
