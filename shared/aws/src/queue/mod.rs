//! Jobs on SQS: how they look, and how they are sent.

mod envelope;
mod group;
mod send;

pub use envelope::{JobError, decode, encode};
pub use send::{QueueUrls, SqsJobQueue};
