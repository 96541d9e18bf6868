//! How far the work on a batch is.

use std::collections::{BTreeMap, BTreeSet};

use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::{BatchProgress, Earlier};

use super::batches::{deliveries, header};
use super::common::{counts, later, marks, noon, revocation_id, task};
use super::kind;
use crate::items::{self, Item};
use crate::kept::{Kind, shown};

pub const KINDS: &[Kind] = &[kind("batch progress", progress, |item, _| {
    shown(items::progress::read(&task(), 7, item))
})];

fn progress() -> Item {
    let fresh = BatchProgress::fresh(&header(Channel::Huawei, &deliveries(40)));
    let mut progress = BatchProgress {
        attempts: 2,
        pauses: 1,
        lost_workers: 1,
        not_before: Some(later(90)),
        counted: BTreeMap::from([(revocation_id(), counts())]),
        suspected: BTreeMap::from([(revocation_id(), 1)]),
        finished: BTreeSet::from([revocation_id()]),
        replays: BTreeMap::from([(revocation_id(), 1)]),
        met: BTreeMap::from([(revocation_id(), marks())]),
        ..fresh
    };
    let earlier = Earlier {
        recorded_at: later(-86_400),
        counts: counts(),
    };
    progress.before.insert(revocation_id(), earlier);
    progress.slots.end(0, Outcome::Overwritten, "");
    progress.slots.end(1, Outcome::TargetGone, "unregistered");
    items::progress::write(&progress, 4, "a-write", noon()).unwrap()
}
