//! Revocations, and what counts what they came to.

use std::collections::{BTreeMap, BTreeSet};

use revocation_app::ports::StoreError;
use revocation_rules::channel::Channel;
use revocation_rules::ids::PushKind;
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::Change;
use revocation_rules::redrive::Mark;
use revocation_rules::revocation::{Cursor, Fanout, Revocation, State};
use revocation_rules::scope::Scope;
use revocation_rules::shard::ShardCount;

use super::common::{act, actor, batch_ref, counts, id, later, made, marks, noon, notices, revocation_id, target, task};
use super::{called, kind};
use crate::items::{self, Item, key};
use crate::kept::{Kind, Set, shown};

pub const KINDS: &[Kind] = &[
    kind("revocation", || written(&revocation()).revocation, read_revocation),
    called("revocation that has settled", "revocation", settled, read_revocation),
    called(
        "revocation of many targets",
        "revocation",
        || written(&of_many()).revocation,
        read_revocation,
    ),
    kind(
        "list of targets",
        || written(&of_many()).targets.unwrap(),
        |_, set| read_revocation(&set["revocation of many targets"], set),
    ),
    kind("counters", counters, |item, _| {
        let mut sum = items::counters::Sum::default();
        sum.add(&revocation_id(), item)?;
        shown(Ok(sum.finish()))
    }),
    Kind {
        name: "counters of one channel",
        called: "counters",
        write: None,
        read: |item, _| {
            let mut sum = items::counters::Sum::default();
            sum.add_older(item)?;
            shown(Ok(sum.finish()))
        },
    },
];

pub fn scope() -> Scope {
    Scope {
        channels: Some(BTreeSet::from([Channel::Huawei, Channel::Apns])),
        targets: Some(BTreeSet::from([target(), id("user-78")])),
    }
}

fn revocation() -> Revocation {
    let shards = ShardCount::of(PushKind::Task);
    let mut fanout = Fanout::new(shards);
    fanout.cursors[0] = Cursor::Done;
    fanout.cursors[7] = Cursor::After(batch_ref().batch);
    fanout.found.insert(Channel::Huawei, 40);
    let mark = Mark {
        shard: 7,
        batch: batch_ref().batch,
        version: 3,
        queued_by: later(1),
        at: later(2),
    };
    fanout.marks.insert(Channel::Huawei, mark);
    Revocation {
        id: revocation_id(),
        push: task(),
        scope: scope(),
        reason: "wrong price".to_owned(),
        notices: notices(),
        requested_by: actor(),
        requested_at: noon(),
        state: State::Dispatched { dispatched_at: later(3) },
        fanout,
        due_at: Some(later(60)),
        checks: 2,
        replays: 1,
        last_replay: Some(act()),
        closes_at: later(7 * 86_400),
        version: 5,
    }
}

fn settled() -> Item {
    let state = State::Settled {
        settled_at: later(30),
        totals: BTreeMap::from([(Channel::Huawei, counts())]),
        met: Some(marks()),
    };
    let settled = Revocation {
        state,
        due_at: None,
        ..revocation()
    };
    written(&settled).revocation
}

fn of_many() -> Revocation {
    let targets = (0..500).map(|nth| id(&format!("user-{nth:05}")));
    Revocation {
        scope: Scope {
            channels: None,
            targets: Some(targets.collect()),
        },
        ..revocation()
    }
}

fn written(revocation: &Revocation) -> items::revocation::Written {
    items::revocation::write(revocation).unwrap()
}

fn read_revocation(item: &Item, set: &Set) -> Result<String, StoreError> {
    let targets = match items::revocation::of_targets_apart(item)? {
        Some(_) => items::revocation::Targets::Item(&set["list of targets"]),
        None => items::revocation::Targets::Inside,
    };
    shown(items::revocation::read(&task(), item, &targets))
}

fn counters() -> Item {
    let change = Change {
        outcomes: BTreeMap::from([(Outcome::Overwritten, 39), (Outcome::Failed, 1)]),
        suspected: 1,
    };
    let at = key::counters(&task(), &revocation_id(), 3);
    let mut item = made(at.clone(), items::counters::add_change(Channel::Huawei, &change, noon()));
    item.extend(made(at.clone(), items::counters::add_change(Channel::WebPush, &change, noon())));
    item.extend(made(at, items::counters::add_late(Channel::Huawei, 3, noon())));
    item
}
