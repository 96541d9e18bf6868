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
mod oppo;
mod told;
mod vivo;
mod xiaomi;

use revocation_rules::channel::Channel;

pub use told::{MAX_DELIVERIES, PassedOver, Told};

use crate::body;
use crate::problem::Problem;
use entry::each_value;

/// Vendors that call back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    Huawei,
    Xiaomi,
    Oppo,
    Vivo,
}

impl Vendor {
    pub const ALL: [Self; 4] = [Self::Huawei, Self::Xiaomi, Self::Oppo, Self::Vivo];

    pub const fn channel(self) -> Channel {
        match self {
            Self::Huawei => Channel::Huawei,
            Self::Xiaomi => Channel::Xiaomi,
            Self::Oppo => Channel::Oppo,
            Self::Vivo => Channel::Vivo,
        }
    }

    pub fn parse(channel: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|vendor| vendor.channel().as_str() == channel)
    }

    /// What a callback says of our deliveries; nothing if it speaks of others.
    ///
    /// # Errors
    /// 413 when the body is too large, 400 when it is not in the vendor's format
    /// at all. An entry that is not in it is passed over.
    pub fn told(self, body: &[u8]) -> Result<Told, Problem> {
        body::small_enough(body)?;
        let document = document::document(body).ok_or_else(not_a_callback)?;
        match self {
            Self::Huawei => huawei::told(&document),
            Self::Xiaomi => xiaomi::told(&document),
            Self::Oppo => oppo::told(&document),
            Self::Vivo => vivo::told(&document),
        }
        .ok_or_else(not_a_callback)
    }

    /// What the vendor takes for a yes.
    pub fn answer(self) -> serde_json::Value {
        match self {
            // The first two names are those of its older receipts.
            Self::Huawei => serde_json::json!({ "errno": "0", "errmsg": "success", "code": "0", "message": "success" }),
            // The status alone counts.
            Self::Xiaomi | Self::Oppo | Self::Vivo => serde_json::json!({}),
        }
    }
}

/// The parser's own words are not passed on: they quote what they stumble over.
fn not_a_callback() -> Problem {
    Problem::invalid("", "is not a callback of this vendor")
}

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
