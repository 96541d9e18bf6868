//! How a job looks in a queue.
//!
//! An older function may meet what a newer one sent: fields it does not know
//! are ignored, and a version it does not know is an error, so that the message
//! comes back when the newer function is there. The bodies in `tests/fixtures`
//! are only ever added to.

use revocation_app::ports::{DispatchJob, Job, RecountJob};
use revocation_rules::channel::Channel;
use revocation_rules::ids::{AppId, BatchId, BatchRef, PushId, PushKind, PushRef, RevocationId, Tenant, WorkspaceId};
use revocation_rules::looks::Look;
use revocation_rules::settling::{Eagerness, Recount};
use serde::{Deserialize, Serialize};

/// A queue message that is no job of ours. The parser's own words are not
/// kept: they quote what they stumble over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    #[error("the message is not JSON")]
    NotJson,
    #[error("the message is not a job in a version known here")]
    NotAJob,
}

/// Longest body that is read. The longest ids fit in, whatever their escapes.
const MAX_JOB_BYTES: usize = 32 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(tag = "v")]
enum Envelope {
    #[serde(rename = "1")]
    V1(V1),
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
enum V1 {
    Fanout {
        push: PushV1,
        revocation: RevocationId,
    },
    Check {
        push: PushV1,
        revocation: RevocationId,
        nth: u32,
    },
    Recount {
        push: PushV1,
        revocation: RevocationId,
        /// The number of a look; the sweep has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nth: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        so_far: Option<Box<Recount>>,
    },
    Dispatch {
        push: PushV1,
        shard: u16,
        batch: BatchId,
        channel: Channel,
        revocation: RevocationId,
        /// Older versions do not say, and read the revocation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replays: Option<u32>,
        /// Older versions know none.
        #[serde(default, skip_serializing_if = "is_first")]
        nth: u32,
    },
    Confirm {
        push: PushV1,
        shard: u16,
        batch: BatchId,
        nth: u32,
    },
    /// A look that receipts were gathered for. By another name, as an older version would not say that it begins, and
    /// receipts would go on waiting for it: there it comes back until the newer one is there.
    Gather {
        push: PushV1,
        shard: u16,
        batch: BatchId,
        look: u64,
        by: u64,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_first(nth: &u32) -> bool {
    *nth == 0
}

#[derive(Serialize, Deserialize)]
struct PushV1 {
    app: AppId,
    workspace: WorkspaceId,
    kind: PushKind,
    id: PushId,
}

impl From<&PushRef> for PushV1 {
    fn from(push: &PushRef) -> Self {
        Self {
            app: push.tenant.app.clone(),
            workspace: push.tenant.workspace.clone(),
            kind: push.kind,
            id: push.id.clone(),
        }
    }
}

impl From<PushV1> for PushRef {
    fn from(push: PushV1) -> Self {
        Self {
            tenant: Tenant {
                app: push.app,
                workspace: push.workspace,
            },
            kind: push.kind,
            id: push.id,
        }
    }
}

/// The body of the message for `job`.
pub fn encode(job: &Job) -> String {
    let v1 = match job {
        Job::Fanout { push, revocation } => V1::Fanout {
            push: push.into(),
            revocation: revocation.clone(),
        },
        Job::Check { push, revocation, nth } => V1::Check {
            push: push.into(),
            revocation: revocation.clone(),
            nth: *nth,
        },
        Job::Recount(job) => V1::Recount {
            push: (&job.push).into(),
            revocation: job.revocation.clone(),
            nth: match job.eagerness {
                Eagerness::Look { nth } => Some(nth),
                Eagerness::Redrive => None,
            },
            so_far: job.so_far.clone().map(Box::new),
        },
        Job::Dispatch(DispatchJob {
            batch,
            channel,
            revocation,
            replays,
            nth,
        }) => V1::Dispatch {
            push: (&batch.push).into(),
            shard: batch.shard,
            batch: batch.batch.clone(),
            channel: *channel,
            revocation: revocation.clone(),
            replays: *replays,
            nth: *nth,
        },
        Job::Confirm { batch, nth, look: None } => V1::Confirm {
            push: (&batch.push).into(),
            shard: batch.shard,
            batch: batch.batch.clone(),
            nth: *nth,
        },
        // It is always the first look of its job.
        Job::Confirm {
            batch,
            nth: _,
            look: Some(look),
        } => V1::Gather {
            push: (&batch.push).into(),
            shard: batch.shard,
            batch: batch.batch.clone(),
            look: look.nth,
            by: look.by,
        },
    };
    crate::items::json_text(&Envelope::V1(v1))
}

/// The job in the body of a message.
///
/// # Errors
/// When the body is not what [`encode`] makes in a version that is known here.
pub fn decode(body: &str) -> Result<Job, JobError> {
    if body.len() > MAX_JOB_BYTES {
        return Err(JobError::NotAJob);
    }
    let Envelope::V1(v1) =
        serde_json::from_str(body).map_err(|error| if error.is_data() { JobError::NotAJob } else { JobError::NotJson })?;
    Ok(match v1 {
        V1::Fanout { push, revocation } => Job::Fanout {
            push: push.into(),
            revocation,
        },
        V1::Check { push, revocation, nth } => Job::Check {
            push: push.into(),
            revocation,
            nth,
        },
        V1::Recount {
            push,
            revocation,
            nth,
            so_far,
        } => Job::Recount(Box::new(RecountJob {
            push: push.into(),
            revocation,
            eagerness: nth.map_or(Eagerness::Redrive, |nth| Eagerness::Look { nth }),
            so_far: so_far.map(|so_far| *so_far),
        })),
        V1::Dispatch {
            push,
            shard,
            batch,
            channel,
            revocation,
            replays,
            nth,
        } => Job::Dispatch(DispatchJob {
            batch: BatchRef {
                push: push.into(),
                shard,
                batch,
            },
            channel,
            revocation,
            replays,
            nth,
        }),
        V1::Confirm { push, shard, batch, nth } => Job::Confirm {
            batch: BatchRef {
                push: push.into(),
                shard,
                batch,
            },
            nth,
            look: None,
        },
        V1::Gather {
            push,
            shard,
            batch,
            look,
            by,
        } => Job::Confirm {
            batch: BatchRef {
                push: push.into(),
                shard,
                batch,
            },
            nth: 0,
            look: Some(Look { nth: look, by }),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Serde names all that it knows when it meets what it does not.
    #[test]
    fn every_kind_of_job_has_a_fixture() {
        let error = serde_json::from_str::<V1>(r#"{"job": "unheard of"}"#).err().unwrap().to_string();
        let (_, known) = error.split_once("expected one of ").unwrap();
        let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        assert!(known.len() >= 6 && known.contains(&"dispatch"), "{error}");
        for job in known {
            let file = format!("{}/tests/fixtures/{job}-v1.json", env!("CARGO_MANIFEST_DIR"));
            let body = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("no fixture of the job {job}: {file}: {error}"));
            assert!(
                body.contains(&format!("\"job\":\"{job}\"")) || body.contains(&format!("\"job\": \"{job}\"")),
                "{body}"
            );
            decode(&body).unwrap();
        }
    }
}
