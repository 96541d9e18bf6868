//! What devices said, and who looks at it when.

use std::time::Duration;

use revocation_app::ports::StoreError;
use revocation_rules::channel::Channel;
use revocation_rules::looks::{Look, Looks, Queued};
use revocation_rules::receipt::{Came, Receipt, ReceiptEvent, TokenDigest};

use super::common::{batch_ref, id, later, made, noon, task};
use super::{called, kind};
use crate::items::update::Update;
use crate::items::{self, Item, key};
use crate::kept::{Kind, Set, shown};

pub const KINDS: &[Kind] = &[
    kind(
        "receipt",
        || items::receipt::write(&receipt(Came::AfterBatch), noon()),
        read_receipt,
    ),
    called("receipt before its batch", "receipt", early_receipt, read_receipt),
    kind("count of early receipts", early_count, |item, _| {
        shown(items::Reader::new("count", item)?.number::<u64>("receipts"))
    }),
    kind("looks", looks, |item, _| shown(items::looks::read(item))),
];

fn receipt(came: Came) -> Receipt {
    Receipt {
        batch: batch_ref(),
        token: TokenDigest::of(&id("token-1")),
        event: ReceiptEvent::Opened,
        at: later(-10),
        came,
    }
}

fn early_receipt() -> Item {
    let about = Some(Channel::Xiaomi);
    items::receipt::write(&receipt(Came::BeforeBatch { about }), noon())
}

fn read_receipt(item: &Item, _: &Set) -> Result<String, StoreError> {
    items::receipt::read(item).map(|said| format!("{:?} {:?} {:?} {:?}", said.token, said.event, said.came, said.at))
}

/// As `admit_early` counts them.
fn early_count() -> Item {
    let update = Update::default()
        .set("v", items::number(items::VERSION))
        .set("expires_at", items::number(1_796_000_000))
        .add("receipts", 3);
    made((key::early_count(&task()), "count".to_owned()), update)
}

fn looks() -> Item {
    let at = (key::receipts(&batch_ref()), items::looks::SK.to_owned());
    let mut item = made(at.clone(), items::looks::begin(Look { nth: 3, by: 17 }, noon()));
    let queued = Queued {
        nth: 4,
        at: later(5),
        waits: Duration::from_secs(2),
    };
    item.extend(made(at, items::looks::note_queued(&Looks::default(), &queued)));
    item
}
