//! What may be taken back, and what became of it.
//!
//! Pure rules: no async, no clock, no randomness, no AWS, no HTTP. Every
//! function here decides from its arguments alone, so everything that decides
//! about a revocation can be tested in microseconds and read in one place.
//!
//! | question | file |
//! |---|---|
//! | what is a well-formed id, token, key | [`ids`] |
//! | who did it, and what their key may do | [`actor`], [`role`] |
//! | which number does a task go by | [`task_number`] |
//! | which channels exist and what can they do | [`channel`] |
//! | what was pushed, and until when may it be revoked | [`push`], [`window`] |
//! | what does a revocation cover | [`scope`], [`closure`], [`gate`] |
//! | may this push be revoked now | [`verdict`] |
//! | the life of a revocation | [`revocation`] |
//! | what was delivered, and where it is kept | [`batch`], [`shard`] |
//! | what happens to each delivery of a batch | [`plan`] |
//! | what the device says of it | [`receipt`] |
//! | what it shows instead | [`notice`] |
//! | when to try again | [`retry`] |
//! | is the device gone, or our setting wrong | [`suspicion`] |
//! | how it ended, and what devices confirmed after it | [`outcome`], [`progress`], [`confirming`] |
//! | is all of it done, and whom was nothing for | [`settling`], [`marks`], [`unmatched`] |
//! | what do the counters say meanwhile | [`counters`] |
//! | and what that says of the message | [`standing`] |
//! | which device is it, and what waits for it | [`device`], [`instruction`] |
//! | what do it and we say to each other | [`frame`] |

pub mod actor;
pub mod batch;
pub mod channel;
pub mod closure;
pub mod confirming;
pub mod counters;
pub mod device;
pub mod frame;
pub mod gate;
pub mod hex;
pub mod ids;
pub mod instruction;
pub mod marks;
pub mod notice;
pub mod outcome;
pub mod plan;
pub mod progress;
pub mod push;
pub mod queue_sender;
pub mod receipt;
pub mod retry;
pub mod revocation;
pub mod role;
#[cfg(feature = "description")]
mod schema;
pub mod scope;
pub mod settling;
pub mod shard;
pub mod standing;
pub mod suspicion;
pub mod task_number;
pub mod unmatched;
pub mod verdict;
pub mod visible;
pub mod window;
