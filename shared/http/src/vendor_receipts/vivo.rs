//! vivo: `{"<task id>": {"param", "targets", "ackTime", "ackType"}}`.

use revocation_rules::channel::Channel;
use revocation_rules::receipt::ReceiptEvent;

use super::each_entry;
use super::entry::{One, fields, whole};
use super::told::{Event, Told};
use super::vendor::{Signature, Vendor};

pub(super) const VENDOR: Vendor = Vendor {
    channel: Channel::Vivo,
    signature: Signature::None,
    // The status alone counts.
    yes: &[],
    told,
};

/// It arrived. Other kinds are not known well enough to be believed.
const ARRIVED: i64 = 0;

fn told(document: &str) -> Option<Told> {
    if !document.starts_with('{') {
        return None;
    }
    each_entry(document, |told, entry| {
        let [kind, param, targets, at] = fields(entry, ["ackType", "param", "targets", "ackTime"])?;
        let event = match kind.one() {
            One::Nothing => Event::Known(ReceiptEvent::Shown),
            One::Text(kind) => match whole(&kind) {
                Some(ARRIVED) => Event::Known(ReceiptEvent::Shown),
                Some(_) => Event::Other,
                None => Event::Unreadable,
            },
            One::Odd => Event::Unreadable,
        };
        told.note(event, &param, &targets, &at);
        Some(())
    })
}
