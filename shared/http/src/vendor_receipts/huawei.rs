//! Huawei: `{"statuses": [{"biTag", "token", "status", "timestamp"}]}`. In its
//! second version the status is `deliveryStatus.result`.

use revocation_app::NewReceipt;
use revocation_rules::receipt::ReceiptEvent;
use serde::Deserialize;

use super::{json, of_tokens};
use crate::problem::Problem;

/// "Success": it reached the device.
const DELIVERED: i64 = 0;

#[derive(Deserialize)]
struct Callback {
    statuses: Vec<Told>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    #[serde(default)]
    bi_tag: String,
    #[serde(default)]
    token: String,
    status: Option<i64>,
    timestamp: Option<i64>,
    delivery_status: Option<DeliveryStatus>,
}

#[derive(Deserialize)]
struct DeliveryStatus {
    result: i64,
    timestamp: Option<i64>,
}

pub fn receipts(body: &[u8]) -> Result<Vec<NewReceipt>, Problem> {
    let callback: Callback = json(body)?;
    let told = callback.statuses.iter().flat_map(|told| {
        let (status, at) = match &told.delivery_status {
            Some(second) => (Some(second.result), second.timestamp),
            None => (told.status, told.timestamp),
        };
        let token = if status == Some(DELIVERED) { told.token.as_str() } else { "" };
        of_tokens(token, &told.bi_tag, ReceiptEvent::Shown, at)
    });
    Ok(told.collect())
}

#[cfg(test)]
mod tests {
    use super::super::Vendor;
    use super::super::tests::told;

    #[test]
    fn what_reached_a_device_was_shown() {
        let body = r#"{"statuses": [
            {"biTag": "task/t1/b1", "appid": "13", "token": "T1", "status": 0, "timestamp": 1489993883189, "requestId": "1"},
            {"biTag": "task/t1/b1", "appid": "13", "token": "T2", "status": 2, "timestamp": 1489993883189, "requestId": "1"},
            {"biTag": "Trump", "appid": "13", "token": "T3", "status": 0, "timestamp": 1489993883189, "requestId": "1"},
            {"biTag": "task/t1/b1", "token": "T4", "pushType": 0, "deliveryStatus": {"result": 0, "timestamp": 1489993883190}},
            {"biTag": "task/t1/b1", "token": "T5", "pushType": 0, "deliveryStatus": {"result": 6, "timestamp": 1489993883190}}
        ]}"#;
        assert_eq!(
            told(Vendor::Huawei, body),
            ["task t1 b1 T1 shown Some(1489993883189)", "task t1 b1 T4 shown Some(1489993883190)"]
        );
    }
}
