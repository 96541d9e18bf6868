//! Xiaomi: a form whose field `data` is
//! `{"<message id>": {"param", "type", "targets", "timestamp"}}`.

use revocation_rules::channel::Channel;
use revocation_rules::receipt::ReceiptEvent;

use super::each_entry;
use super::entry::{One, fields, whole};
use super::told::{Event, Told};
use super::vendor::{Signature, Vendor};

pub(super) const VENDOR: Vendor = Vendor {
    channel: Channel::Xiaomi,
    signature: Signature::None,
    // The status alone counts.
    yes: &[],
    told,
};

const DELIVERED: i64 = 1;
const CLICKED: i64 = 2;

pub(super) fn told(document: &str) -> Option<Told> {
    if !document.starts_with('{') {
        return None;
    }
    each_entry(document, |told, entry| {
        let [kind, param, targets, timestamp] = fields(entry, ["type", "param", "targets", "timestamp"])?;
        let event = match kind.one() {
            One::Text(kind) => match whole(&kind) {
                Some(DELIVERED) => Event::Known(ReceiptEvent::Shown),
                Some(CLICKED) => Event::Known(ReceiptEvent::Opened),
                // Invalid targets and the like.
                Some(_) => Event::Other,
                None => Event::Unreadable,
            },
            One::Nothing | One::Odd => Event::Unreadable,
        };
        told.note(event, &param, &targets, &timestamp);
        Some(())
    })
}
