//! What a device said of one delivery: small, written once or again, never changed.

use jiff::Timestamp;
use revocation_app::ports::StoreError;
use revocation_rules::receipt::{Receipt, ReceiptEvent, TokenDigest};
use revocation_rules::window;

use super::{Item, Reader, Writer, expires_at, key};

/// All that is read back.
pub const ATTRIBUTES: &str = "v, sk";

/// It is asked for while its batch is there, which was recorded before it came.
pub fn write(receipt: &Receipt, now: Timestamp) -> Item {
    Writer::at(key::receipts(&receipt.batch), &key::receipt(receipt.event, &receipt.token))
        .time("at", receipt.at)
        .number("expires_at", expires_at(window::kept_until(now)))
        .finish()
}

pub fn read(item: &Item) -> Result<(TokenDigest, ReceiptEvent), StoreError> {
    Reader::new("receipt", item)?.known("sk", |sk| {
        let (event, token) = sk.split_once('#')?;
        Some((TokenDigest::parse(token)?, ReceiptEvent::parse(event)?))
    })
}
