//! What several kinds have in them.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use revocation_rules::actor::{Act, Actor};
use revocation_rules::ids::{BatchRef, PushKind, PushRef, RevocationId, TargetId, Tenant};
use revocation_rules::marks::TargetMarks;
use revocation_rules::notice::{Notice, Notices};
use revocation_rules::outcome::{Counts, Outcome};

use crate::items::update::Update;
use crate::items::{Item, at};

/// Whatever is named by such a text.
pub fn id<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub fn noon() -> Timestamp {
    id("2026-11-27T12:00:00.250Z")
}

pub fn later(seconds: i64) -> Timestamp {
    noon() + SignedDuration::from_secs(seconds)
}

pub fn tenant() -> Tenant {
    Tenant {
        app: id("shop"),
        workspace: id("default"),
    }
}

pub fn task() -> PushRef {
    PushRef {
        tenant: tenant(),
        kind: PushKind::Task,
        // Longer than what stands in a key.
        id: id(&format!("促销 #{}", "1".repeat(260))),
    }
}

pub fn batch_ref() -> BatchRef {
    BatchRef {
        push: task(),
        shard: 7,
        batch: id("huawei-0001"),
    }
}

pub fn revocation_id() -> RevocationId {
    id("rvk_1")
}

pub fn target() -> TargetId {
    id("user-77")
}

pub fn actor() -> Actor {
    Actor {
        key: id("key-1"),
        label: Some(id("Night shift")),
    }
}

pub fn act() -> Act {
    Act { by: actor(), at: later(9) }
}

pub fn notices() -> Notices {
    let notice = |title: &str, text: &str| Notice {
        title: title.to_owned(),
        text: text.to_owned(),
    };
    Notices {
        default: notice("Correction", "Please ignore our last message."),
        locales: BTreeMap::from([(id("zh"), notice("消息已撤回", "请忽略上一条消息。"))]),
    }
}

pub fn marks() -> TargetMarks {
    let mut marks = TargetMarks::default();
    marks.mark(1);
    marks
}

pub fn counts() -> Counts {
    let mut counts = Counts::default();
    counts.add(Outcome::Overwritten, 39);
    counts.add(Outcome::TargetGone, 1);
    counts
}

/// What an update makes of nothing.
pub fn made((pk, sk): (String, String), update: Update) -> Item {
    let mut item = at(pk, sk);
    for (placeholder, attribute) in update.names {
        if let Some(value) = update.values.get(&placeholder.replacen('#', ":", 1)) {
            item.insert(attribute, value.clone());
        }
    }
    item
}
