//! The whole system, simulated: every use case on the ports in memory, under
//! duplicates, reordering, crashes, lost answers, throttling, skewed clocks and
//! deletions by TTL. A seed gives a list of operations and a schedule; the same
//! seed gives the same run.
//!
//! The laws that every run must keep (checked in `calls.rs`, `answers.rs` and `outcomes.rs`):
//!
//! - **L1 Gate.** A gate question asked after a revoke call was answered says
//!   "revoked" for its scope, and never for anything else. A batch whose header is committed
//!   after it is answered "revoked" and is itself ended.
//! - **L2 One outcome.** Every committed delivery in the scope of a revocation ends once,
//!   in an outcome that is true (overwritten: the vendor said so and the device shows no
//!   message; too late: its window was over; failed: the vendor was asked; gone: never nearly a whole large batch
//!   for which a vendor knew no device; confirmed, skipped:
//!   a receipt says so). What a device confirmed in an answered call and a vendor had accepted
//!   is confirmed in the end. Outcomes only
//!   change as `Outcome::may_become` allows, and `failed` only by a replay. What had failed when a
//!   replay was asked for, and answered, is tried again; with a vendor that is well nothing stays failed. The totals of a settled revocation, its
//!   counters, and the list of outcomes equal the truth. Once faults end, everything settles; and while only
//!   queue workers crash (and no job is with two of them at once), everything ends without the sweep.
//! - **L3 Scope.** A vendor is asked only about committed deliveries of the right tenant and
//!   push, in the scope of a stored revocation, not ended, not held back, with a handle, and
//!   whose device had said nothing of it when the worker read the batch. It
//!   is asked again after a final answer only when that answer was lost before it was written.
//! - **L4 Asking twice.** No revocation lies within an earlier one of the same push, an
//!   answered revocation covers what was asked, and none is requested or fanned out twice,
//!   and a replay opens what failed once, however often it is asked for while it is under way.
//! - **L5 Window.** By the deciding worker's own clock, to the millisecond: no vendor call and
//!   no accepted revocation at or after the end, no refusal and no `too_late` before it, whether
//!   or not TTL has deleted anything.
//! - **L6 Tenants.** Two tenants use the same ids all along; what one knows is unknown to the other.
//! - **L6 Keys.** A key that was disabled a minute ago opens nothing, however it was used meanwhile (`keys.rs`, which
//!   has a small world of its own: who may ask does not depend on what is revoked).
//! - **L7 One at a time.** A worker whose lease went to another writes nothing, and nobody
//!   calls the vendor for what another worker, within its time, had answered.
//!
//! In some runs the same ids have a second life (`lives.rs`): it keeps all of these, and the first one's
//! revocations cover nothing of it.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod cast;
#[cfg(test)]
mod drain;
#[cfg(test)]
mod events;
#[cfg(test)]
mod found;
#[cfg(test)]
mod invocations;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod ops;
#[cfg(test)]
mod outcomes;
#[cfg(test)]
mod receipts;
#[cfg(test)]
mod replays;
#[cfg(test)]
mod schedules;
#[cfg(test)]
mod world;
