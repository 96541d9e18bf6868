//! How things look in the tables: one file per item, and what they share.
//!
//! | item | pk | sk | expires |
//! |---|---|---|---|
//! | push | `<push>` | `push` | 30 days after the later of registration and its last possible delivery |
//! | revocation | `<push>` | `revocation#<rvk>` | 30 days after the later of the request and the push's last possible delivery |
//! | targets of a revocation, if many | `<push>#targets#<rvk>` | `targets` | with the revocation |
//! | counters | `<push>#counters#<rvk>#<nn>` | `counters` | 67 days after the last change |
//! | batch header | `<push>#<shard>` | `batch#<batch>` | 9 days after it was sent |
//! | batch payload | `<push>#<shard>#batch#<batch>` | `payload#<digest>` | 9 days after it was sent |
//! | task by its number | `<app>/<workspace>#number#<n>` | `number` | with the push |
//! | app's notices | `<app>/<workspace>#app` | `notice` | never |
//! | receipt | `<push>#<shard>#receipt#<batch>` | `<event>#<token digest>` | 9 days after it came |
//! | looks at what devices confirmed | `<push>#<shard>#receipt#<batch>` | `watch` | 9 days after the last change |
//! | target of a message | `<app>/<workspace>#target#<type>#<target>` | `<sent_at>#message#<id>` | 9 days after its last possible delivery |
//! | batch progress | `<push>#<shard>` | `outcome#<batch>` | 67 days after the last change |
//!
//! Access keys (and beside them, who may record over the queue), vendor sessions and spent nonces have tables of their own, without a sort key.
//!
//! `<push>` is `<app>/<workspace>#<kind>#<id>`; an id of more than 256 bytes stands
//! there as its digest, and whole in the attribute `push_id` of push and revocation. Times are epoch milliseconds in
//! attributes named `.._at`, but for the TTL attribute `expires_at`, which has
//! seconds. Every item has `v` = 1; attributes that a newer version added are
//! ignored. An item that is past its time is gone, by the stored times and our own
//! clock, whether or not its TTL has deleted it.

pub mod access_key;
pub mod batch;
pub mod condition;
pub mod counters;
mod expiry;
mod frame;
pub mod key;
pub mod looks;
mod named;
pub mod nonce;
pub mod notices;
pub mod packed;
mod payload;
pub mod progress;
pub mod push;
pub mod queue_sender;
mod reader;
pub mod receipt;
pub mod revocation;
pub mod target;
pub mod task_number;
pub mod update;
pub mod vendor_pause;
pub mod vendor_session;
mod writer;
pub mod written_by;

pub use expiry::{LEDGER_DAYS, WORK_DAYS, expires_after, expires_at, gone_since, is_over};
pub use reader::Reader;
pub use writer::{Item, Writer, at, json_text, keyed, number, text, time};

/// The version that every item says it is written in.
pub const VERSION: u8 = 1;
/// The most that is put into one attribute; `DynamoDB`'s limit is 400 kB for the whole item.
pub const MAX_BYTES: usize = 390_000;
