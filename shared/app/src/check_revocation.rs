//! A look soon after the fan-out: can the revocation settle?

use jiff::Timestamp;
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::redrive::Redrive;
use revocation_rules::revocation::State;
use revocation_rules::settling::{Eagerness, Recount, may_be_done};

use crate::ports::{BatchHeaders, Clock, Counters, JobQueue, ProgressList, RevocationStore, WorkError};
use crate::recount_revocation::{Checked, go_on, look_again};

/// Looks at one revocation for the `nth` time.
///
/// # Errors
/// When the store or the queue fails; the sweep finds the revocation due.
pub async fn check_revocation(
    store: &(impl RevocationStore + BatchHeaders + ProgressList + Counters),
    queue: &impl JobQueue,
    clock: &impl Clock,
    push: &PushRef,
    id: &RevocationId,
    nth: u32,
    deadline: Timestamp,
) -> Result<Checked, WorkError> {
    let Some(revocation) = store.revocation(push, id).await? else {
        return Ok(Checked::Overtaken);
    };
    if let State::Settled { .. } = revocation.state {
        return Ok(Checked::Unchanged);
    }
    // The counters tell cheaply that there is no point in recounting yet.
    let counters = store.counters(push, id).await?;
    if revocation.state == State::Requested || !may_be_done(&revocation, &counters) {
        look_again(queue, &revocation, nth).await?;
        return Ok(Checked::Unchanged);
    }
    let recount = Recount::start(&revocation, Redrive::default(), clock.now());
    go_on(store, queue, clock, revocation, recount, Eagerness::Look { nth }, deadline).await
}
