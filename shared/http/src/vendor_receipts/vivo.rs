//! vivo: `{"<task id>": {"param", "targets", "ackTime", "ackType"}}`.

use std::collections::BTreeMap;

use revocation_app::NewReceipt;
use revocation_rules::receipt::ReceiptEvent;
use serde::Deserialize;

use super::{json, of_tokens};
use crate::problem::Problem;

/// It arrived. Other kinds are not known well enough to be believed.
const ARRIVED: &str = "0";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    #[serde(default)]
    param: String,
    targets: String,
    ack_time: Option<i64>,
    ack_type: Option<String>,
}

pub fn receipts(body: &[u8]) -> Result<Vec<NewReceipt>, Problem> {
    let callback: BTreeMap<String, Told> = json(body)?;
    let told = callback.values().flat_map(|told| {
        let arrived = told.ack_type.as_deref().is_none_or(|kind| kind == ARRIVED);
        let targets = if arrived { told.targets.as_str() } else { "" };
        of_tokens(targets, &told.param, ReceiptEvent::Shown, told.ack_time)
    });
    Ok(told.collect())
}

#[cfg(test)]
mod tests {
    use super::super::Vendor;
    use super::super::tests::told;

    #[test]
    fn what_arrived_was_shown() {
        let body = r#"{
            "748": {"param": "task/t1/b1", "targets": "R1", "ackTime": 1489993883189, "ackType": "0"},
            "749": {"param": "task/t1/b1", "targets": "R2,R3"},
            "750": {"param": "task/t1/b1", "targets": "R4", "ackType": "1"},
            "751": {"param": "hello", "targets": "R5", "ackType": "0"}
        }"#;
        assert_eq!(
            told(Vendor::Vivo, body),
            [
                "task t1 b1 R1 shown Some(1489993883189)",
                "task t1 b1 R2 shown None",
                "task t1 b1 R3 shown None"
            ]
        );
    }
}
