//! Whether a message of the senders' queue may record for the tenant that it names.
//!
//! A binding that was read is believed for a minute after it was read, however often it is used meanwhile. That
//! there is none is never believed: a new binding counts at once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use revocation_rules::ids::Tenant;
use revocation_rules::queue_sender::{QueueSender, Unbound};

use crate::ports::{Clock, QueueSenders, StoreError};

/// How long a binding that was read is believed.
const KEEP: SignedDuration = SignedDuration::from_secs(60);
/// Bindings kept at once; beyond it all are read anew.
const KEPT: usize = 1_000;

/// Bindings that were read lately.
#[derive(Debug, Default)]
pub struct KnownBindings(Mutex<HashMap<(QueueSender, Tenant), Timestamp>>);

impl KnownBindings {
    fn has(&self, binding: &(QueueSender, Tenant), now: Timestamp) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(binding).is_some_and(|read_at| now.duration_since(*read_at).abs() < KEEP)
    }

    fn put(&self, binding: (QueueSender, Tenant), now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(binding, now);
    }
}

#[derive(Debug, thiserror::Error)]
pub enum AdmitError {
    #[error("the sender {0} is not bound to the tenant that the message names")]
    NotBound(QueueSender),
    #[error("the message does not say who sent it")]
    NoSender,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// # Errors
/// When the sender may not record for `tenant`, or when that cannot be found out.
pub async fn admit_recording(
    known: &KnownBindings,
    senders: &impl QueueSenders,
    clock: &impl Clock,
    unbound: Unbound,
    sender: Option<&QueueSender>,
    tenant: &Tenant,
) -> Result<(), AdmitError> {
    let refusal = match sender {
        None => AdmitError::NoSender,
        Some(sender) => {
            let binding = (sender.clone(), tenant.clone());
            let asked_at = clock.now();
            if known.has(&binding, asked_at) {
                return Ok(());
            }
            if senders.is_bound(sender, tenant).await? {
                known.put(binding, asked_at);
                return Ok(());
            }
            AdmitError::NotBound(sender.clone())
        }
    };
    match unbound {
        Unbound::Refuse => Err(refusal),
        Unbound::Allow => {
            tracing::warn!(error = %refusal, "a recording was let in that will be refused: bind its sender");
            Ok(())
        }
    }
}
