//! OPPO: `[{"param", "registrationIds", "eventType", "eventTime"}]`.

use revocation_rules::channel::Channel;
use revocation_rules::receipt::ReceiptEvent;

use super::document::bare;
use super::each_entry;
use super::entry::{One, fields};
use super::told::{Event, Told};
use super::vendor::{Signature, Vendor};

pub(super) const VENDOR: Vendor = Vendor {
    channel: Channel::Oppo,
    signature: Signature::None,
    // The status alone counts.
    yes: &[],
    told,
};

const ARRIVED: &str = "push_arrive";

fn told(document: &str) -> Option<Told> {
    if document.starts_with('[') {
        return each_entry(document, note);
    }
    // One that is not in a list.
    let [ids] = fields(document, ["registrationIds"])?;
    ids.json()?;
    let mut told = Told::of_one_entry();
    note(&mut told, document)?;
    Some(told)
}

fn note(told: &mut Told, entry: &str) -> Option<()> {
    let [kind, param, ids, at] = fields(entry, ["eventType", "param", "registrationIds", "eventTime"])?;
    let event = match kind.one() {
        // Older callbacks have none: they told of arrivals only.
        One::Nothing => Event::Known(ReceiptEvent::Shown),
        One::Text(kind) if bare(&kind).eq_ignore_ascii_case(ARRIVED) => Event::Known(ReceiptEvent::Shown),
        One::Text(_) => Event::Other,
        One::Odd => Event::Unreadable,
    };
    told.note(event, &param, &ids, &at);
    Some(())
}
