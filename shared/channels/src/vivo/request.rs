//! From deliveries to vivo's requests. Pure.

use jiff::Timestamp;
use md5::{Digest, Md5};
use revocation_rules::hex::hex;
use revocation_rules::ids::{RevocationId, VendorTaskId};
use revocation_rules::notice::Notice;
use revocation_rules::plan::ToCall;
use serde::Serialize;
use sha2::Sha256;

use super::settings::{Account, VivoCredentials};
use crate::part::Part;

/// Most devices in one list. A list has at least two: one device is sent to.
pub(super) const MAX_DEVICES: usize = 1_000;
/// How long vivo keeps the notice for a device that is offline: its limit.
const TTL_S: u32 = 24 * 60 * 60;
/// Longest title and content; a character outside ASCII counts as two.
const TITLE_CHARS: usize = 40;
const CONTENT_CHARS: usize = 100;
/// No sound, no vibration.
const SILENT: u8 = 1;
/// Not for marketing: allowed at night, and with a quota of its own.
const SYSTEM: u8 = 1;
/// A click opens the app.
const OPENS_APP: u8 = 1;
const ANY_NETWORK: i8 = -1;
/// Not a test.
const FOR_ALL_DEVICES: u8 = 0;

pub(super) const LOGIN_PATH: &str = "/message/auth";
pub(super) const SEND_PATH: &str = "/message/send";
pub(super) const SAVE_PATH: &str = "/message/saveListPayload";
pub(super) const LIST_PATH: &str = "/message/pushToList";

/// What takes a message's place. Deliveries with the same share a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Overwrite<'a> {
    pub notify_id: u32,
    pub notice: &'a Notice,
    pub part: Part,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    app_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reg_id: Option<&'a str>,
    notify_type: u8,
    notify_id: u32,
    title: String,
    content: String,
    time_to_live: u32,
    skip_type: u8,
    network_type: i8,
    classification: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
    push_mode: u8,
    request_id: String,
    /// Else a device whose user is in the app keeps the old one.
    foreground_show: bool,
}

impl<'a> Message<'a> {
    fn new(overwrite: &Overwrite<'_>, reg_id: Option<&'a str>, credentials: &'a VivoCredentials, request_id: String) -> Self {
        Self {
            app_id: credentials.account.id,
            reg_id,
            notify_type: SILENT,
            notify_id: overwrite.notify_id,
            title: cut(&overwrite.notice.title, TITLE_CHARS),
            content: cut(&overwrite.notice.text, CONTENT_CHARS),
            time_to_live: TTL_S,
            skip_type: OPENS_APP,
            network_type: ANY_NETWORK,
            classification: SYSTEM,
            category: credentials.category.as_deref(),
            push_mode: FOR_ALL_DEVICES,
            request_id,
            foreground_show: true,
        }
    }
}

/// The body of `/message/send`, for one device.
pub(super) fn send(
    overwrite: &Overwrite<'_>,
    delivery: &ToCall<'_>,
    revocation: &RevocationId,
    credentials: &VivoCredentials,
) -> Option<Vec<u8>> {
    let token = delivery.token.as_str();
    let request_id = request_id(revocation, "send", overwrite.notify_id, [token]);
    serde_json::to_vec(&Message::new(overwrite, Some(token), credentials, request_id)).ok()
}

/// The body of `/message/saveListPayload`: the notice, without its devices.
pub(super) fn save<'t>(
    overwrite: &Overwrite<'_>,
    tokens: impl IntoIterator<Item = &'t str>,
    revocation: &RevocationId,
    credentials: &VivoCredentials,
) -> Option<Vec<u8>> {
    let request_id = request_id(revocation, "save", overwrite.notify_id, tokens);
    serde_json::to_vec(&Message::new(overwrite, None, credentials, request_id)).ok()
}

/// The body of `/message/pushToList`: the devices for a notice that was saved.
pub(super) fn list<'t>(
    task_id: &str,
    notify_id: u32,
    tokens: impl Iterator<Item = &'t str> + Clone,
    revocation: &RevocationId,
    account: &Account,
) -> Option<Vec<u8>> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct List<'a> {
        app_id: u64,
        task_id: &'a str,
        reg_ids: Vec<&'a str>,
        request_id: String,
    }
    serde_json::to_vec(&List {
        app_id: account.id,
        task_id,
        reg_ids: tokens.clone().collect(),
        request_id: request_id(revocation, "list", notify_id, tokens),
    })
    .ok()
}

/// The body of the recall of one sending.
pub(super) fn recall(task: &VendorTaskId, account: &Account) -> Option<Vec<u8>> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Recall<'a> {
        app_id: u64,
        task_id: &'a str,
    }
    serde_json::to_vec(&Recall {
        app_id: account.id,
        task_id: task.as_str(),
    })
    .ok()
}

/// The body of the login: a signature with the time in it, good for 10 minutes.
pub(super) fn login(account: &Account, now: Timestamp) -> Option<Vec<u8>> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Login<'a> {
        app_id: u64,
        app_key: &'a str,
        timestamp: i64,
        sign: String,
    }
    let timestamp = now.as_millisecond();
    let signature = Md5::new()
        .chain_update(&account.id_text)
        .chain_update(&account.key)
        .chain_update(timestamp.to_string())
        .chain_update(account.secret.expose())
        .finalize();
    serde_json::to_vec(&Login {
        app_id: account.id,
        app_key: &account.key,
        timestamp,
        sign: hex(&signature),
    })
    .ok()
}

/// 35 of the 64 characters that vivo takes. A repeat has the same id; a call
/// for other devices, or of another kind, has another one.
fn request_id<'t>(revocation: &RevocationId, call: &str, notify_id: u32, tokens: impl IntoIterator<Item = &'t str>) -> String {
    let mut hash = Sha256::new()
        .chain_update(revocation.as_str())
        .chain_update([0])
        .chain_update(call)
        .chain_update(notify_id.to_be_bytes());
    for token in tokens {
        hash.update((token.len() as u64).to_be_bytes());
        hash.update(token);
    }
    format!("rv-{}", hex(&hash.finalize()[..16]))
}

/// A notice written before vivo was one of the deployment's channels may be
/// longer than vivo takes. Its beginning is better than the wrong message.
fn cut(text: &str, limit: usize) -> String {
    let mut width = 0;
    let fits = |character: &char| {
        width += if character.is_ascii() { 1 } else { 2 };
        width <= limit
    };
    text.chars().take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use revocation_rules::ids::DeviceToken;
    use serde_json::{Value, json};

    use super::*;

    fn credentials(category: Option<&str>) -> VivoCredentials {
        VivoCredentials {
            account: Account {
                id: 10_004,
                id_text: "10004".to_owned(),
                key: "key".to_owned(),
                secret: "secret".into(),
            },
            category: category.map(str::to_owned),
        }
    }

    fn notice() -> Notice {
        Notice {
            title: "Message revoked".to_owned(),
            text: "撤回".to_owned(),
        }
    }

    fn overwrite(notice: &Notice) -> Overwrite<'_> {
        Overwrite {
            notify_id: 7,
            notice,
            part: Part::WHOLE,
        }
    }

    fn revocation() -> RevocationId {
        "rvk_1".parse().unwrap()
    }

    fn read(body: Option<Vec<u8>>) -> Value {
        serde_json::from_slice(&body.unwrap()).unwrap()
    }

    fn message(request_id: &Value) -> Value {
        json!({
            "appId": 10_004,
            "notifyType": 1,
            "notifyId": 7,
            "title": "Message revoked",
            "content": "撤回",
            "timeToLive": 86_400,
            "skipType": 1,
            "networkType": -1,
            "classification": 1,
            "category": "IM",
            "pushMode": 0,
            "requestId": request_id,
            "foregroundShow": true,
        })
    }

    #[test]
    fn an_overwrite_of_one_looks_like_this() {
        let (notice, token): (_, DeviceToken) = (notice(), "t1".parse().unwrap());
        let delivery = ToCall {
            slot: 0,
            token: &token,
            handle: None,
            vendor_task: None,
            notice: &notice,
            subscription: None,
        };
        let body = |category| read(send(&overwrite(&notice), &delivery, &revocation(), &credentials(category)));
        let mut expected = message(&json!(request_id(&revocation(), "send", 7, ["t1"])));
        expected["regId"] = json!("t1");
        assert_eq!(body(Some("IM")), expected);
        assert_eq!(body(None).get("category"), None);
    }

    #[test]
    fn an_overwrite_of_several_is_saved_and_then_pushed() {
        let notice = notice();
        let saved = read(save(&overwrite(&notice), ["t1", "t2"], &revocation(), &credentials(Some("IM"))));
        assert_eq!(saved, message(&json!(request_id(&revocation(), "save", 7, ["t1", "t2"]))));
        let tokens = ["t1", "t2"].into_iter();
        assert_eq!(
            read(list("task-9", 7, tokens, &revocation(), &credentials(None).account)),
            json!({
                "appId": 10_004,
                "taskId": "task-9",
                "regIds": ["t1", "t2"],
                "requestId": request_id(&revocation(), "list", 7, ["t1", "t2"]),
            })
        );
    }

    #[test]
    fn a_recall_names_the_sending() {
        let task = "542734567890".parse().unwrap();
        assert_eq!(
            read(recall(&task, &credentials(None).account)),
            json!({"appId": 10_004, "taskId": "542734567890"})
        );
    }

    #[test]
    fn a_login_is_signed_with_the_time() {
        let now = Timestamp::from_millisecond(1_700_000_000_000).unwrap();
        assert_eq!(
            read(login(&credentials(None).account, now)),
            json!({
                "appId": 10_004,
                "appKey": "key",
                "timestamp": 1_700_000_000_000_i64,
                "sign": "c8c535379302fced2a2076f8473068db",
            })
        );
    }

    #[test]
    fn a_repeat_carries_the_same_id_and_nothing_else_does() {
        let id = request_id(&revocation(), "list", 7, ["t1", "t2"]);
        assert_eq!(id, request_id(&revocation(), "list", 7, ["t1", "t2"]));
        for different in [
            request_id(&"rvk_2".parse().unwrap(), "list", 7, ["t1", "t2"]),
            request_id(&revocation(), "save", 7, ["t1", "t2"]),
            request_id(&revocation(), "list", 8, ["t1", "t2"]),
            request_id(&revocation(), "list", 7, ["t1"]),
            request_id(&revocation(), "list", 7, ["t1t", "2"]),
        ] {
            assert_ne!(id, different);
        }
        assert!(id.len() <= 64);
    }

    #[test]
    fn a_notice_that_is_too_long_is_cut() {
        assert_eq!(cut(&"x".repeat(40), 40), "x".repeat(40));
        assert_eq!(cut(&"x".repeat(41), 40), "x".repeat(40));
        assert_eq!(cut(&"撤".repeat(20), 40), "撤".repeat(20));
        assert_eq!(cut(&"撤".repeat(21), 40), "撤".repeat(20));
        assert_eq!(cut(&format!("x{}", "撤".repeat(20)), 40), format!("x{}", "撤".repeat(19)));
    }
}
