//! Huawei: `{"statuses": [{"biTag", "token", "status", "timestamp"}]}`. In its
//! second version the status is `deliveryStatus.result`; `HarmonyOS` has that one only.

use std::borrow::Cow;

use revocation_rules::channel::Channel;
use revocation_rules::receipt::ReceiptEvent;

use super::document::bare;
use super::each_entry;
use super::entry::{Field, One, fields, whole};
use super::told::{Event, Told};
use super::vendor::{Signature, Vendor};

pub(super) const VENDOR: Vendor = Vendor {
    channel: Channel::Huawei,
    signature: Signature::Huawei,
    // The first two names are those of its older receipts.
    yes: &[("errno", "0"), ("errmsg", "success"), ("code", "0"), ("message", "success")],
    told,
};

/// The same service calls back for both, in the same form and under the same signature.
pub(super) const HARMONY: Vendor = Vendor {
    channel: Channel::Harmony,
    ..VENDOR
};

/// "Success": it reached the device.
const DELIVERED: i64 = 0;
/// Taken, and then dropped: more than the device takes of an app in a day, or than the kind of message is allowed.
const TOO_OFTEN: [i64; 2] = [102, 256];

fn told(document: &str) -> Option<Told> {
    let [statuses] = fields(document, ["statuses"])?;
    let Some(json) = statuses.json() else {
        // `null` is none; a callback without the name is somebody else's.
        return statuses.is_null().then(Told::default);
    };
    let statuses = match statuses.one() {
        One::Text(text) => Cow::Owned(bare(&text).to_owned()),
        One::Nothing | One::Odd => Cow::Borrowed(json),
    };
    match statuses.as_bytes().first() {
        Some(b'[') => each_entry(&statuses, note),
        // One that is not in a list.
        Some(b'{') => {
            let mut told = Told::of_one_entry();
            note(&mut told, &statuses)?;
            Some(told)
        }
        _ => None,
    }
}

fn note(told: &mut Told, entry: &str) -> Option<()> {
    let names = ["biTag", "token", "status", "timestamp", "deliveryStatus"];
    let [tag, token, status, timestamp, second] = fields(entry, names)?;
    let (event, at) = match second.json() {
        None => (event(&status), timestamp),
        Some(second) => match fields(second, ["result", "timestamp"]) {
            // It must say what became of the delivery, well or not.
            Some([result, at]) if result.json().is_some() => (event(&result), at),
            Some(_) | None => (Event::Unreadable, timestamp),
        },
    };
    told.note(event, &tag, &token, &at);
    Some(())
}

/// A receipt without a status is one of something else, such as of a card.
fn event(status: &Field<'_>) -> Event {
    match status.one() {
        One::Nothing => Event::Other,
        One::Odd => Event::Unreadable,
        One::Text(status) => match whole(&status) {
            Some(DELIVERED) => Event::Known(ReceiptEvent::Shown),
            Some(code) if TOO_OFTEN.contains(&code) => Event::Dropped,
            Some(_) => Event::Other,
            None => Event::Unreadable,
        },
    }
}
