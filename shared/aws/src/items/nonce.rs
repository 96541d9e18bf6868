//! A nonce that was spent.

use jiff::Timestamp;
use revocation_rules::hex::hex;
use revocation_rules::ids::KeyId;
use sha2::{Digest, Sha256};

use super::{Item, Writer, expires_at, written_by};

/// Until when it counts.
pub const UNTIL: &str = "until_at";

pub fn write(key: &KeyId, word: &str, until: Timestamp, write_name: &str) -> Item {
    // A nonce may be of any length and form; a key id has no `#`.
    Writer::keyed(format!("{key}#{}", hex(&Sha256::digest(word.as_bytes()))))
        .time(UNTIL, until)
        .text(written_by::ATTRIBUTE, write_name)
        .number("expires_at", expires_at(until))
        .finish()
}
