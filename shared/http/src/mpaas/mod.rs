//! The other front: calls as the mPaaS SDKs make them, answered as they expect it (`docs/mpaas.md`).
//!
//! Two kinds of "no". A [`Fault`] is the gateway's: the call was not done, the
//! status is 4xx or 5xx, and an SDK raises. A [`Refusal`] is the business's: the
//! status is 200, the call was understood, and its answer is no.

mod answer;
mod fault;
mod fields;
mod refusal;

pub use answer::{RevokeAnswer, TaskDetail, TaskDetailAnswer, TaskListAnswer, respond, respond_to_fault};
pub use fault::{Fault, FaultKind};
pub use fields::{number, optional, required};
pub use refusal::{Refusal, refused};
