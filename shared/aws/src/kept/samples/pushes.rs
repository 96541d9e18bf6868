//! Pushes, and what stands beside them.

use revocation_rules::closure::Closure;
use revocation_rules::ids::{PushKind, PushRef};
use revocation_rules::push::{Push, PushType, Registration};
use revocation_rules::shard::ShardCount;

use super::common::{act, id, later, notices, revocation_id, target, task, tenant};
use super::kind;
use super::revocations::scope;
use crate::items::{self, Item};
use crate::kept::{Kind, shown};

pub const KINDS: &[Kind] = &[
    kind("push", || items::push::write(&push()), |item, _| shown(items::push::read(item))),
    kind("task number", task_number, |item, _| {
        shown(items::task_number::read(&tenant(), item))
    }),
    kind(
        "notice",
        || items::notices::write(&tenant(), &notices(), &act()),
        |item, _| shown(items::notices::read(item)),
    ),
    kind(
        "target",
        || items::target::write(&message(), &target()),
        |item, _| shown(items::target::read(item)),
    ),
];

fn push_of(push: PushRef, push_type: PushType) -> Push {
    Push {
        shards: ShardCount::of(push.kind),
        registration: Registration {
            push,
            push_type,
            title: "50 % off".to_owned(),
            sent_at: later(-600),
            send_until: Some(later(600)),
            notices: Some(notices()),
        },
        registered_at: later(-700),
        closures: Vec::new(),
        version: 1,
    }
}

fn push() -> Push {
    Push {
        closures: vec![Closure {
            by: revocation_id(),
            scope: scope().outline(),
        }],
        version: 2,
        ..push_of(task(), PushType::Batch)
    }
}

fn message() -> Push {
    let message = PushRef {
        kind: PushKind::Message,
        id: id("m-1"),
        tenant: tenant(),
    };
    push_of(message, PushType::Simple)
}

fn task_number() -> Item {
    items::task_number::write(&push(), task().task_number().unwrap())
}
