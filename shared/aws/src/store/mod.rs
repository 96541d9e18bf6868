//! Pushes, batches and revocations in the table `pushes`. One operation per file.
//!
//! Two things hold everywhere. Every read that a law hangs on is consistent.
//! And a write whose answer was lost is not taken for a lost race: when a
//! condition fails, what is stored is looked at, and if this very call wrote
//! it, the answer is yes.

mod counters;
mod due;
mod dynamo;
mod headers;
mod list;
mod list_page;
mod notices;
mod overview;
mod payloads;
mod progresses;
mod push;
mod receipts;
mod record;
mod revocations;
mod shard_page;
mod targets;
mod terms;
mod transact;
mod work;
mod work_store;

pub use dynamo::{DynamoPushStore, PATIENCE};
