//! Xiaomi: a form whose field `data` is
//! `{"<message id>": {"param", "type", "targets", "timestamp"}}`.

use std::collections::BTreeMap;

use revocation_app::NewReceipt;
use revocation_rules::receipt::ReceiptEvent;
use serde::Deserialize;

use super::{json, of_tokens};
use crate::problem::Problem;
use crate::query;

const DELIVERED: i64 = 1;
const CLICKED: i64 = 2;

#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    param: String,
    #[serde(rename = "type")]
    kind: i64,
    #[serde(default)]
    targets: String,
    timestamp: Option<i64>,
}

pub fn receipts(body: &[u8]) -> Result<Vec<NewReceipt>, Problem> {
    let form = std::str::from_utf8(body).unwrap_or_default();
    // Some of its callers' tools send the document without the form around it.
    let data = query::value(form, "data").map_or_else(|| body.to_vec(), String::into_bytes);
    let callback: BTreeMap<String, Told> = json(&data)?;
    let told = callback.values().flat_map(|told| {
        let (targets, event) = match told.kind {
            DELIVERED => (told.targets.as_str(), ReceiptEvent::Shown),
            CLICKED => (told.targets.as_str(), ReceiptEvent::Opened),
            // Invalid targets and the like.
            _ => ("", ReceiptEvent::Shown),
        };
        of_tokens(targets, &told.param, event, told.timestamp)
    });
    Ok(told.collect())
}

#[cfg(test)]
mod tests {
    use super::super::Vendor;
    use super::super::tests::told;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    #[test]
    fn what_was_delivered_was_shown_and_what_was_clicked_was_opened() {
        let data = r#"{
            "slm1": {"barStatus": "Enable", "type": 1, "param": "task/t%201/b1", "targets": "R1,R2", "timestamp": 1324167800000},
            "slm2": {"type": 2, "param": "message/m1/b2", "targets": "R+3/="},
            "slm3": {"type": 16, "param": "task/t1/b1", "targets": "R4"},
            "slm4": {"type": 1, "param": "other", "targets": "R5"}
        }"#;
        let expected = [
            "message m1 b2 R+3/= opened None",
            "task t 1 b1 R1 shown Some(1324167800000)",
            "task t 1 b1 R2 shown Some(1324167800000)",
        ];
        let form = format!("data={}&more=1", utf8_percent_encode(data, NON_ALPHANUMERIC));
        assert_eq!(told(Vendor::Xiaomi, &form), expected);
        assert_eq!(told(Vendor::Xiaomi, data), expected);
    }
}
