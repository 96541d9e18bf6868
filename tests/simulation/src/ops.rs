//! What happens in a run, drawn from a seed: a list that can be printed, cut and replayed.

use revocation_testkit::{Chance, Mood};

use crate::cast::LARGE;

/// One thing that somebody outside does, or that befalls the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Register {
        tenant: usize,
        push: usize,
    },
    Record {
        tenant: usize,
        push: usize,
        batch: usize,
        variant: usize,
    },
    Gate {
        tenant: usize,
        push: usize,
        channel: usize,
        target: usize,
    },
    Revoke {
        tenant: usize,
        push: usize,
        scope: usize,
    },
    /// Somebody wants what failed to be tried again.
    Replay {
        tenant: usize,
        push: usize,
        nth: usize,
    },
    /// Devices say what became of a batch; which and what, `draw` draws.
    Report {
        tenant: usize,
        push: usize,
        batch: usize,
        draw: u64,
    },
    Receive {
        nth: usize,
        twice: bool,
    },
    Sweep,
    Crash {
        nth: usize,
    },
    Advance {
        ms: i64,
    },
    /// To the end of the nearest window, less a millisecond, or plus one.
    End {
        off_ms: i64,
    },
    Delete {
        nth: usize,
    },
    Vendor(Mood),
    /// The queue is worked on, one job after the other.
    Work {
        rounds: usize,
    },
    /// Nothing new: what is under way goes on.
    Run {
        polls: usize,
    },
}

pub const TENANTS: usize = 2;
pub const PUSHES: usize = 2;
pub const BATCHES: usize = 5;
pub const SCOPES: usize = 8;

pub fn draw(seed: u64) -> Vec<Op> {
    let mut chance = Chance::new(seed ^ 0x6f70_7300);
    let mut ops = Vec::new();
    // One tenant is enough in most runs; with two, both use the same ids.
    let tenants = if chance.in_thousand(300) { TENANTS } else { 1 };
    let pushes = 1 + chance.below(PUSHES);
    for tenant in 0..tenants {
        for push in 0..pushes {
            // Some pushes are registered later, or never.
            if chance.in_thousand(930) {
                ops.push(Op::Register { tenant, push });
                ops.push(Op::Run { polls: 6 });
            }
        }
    }
    let length = 15 + chance.below(45);
    for _ in 0..length {
        let tenant = chance.below(tenants);
        let push = chance.below(pushes);
        ops.push(match chance.below(100) {
            0..20 => Op::Record {
                tenant,
                push,
                batch: chance.below(BATCHES),
                variant: usize::from(chance.in_thousand(80)),
            },
            20..30 => Op::Revoke {
                tenant,
                push,
                scope: if chance.in_thousand(400) { 0 } else { chance.below(SCOPES) },
            },
            30..34 => Op::Gate {
                tenant,
                push,
                channel: chance.below(8),
                target: chance.below(5),
            },
            34..54 => Op::Receive {
                nth: chance.below(8),
                twice: chance.in_thousand(350),
            },
            54..58 => Op::Sweep,
            58..63 => Op::Crash { nth: chance.below(6) },
            63..73 => Op::Advance { ms: step(&mut chance) },
            73 | 74 | 88..92 => Op::End {
                off_ms: *chance.pick(&[-1, 0, 0, 1]),
            },
            75 => Op::Delete { nth: chance.below(6) },
            76..79 => Op::Vendor(*chance.pick(&[
                Mood::Well,
                Mood::Erratic,
                Mood::Erratic,
                Mood::Down,
                Mood::Throttling,
                Mood::Exhausted,
            ])),
            79..88 => Op::Work {
                rounds: 10 + chance.below(100),
            },
            92 => Op::Register { tenant, push },
            93 => Op::Replay {
                tenant,
                push,
                nth: chance.below(8),
            },
            _ => Op::Run { polls: chance.below(12) },
        });
        if chance.in_thousand(200) {
            ops.push(Op::Report {
                tenant,
                push,
                batch: chance.below(BATCHES),
                draw: chance.number(),
            });
        }
        if chance.in_thousand(600) {
            ops.push(Op::Run { polls: chance.below(15) });
        }
        if chance.in_thousand(3) {
            misaddress(&mut chance, &mut ops, tenant, push);
        }
        if chance.in_thousand(20) {
            use_up_a_quota(&mut chance, &mut ops, tenant, push);
        }
    }
    ops
}

/// An account's setting is wrong: no device is known. A person sees it, puts it right, and replays.
fn misaddress(chance: &mut Chance, ops: &mut Vec<Op>, tenant: usize, push: usize) {
    let batch = LARGE;
    ops.push(Op::Record {
        tenant,
        push,
        batch,
        variant: 0,
    });
    ops.push(Op::Run { polls: 20 });
    ops.push(Op::Vendor(Mood::Misaddressed));
    ops.push(Op::Revoke { tenant, push, scope: 0 });
    for _ in 0..3 {
        ops.push(Op::Work {
            rounds: 60 + chance.below(100),
        });
        ops.push(Op::Advance {
            ms: 1_000 + i64::try_from(chance.below(9_000)).unwrap(),
        });
    }
    ops.push(Op::Vendor(*chance.pick(&[
        Mood::Well,
        Mood::Well,
        Mood::Erratic,
        Mood::Misaddressed,
    ])));
    ops.push(Op::Replay { tenant, push, nth: 1 });
    ops.push(Op::Run { polls: chance.below(20) });
}

/// A revocation meets a vendor whose quota is used up, settles, and is replayed.
fn use_up_a_quota(chance: &mut Chance, ops: &mut Vec<Op>, tenant: usize, push: usize) {
    ops.push(Op::Vendor(*chance.pick(&[Mood::Exhausted, Mood::Exhausted, Mood::Erratic])));
    ops.push(Op::Revoke { tenant, push, scope: 0 });
    for _ in 0..3 {
        ops.push(Op::Work {
            rounds: 30 + chance.below(100),
        });
        ops.push(Op::Advance {
            ms: 1_000 + i64::try_from(chance.below(9_000)).unwrap(),
        });
    }
    ops.push(Op::Vendor(*chance.pick(&[Mood::Well, Mood::Erratic, Mood::Exhausted])));
    for _ in 0..=chance.below(2) {
        let nth = 1 + chance.below(3);
        ops.push(Op::Replay { tenant, push, nth });
        ops.push(Op::Run { polls: chance.below(20) });
    }
}

fn step(chance: &mut Chance) -> i64 {
    let (from, to) = *chance.pick(&[
        (1, 3),
        (1, 1_000),
        (1_000, 10_000),
        (1_000, 10_000),
        (1_000, 10_000),
        (10_000, 100_000),
        (60_000, 120_000),
        (60_000, 120_000),
        (300_000, 7_200_000),
    ]);
    from + i64::try_from(chance.below(usize::try_from(to - from).unwrap())).unwrap()
}
