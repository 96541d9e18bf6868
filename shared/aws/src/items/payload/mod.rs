//! The deliveries of a batch in columns, packed.
//!
//! Device tokens are most of a payload, and random: compression finds nothing in them but their alphabet, and takes
//! its time. So they are kept as the bits they hold (64 hexadecimal digits are 32 bytes), one after the other, and what
//! repeats is written once.
//!
//! | part | holds |
//! |---|---|
//! | 1 byte | 2, the version. Version 1 is JSON (`packed`), and still read |
//! | number | how many bytes the next part has |
//! | zstd | the number of deliveries, then the columns: tokens, targets, notify ids, collapse ids, vendor tasks, locales; then tags and notify keys, if any delivery has one |
//! | zstd | the bits of tokens and targets that have an alphabet, in this order; not there without any |
//!
//! A batch for browsers, whose deliveries come with keys, is version 3:
//!
//! | part | holds |
//! |---|---|
//! | 1 byte | 3 |
//! | number | how many bytes the next part has |
//! | payload | all but the keys, as above, from its version on |
//! | bytes | the keys: `subscriptions` |
//!
//! Numbers are LEB128. A column begins with a byte that says its form: `texts` and `options`.
//!
//! What is read back never grows beyond [`MAX_UNPACKED`](super::packed::MAX_UNPACKED), whatever it claims to be, and
//! bytes that [`pack`] does not make are no payload.

mod alphabet;
mod cursor;
mod options;
mod pack;
mod subscriptions;
mod texts;
mod unpack;

#[cfg(test)]
mod tests;

pub use pack::pack;
pub use unpack::unpack;
