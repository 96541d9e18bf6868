//! Every minute: looks at every revocation that is due, re-drives what is
//! stuck, and settles what is done.

use jiff::Timestamp;

use crate::check_revocation::{CheckError, Checked, Eagerness, check_revocation};
use crate::ports::{BatchHeaders, Clock, Counters, JobQueue, ProgressList, RevocationStore, StoreError};

/// How many revocations one sweep takes from the index at a time.
const AT_A_TIME: usize = 100;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    pub checked: usize,
    pub settled: usize,
    pub redriven: usize,
    /// Looked at in vain; they stay due.
    pub failed: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sweeps until nothing is due or `deadline` comes.
///
/// # Errors
/// When the index of due revocations cannot be read. A revocation that can
/// not be checked is logged, counted, and does not hold up the others.
pub async fn sweep(
    store: &(impl RevocationStore + BatchHeaders + ProgressList + Counters),
    queue: &impl JobQueue,
    clock: &impl Clock,
    deadline: Timestamp,
) -> Result<Swept, SweepError> {
    let mut swept = Swept::default();
    let due = store.due(clock.now(), AT_A_TIME).await?;
    for (push, id) in &due {
        if clock.now() >= deadline {
            break;
        }
        swept.checked += 1;
        match check_revocation(store, queue, clock, push, id, Eagerness::Redrive).await {
            Ok(Checked::Settled { .. }) => swept.settled += 1,
            Ok(Checked::Outstanding { redriven, .. }) => swept.redriven += redriven,
            Ok(Checked::Unchanged | Checked::Overtaken) => {}
            Err(error @ (CheckError::Store(_) | CheckError::Queue(_))) => {
                swept.failed += 1;
                tracing::error!(revocation.id = %id, %error, "could not check {id}");
            }
        }
    }
    Ok(swept)
}
