//! `POST /v1/receipts`.

use jiff::Timestamp;
use revocation_app::{NewReceipt, TakenReceipts};
use revocation_rules::ids::{BatchId, DeviceToken, PushId, PushKind};
use revocation_rules::receipt::{MAX_RECEIPTS, ReceiptEvent};
use serde::{Deserialize, Serialize};

use super::bounded::List;
use super::register::to_millisecond;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptsBody {
    receipts: List<ReceiptBody, MAX_RECEIPTS>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReceiptBody {
    kind: PushKind,
    id: PushId,
    batch_id: BatchId,
    token: DeviceToken,
    event: ReceiptEvent,
    at: Option<Timestamp>,
}

impl From<ReceiptsBody> for Vec<NewReceipt> {
    fn from(body: ReceiptsBody) -> Self {
        let receipts = body.receipts.0.into_iter();
        receipts
            .map(|receipt| NewReceipt {
                kind: receipt.kind,
                id: receipt.id,
                batch: receipt.batch_id,
                token: receipt.token,
                event: receipt.event,
                at: receipt.at.map(to_millisecond),
            })
            .collect()
    }
}

#[derive(Debug, Serialize)]
pub struct ReceiptsAnswer {
    accepted: usize,
    /// Places in the list of receipts that are kept although their batch is not recorded yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    early: Vec<usize>,
    /// Places in the list of receipts that are not kept.
    unknown: Vec<usize>,
}

impl From<TakenReceipts> for ReceiptsAnswer {
    fn from(taken: TakenReceipts) -> Self {
        Self {
            accepted: taken.accepted,
            early: taken.early,
            unknown: taken.unknown,
        }
    }
}
