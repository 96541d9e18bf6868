//! `POST /v1/tasks/{id}/deliveries`.

use jiff::Timestamp;
use revocation_app::ports::Recorded;
use revocation_app::{NewBatch, RecordedBatch};
use revocation_rules::batch::{Delivery, Handle, MAX_COLLAPSE_ID_BYTES, MAX_DELIVERIES, Sending};
use revocation_rules::channel::{Capability, Channel};
use revocation_rules::gate::Gate;
use revocation_rules::ids::{BatchId, DeviceToken, Locale, PushRef, RevocationId, TargetId, VendorTaskId};
use revocation_rules::visible::Visible;
use serde::{Deserialize, Serialize};

use super::bounded::{List, Text};
use super::register::to_millisecond;
use crate::problem::{FieldError, Problem};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordBody {
    batch_id: BatchId,
    channel: Channel,
    sent_at: Option<Timestamp>,
    /// For every delivery that brings none of its own.
    notify_id: Option<u32>,
    collapse_id: Option<CollapseId>,
    vendor_task_id: Option<VendorTaskId>,
    locale: Option<Locale>,
    /// The sender asked the gate and did not send this batch.
    #[serde(default)]
    held_back: bool,
    deliveries: List<DeliveryBody, MAX_DELIVERIES>,
}

/// It may be every delivery's, and is copied for each.
type CollapseId = Text<MAX_COLLAPSE_ID_BYTES>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeliveryBody {
    token: Visible<DeviceToken>,
    /// The user or device it was for; a name made of the token if left out.
    target: Option<Visible<TargetId>>,
    notify_id: Option<u32>,
    collapse_id: Option<CollapseId>,
    /// The vendor's own id of the sending, where it recalls by it (vivo).
    vendor_task_id: Option<VendorTaskId>,
    /// The language its user reads, for the notice.
    locale: Option<Locale>,
}

impl RecordBody {
    /// # Errors
    /// 400 when a delivery names both kinds of id.
    pub fn batch(self, push: PushRef) -> Result<NewBatch, Problem> {
        let shared = handle(self.notify_id, self.collapse_id, "")?;
        let mut deliveries = Vec::with_capacity(self.deliveries.0.len());
        for (at, delivery) in self.deliveries.0.into_iter().enumerate() {
            let own = handle(delivery.notify_id, delivery.collapse_id, &format!("/deliveries/{at}"))?;
            deliveries.push(Delivery {
                target: delivery
                    .target
                    .map_or_else(|| TargetId::of_token(&delivery.token.0), |Visible(target)| target),
                token: delivery.token.0,
                handle: own.or_else(|| shared.clone()),
                vendor_task: delivery.vendor_task_id.or_else(|| self.vendor_task_id.clone()),
                locale: delivery.locale.or_else(|| self.locale.clone()),
            });
        }
        Ok(NewBatch {
            push,
            batch: self.batch_id,
            channel: self.channel,
            sending: if self.held_back { Sending::HeldBack } else { Sending::Sent },
            sent_at: self.sent_at.map(to_millisecond),
            deliveries,
        })
    }
}

fn handle(notify_id: Option<u32>, collapse_id: Option<CollapseId>, pointer: &str) -> Result<Option<Handle>, Problem> {
    match (notify_id, collapse_id) {
        (Some(_), Some(_)) => Err(Problem::invalid_all(vec![FieldError {
            pointer: format!("{pointer}/collapse_id"),
            detail: "stands beside notify_id; a delivery has one of the two".to_owned(),
        }])),
        (Some(id), None) => Ok(Some(Handle::NotifyId(id))),
        (None, Some(Text(id))) => Ok(Some(Handle::CollapseId(id))),
        (None, None) => Ok(None),
    }
}

#[derive(Debug, Serialize)]
pub struct RecordAnswer {
    recorded: u16,
    /// The same call was made before; nothing was recorded twice.
    again: bool,
    /// May the sender go on, on this channel?
    gate: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_id: Option<RevocationId>,
    /// Targets of this batch that are revoked while the gate is open for the others.
    revoked_targets: Vec<TargetId>,
    warnings: Vec<Warning>,
}

#[derive(Debug, Serialize)]
struct Warning {
    code: &'static str,
    deliveries: u16,
    detail: &'static str,
}

impl From<RecordedBatch> for RecordAnswer {
    fn from(recorded: RecordedBatch) -> Self {
        let (gate, revocation_id) = match recorded.gate {
            Gate::Open => ("open", None),
            Gate::Revoked { by } => ("revoked", Some(by)),
        };
        let mut warnings = Vec::new();
        match recorded.capability {
            Capability::Able if recorded.not_revocable > 0 => warnings.push(Warning {
                code: "not_revocable",
                deliveries: recorded.not_revocable,
                detail: "sent without the id that taking back needs (notify_id, collapse_id or, on vivo, vendor_task_id): a revocation can not take these back",
            }),
            Capability::Able => {}
            Capability::Impossible | Capability::NotConfigured => warnings.push(Warning {
                code: recorded.capability.reason(),
                deliveries: recorded.recorded,
                detail: "a revocation can not take these back: their channel can not, or is not set up here",
            }),
        }
        Self {
            recorded: recorded.recorded,
            again: recorded.kept == Recorded::Same,
            gate,
            revocation_id,
            revoked_targets: recorded.revoked_targets,
            warnings,
        }
    }
}
