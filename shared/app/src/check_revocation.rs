//! A look soon after the fan-out: can the revocation settle?

use jiff::Timestamp;
use revocation_rules::headway::Headway;
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::redrive::Redrive;
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::settling::{Eagerness, Recount, may_be_done, next_look};

use crate::ports::{BatchHeaders, Clock, Counters, Job, JobQueue, ProgressList, QueueError, RevocationStore, WorkError};
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
    if revocation.state == State::Requested {
        look_again(queue, &revocation, nth).await?;
        return Ok(Checked::Unchanged);
    }
    // The counters tell cheaply that there is no point in recounting yet.
    let counters = store.counters(push, id).await?;
    if !may_be_done(&revocation, &counters) {
        look_in_time(queue, &revocation, nth, Headway::of(&revocation, &counters, clock.now())).await?;
        return Ok(Checked::Unchanged);
    }
    let recount = Recount::start(&revocation, Redrive::default(), clock.now());
    go_on(store, queue, clock, revocation, recount, Eagerness::Look { nth }, deadline).await
}

/// When the rest will have ended, if that is sooner than the next look would be otherwise. Such a look is one more, and
/// counts for none.
async fn look_in_time(queue: &impl JobQueue, revocation: &Revocation, nth: u32, headway: Headway) -> Result<(), QueueError> {
    let Some(latest) = next_look(nth) else {
        return Ok(());
    };
    let wait = headway.next_look(latest);
    let next = if wait < latest { nth } else { nth + 1 };
    queue.send(&[Job::check(revocation, next)], wait).await
}
