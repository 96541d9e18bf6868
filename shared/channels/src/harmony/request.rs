//! From deliveries to Push Kit's requests. Pure.

use serde::Serialize;

use super::settings::{Account, HarmonyCredentials};
use crate::asks::{How, TakeBack};

/// Most tokens in one call; one more is code 80300010.
pub(super) const MAX_TOKENS: usize = 1_000;
/// How long Push Kit keeps the notice for a device that is offline, in seconds: as
/// long as the message may be revoked. Its own default is a day, its limit 15.
const TTL_S: u32 = 604_800;
/// Both calls are about notifications.
pub(super) const PUSH_TYPE: &str = "0";

/// A recall names both, always: with one of them alone it is refused.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Recall<'a> {
    notify_id: u32,
    token: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    payload: Payload<'a>,
    target: Target<'a>,
    push_options: PushOptions,
}

#[derive(Serialize)]
struct Payload<'a> {
    notification: Notification<'a>,
}

/// Never `appMessageId`: of one such id a device shows the first message only, so
/// a notice with its original's would not be shown.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notification<'a> {
    category: &'a str,
    title: &'a str,
    body: &'a str,
    click_action: ClickAction,
    notify_id: u32,
    /// In the bar even while the app is open, as that is where the message is.
    foreground_show: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClickAction {
    /// 0 opens the app.
    action_type: u8,
}

#[derive(Serialize)]
struct Target<'a> {
    token: Vec<&'a str>,
}

#[derive(Serialize)]
struct PushOptions {
    ttl: u32,
}

/// The body of the call.
pub(super) fn body<'a>(
    ask: &TakeBack<'_>,
    tokens: impl IntoIterator<Item = &'a str>,
    credentials: &HarmonyCredentials,
) -> Result<Vec<u8>, serde_json::Error> {
    let token = tokens.into_iter().collect();
    match ask.how {
        How::Recall => serde_json::to_vec(&Recall {
            notify_id: ask.notify_id,
            token,
        }),
        How::Overwrite(notice) => serde_json::to_vec(&Message {
            payload: Payload {
                notification: Notification {
                    category: &credentials.category,
                    title: &notice.title,
                    body: &notice.text,
                    click_action: ClickAction { action_type: 0 },
                    notify_id: ask.notify_id,
                    foreground_show: true,
                },
            },
            target: Target { token },
            push_options: PushOptions { ttl: TTL_S },
        }),
    }
}

/// A recall goes to the app, a notice to its project.
pub(super) fn path(how: How<'_>, account: &Account) -> String {
    match how {
        How::Recall => format!("/v1/{}/messages:revoke", account.client_id),
        How::Overwrite(_) => format!("/v3/{}/messages:send", account.project_id),
    }
}

#[cfg(test)]
mod tests {
    use revocation_rules::notice::Notice;
    use serde_json::{Value, json};

    use super::super::settings::tests::document;
    use super::*;
    use crate::driver::VendorCredentials;

    fn notice() -> Notice {
        Notice {
            title: "Message revoked".to_owned(),
            text: "撤回".to_owned(),
        }
    }

    fn asked(how: How<'_>) -> (String, Value) {
        let credentials = HarmonyCredentials::parse(&document().to_string()).unwrap();
        let ask = TakeBack {
            how,
            notify_id: 123_456,
            most: MAX_TOKENS,
        };
        let body = body(&ask, ["t1", "t2"], &credentials).unwrap();
        (path(how, &credentials.account), serde_json::from_slice(&body).unwrap())
    }

    #[test]
    fn a_recall_looks_like_this() {
        let (path, body) = asked(How::Recall);
        assert_eq!(path, "/v1/6917569/messages:revoke");
        assert_eq!(body, json!({"notifyId": 123_456, "token": ["t1", "t2"]}));
    }

    #[test]
    fn an_overwrite_looks_like_this_and_never_has_an_app_message_id() {
        let notice = notice();
        let (path, body) = asked(How::Overwrite(&notice));
        assert_eq!(path, "/v3/388421841222199046/messages:send");
        assert_eq!(
            body,
            json!({
                "payload": {"notification": {
                    "category": "WORK", "title": "Message revoked", "body": "撤回", "clickAction": {"actionType": 0},
                    "notifyId": 123_456, "foregroundShow": true,
                }},
                "target": {"token": ["t1", "t2"]},
                "pushOptions": {"ttl": 604_800},
            })
        );
    }
}
