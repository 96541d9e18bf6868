//! `POST /v1/receipts/{channel}`: what vendors say of deliveries, in their own words.
//!
//! A vendor names the delivery by its token and by a text that the sender put
//! into the push: `<kind>/<push id>/<batch id>`, each part percent-encoded. What
//! has no such text was not sent by us and is passed over, and so is every event
//! that is none of ours: a vendor cannot be told about its mistakes. So each
//! entry is read alone, as tolerantly as it goes, and what cannot be read is
//! counted. How sure we are of each format, and what is forgiven, is said in
//! `docs/receipts.md`.

mod document;
mod entry;
mod huawei;
pub mod huawei_signature;
mod meizu;
mod oppo;
mod told;
mod vendor;
mod vivo;
mod xiaomi;

pub use told::{MAX_DELIVERIES, PassedOver, Told};
pub use vendor::{Signature, Vendor};

use entry::each_value;

/// Reads each entry of a list or an object by itself. `None` if there are
/// entries and none of them is an object: then it is another format.
fn each_entry(json: &str, mut read: impl FnMut(&mut Told, &str) -> Option<()>) -> Option<Told> {
    let mut told = Told::default();
    let mut objects = 0_usize;
    each_value(json, |entry| {
        told.entries += 1;
        match read(&mut told, entry) {
            Some(()) => objects += 1,
            None => told.passed_over.unreadable += 1,
        }
    })?;
    (objects > 0 || told.entries == 0).then_some(told)
}

#[cfg(test)]
mod tests;
