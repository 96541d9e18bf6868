//! From deliveries to Honor's requests. Pure.

use serde::Serialize;

use super::settings::{Account, HonorCredentials, Importance};
use crate::asks::Overwrite;

/// Most tokens in one call; one more is code 80300010.
pub(super) const MAX_TOKENS: usize = 1_000;
/// How long Honor keeps the notice for a device that is offline: as long as
/// the message may be revoked. Honor's own default is a day, its limit 15.
const TTL: &str = "604800s";

/// The path of the login.
pub(super) const LOGIN_PATH: &str = "/auth/token";

#[derive(Serialize)]
struct Body<'a> {
    token: Vec<&'a str>,
    android: Android<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Android<'a> {
    ttl: &'a str,
    /// 0 is a real message; 1 would be a test, of which an app has 1,000 a day.
    target_user_type: u8,
    notification: Notification<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notification<'a> {
    title: &'a str,
    body: &'a str,
    click_action: ClickAction,
    importance: Importance,
    /// Never with a `tag` beside it: the original may have had another one.
    notify_id: u32,
}

#[derive(Serialize)]
struct ClickAction {
    /// 3 opens the app.
    r#type: u8,
}

/// The body of `sendMessage`.
pub(super) fn body<'a>(
    ask: &Overwrite<'_>,
    tokens: impl IntoIterator<Item = &'a str>,
    credentials: &HonorCredentials,
) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Body {
        token: tokens.into_iter().collect(),
        android: Android {
            ttl: TTL,
            target_user_type: 0,
            notification: Notification {
                title: &ask.notice.title,
                body: &ask.notice.text,
                click_action: ClickAction { r#type: 3 },
                importance: credentials.importance,
                notify_id: ask.id,
            },
        },
    })
}

/// The path of `sendMessage`.
pub(super) fn path(account: &Account) -> String {
    format!("/api/v1/{}/sendMessage", account.app_id)
}

#[cfg(test)]
mod tests {
    use revocation_rules::notice::Notice;
    use serde_json::json;

    use super::*;

    fn credentials(importance: Importance) -> HonorCredentials {
        HonorCredentials {
            account: Account {
                app_id: "104".to_owned(),
                client_id: "c".to_owned(),
                client_secret: "s".into(),
            },
            importance,
        }
    }

    fn read(importance: Importance) -> serde_json::Value {
        let notice = Notice {
            title: "Message revoked".to_owned(),
            text: "撤回".to_owned(),
        };
        let ask = Overwrite {
            most: MAX_TOKENS,
            id: 123_456,
            notice: &notice,
        };
        serde_json::from_slice(&body(&ask, ["t1", "t2"], &credentials(importance)).unwrap()).unwrap()
    }

    #[test]
    fn an_overwrite_looks_like_this() {
        assert_eq!(
            read(Importance::Normal),
            json!({
                "token": ["t1", "t2"],
                "android": {
                    "ttl": "604800s",
                    "targetUserType": 0,
                    "notification": {
                        "title": "Message revoked",
                        "body": "撤回",
                        "clickAction": {"type": 3},
                        "importance": "NORMAL",
                        "notifyId": 123_456,
                    },
                },
            })
        );
    }

    #[test]
    fn without_the_right_it_is_a_message_of_the_lower_class() {
        assert_eq!(read(Importance::Low)["android"]["notification"]["importance"], "LOW");
    }

    #[test]
    fn the_app_id_is_in_the_path() {
        assert_eq!(path(&credentials(Importance::Low).account), "/api/v1/104/sendMessage");
    }
}
