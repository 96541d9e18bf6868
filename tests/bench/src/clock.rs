//! The machine's clock: what is measured runs in real time.

use jiff::Timestamp;

#[expect(clippy::disallowed_methods, reason = "functions under measurement have the machine's clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
