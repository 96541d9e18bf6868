//! What a device said of one delivery: small, written once or again, never changed.

use jiff::Timestamp;
use revocation_app::ports::StoreError;
use revocation_rules::receipt::{Receipt, ReceiptEvent, TokenDigest};
use revocation_rules::window;

use super::{Item, Reader, Writer, expires_at, key};

/// All that is read back.
pub const ATTRIBUTES: &str = "v, sk, expires_at";

/// It is asked for while its batch is there, which was recorded before it came.
pub fn write(receipt: &Receipt, now: Timestamp) -> Item {
    Writer::at(key::receipts(&receipt.batch), &key::receipt(receipt.event, &receipt.token))
        .time("at", receipt.at)
        .number("expires_at", expires_at(window::kept_until(now)))
        .finish()
}

/// With the time at which it came: a batch's id may have been recorded anew since.
pub fn read(item: &Item) -> Result<(Timestamp, TokenDigest, ReceiptEvent), StoreError> {
    let reader = Reader::new("receipt", item)?;
    let (token, event) = reader.known("sk", |sk| {
        let (event, token) = sk.split_once('#')?;
        Some((TokenDigest::parse(token)?, ReceiptEvent::parse(event)?))
    })?;
    let kept_until = Timestamp::from_second(reader.number("expires_at")?).map_err(|_| reader.damaged("expires_at"))?;
    Ok((kept_until.saturating_sub(window::KEPT).unwrap_or(Timestamp::MIN), token, event))
}
