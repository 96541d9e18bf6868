//! OPPO: `[{"param", "registrationIds", "eventType", "eventTime"}]`.

use revocation_app::NewReceipt;
use revocation_rules::receipt::ReceiptEvent;
use serde::Deserialize;

use super::{json, of_tokens};
use crate::problem::Problem;

const ARRIVED: &str = "push_arrive";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    #[serde(default)]
    param: String,
    #[serde(default)]
    registration_ids: String,
    /// Older callbacks have none: they told of arrivals only.
    event_type: Option<String>,
    /// Milliseconds, as a text.
    event_time: Option<String>,
}

pub fn receipts(body: &[u8]) -> Result<Vec<NewReceipt>, Problem> {
    let callback: Vec<Told> = json(body)?;
    let told = callback.iter().flat_map(|told| {
        let arrived = told.event_type.as_deref().is_none_or(|event| event == ARRIVED);
        let tokens = if arrived { told.registration_ids.as_str() } else { "" };
        let at = told.event_time.as_deref().and_then(|at| at.parse().ok());
        of_tokens(tokens, &told.param, ReceiptEvent::Shown, at)
    });
    Ok(told.collect())
}

#[cfg(test)]
mod tests {
    use super::super::Vendor;
    use super::super::tests::told;

    #[test]
    fn what_arrived_was_shown() {
        let body = r#"[
            {"messageId": "m", "appId": "a", "taskId": "t", "registrationIds": "R1,R2", "eventTime": "1489993883189",
             "param": "task/t1/b1", "eventType": "push_arrive"},
            {"registrationIds": "R3", "param": "task/t1/b1", "eventType": "regid_invalid"},
            {"registrationIds": "R4", "param": "task/t1/b1", "eventTime": "soon"},
            {"registrationIds": "R5", "param": "", "eventType": "push_arrive"}
        ]"#;
        assert_eq!(
            told(Vendor::Oppo, body),
            [
                "task t1 b1 R1 shown Some(1489993883189)",
                "task t1 b1 R2 shown Some(1489993883189)",
                "task t1 b1 R4 shown None"
            ]
        );
    }
}
