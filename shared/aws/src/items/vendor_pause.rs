//! The pause that a vendor wants for an account. It lies beside the account's session.

use jiff::SignedDuration;
use revocation_app::ports::{SessionKey, SharedPause, StoreError};

use super::condition::Condition;
use super::{Item, Reader, Writer, expires_at, time};

const ENDS: &str = "pause_ends_at";
/// How long an item outlives its pause.
const KEPT_LONGER: SignedDuration = SignedDuration::from_hours(1);

/// Its `pk` begins as the session's does, with the channel.
pub fn pk(key: &SessionKey) -> String {
    format!("{key}#pause")
}

pub fn write(key: &SessionKey, pause: &SharedPause) -> Item {
    let end = pause.until.saturating_add(KEPT_LONGER).unwrap_or(pause.until);
    Writer::keyed(pk(key))
        .time(ENDS, pause.until)
        .text("reason", pause.reason.as_str())
        .number("expires_at", expires_at(end))
        .finish()
}

/// None is there that ends later.
pub fn ends_later(pause: &SharedPause) -> Condition {
    Condition::of("attribute_not_exists(pk) OR pause_ends_at < :ends", [(":ends", time(pause.until))])
}

pub fn read(item: &Item) -> Result<SharedPause, StoreError> {
    let reader = Reader::new("vendor pause", item)?;
    Ok(SharedPause {
        until: reader.time(ENDS)?,
        reason: reader.text("reason")?.to_owned(),
    })
}
