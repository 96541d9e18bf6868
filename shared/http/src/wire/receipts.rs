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
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Receipts"))]
pub struct ReceiptsBody {
    receipts: List<ReceiptBody, MAX_RECEIPTS>,
}

/// What became of one delivery on its device.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Receipt"))]
struct ReceiptBody {
    kind: PushKind,
    id: PushId,
    batch_id: BatchId,
    /// The token the delivery was recorded with.
    token: DeviceToken,
    event: ReceiptEvent,
    /// When it happened. Left out: now.
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
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "ReceiptsTaken"))]
pub struct ReceiptsAnswer {
    #[cfg_attr(feature = "description", schemars(range(max = MAX_RECEIPTS)))]
    accepted: usize,
    /// The places, from 0, of receipts that are kept although their batch is not recorded yet. Left out if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "description", schemars(length(min = 1, max = MAX_RECEIPTS), inner(range(max = 999))))]
    early: Vec<usize>,
    /// The places, from 0, of receipts that are not kept: their push is not known, or their batch is not and they say `shown`,
    /// or their push can no longer be revoked or has too many receipts of batches that nobody recorded.
    #[cfg_attr(feature = "description", schemars(length(max = MAX_RECEIPTS), inner(range(max = 999))))]
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

#[cfg(feature = "description")]
pub(crate) mod described {
    use schemars::json_schema;
    use serde_json::json;

    use super::{ReceiptsAnswer, ReceiptsBody};
    use crate::description::example::{examples, told};
    use crate::description::{Operation, Tag};
    use crate::vendor_receipts::Vendor;

    pub(crate) fn receipts() -> Operation {
        Operation::new(
            "takeReceipts",
            Tag::Sending,
            "Say what became of deliveries on their devices",
            "A delivery that was opened or cleared is not overwritten: that would show a new notification. One that was revoked counts as confirmed by its device, also after its revocation was settled. The same receipt may be sent again.",
        )
        .body::<ReceiptsBody>(|_| {
            let one = |token: &str, event: &str| {
                json!({ "kind": "task", "id": "20842863", "batch_id": "huawei-0001", "token": token, "event": event })
            };
            let mut gone = one("AKd8fT1nP0c9Qx2x", "revoked");
            gone["at"] = "2026-11-23T08:21:07Z".into();
            let receipts = json!({ "receipts": [one("AKd8fT1nP0c9Qx2w", "opened"), gone] });
            told([("opened", "One was opened, one is gone", receipts)])
        })
        .answer::<ReceiptsAnswer>(200, "Kept, but for those that are named as unknown.", |_| {
            examples([
                ("all", json!({ "accepted": 2, "unknown": [] })),
                ("some", json!({ "accepted": 1, "unknown": [1] })),
                ("early", json!({ "accepted": 2, "early": [0], "unknown": [] })),
            ])
        })
    }

    pub(crate) fn vendor_receipts() -> Operation {
        Operation::new(
            "takeVendorReceipts",
            Tag::Sending,
            "A vendor's own callback",
            "The address to give to a vendor, with an access key of the role callback for this channel in the query: `/v1/receipts/huawei?access_key=<key id>.<secret>`. The sender puts `<kind>/<push id>/<batch id>`, each part percent-encoded, into the push where the vendor gives it back: Huawei `bi_tag`, Xiaomi `callback.param`, OPPO `call_back_parameter`, vivo `callback.param`. What has no such text, or cannot be read, is passed over. Only batches of this channel are reported on. Huawei's callbacks must be signed if a callback secret is kept with the key. A sender's key is taken for as long as the deployment allows it.",
        )
        .body_as(
            |_, _| json!({ "type": ["object", "array"], "description": "As the vendor writes it." }),
            |_| {
                let status = json!({
                    "biTag": "task/20842863/huawei-0001", "appid": "100000001", "token": "AKd8fT1nP0c9Qx2w", "status": 0,
                    "timestamp": 1_795_422_067_000_u64, "requestId": "162434452300164052000501"
                });
                examples([("huawei", json!({ "statuses": [status] }))])
            },
        )
        .form(json!({
            "type": "object", "description": "Xiaomi's.", "required": ["data"],
            "properties": { "data": { "type": "string", "contentMediaType": "application/json" } }
        }))
        .answer_as(
            200,
            "In the form the vendor takes for a yes.",
            |_| {
                let text = json!({ "type": "string" });
                let properties = json!({ "errno": text, "errmsg": text, "code": text, "message": text });
                json_schema!({ "type": "object", "properties": properties })
            },
            |_| examples(Vendor::all().map(|vendor| (vendor.channel.as_str(), vendor.answer()))),
        )
    }
}
