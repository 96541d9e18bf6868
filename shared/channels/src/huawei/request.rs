//! From deliveries to Huawei's requests. Pure.

use serde::Serialize;

use super::settings::{Account, HuaweiCredentials};
use crate::asks::Overwrite;

/// Most tokens in one call; one more is code 80300010.
pub(super) const MAX_TOKENS: usize = 1_000;
/// How long Huawei keeps the notice for a device that is offline: as long as
/// the message may be revoked. Huawei's own default is a day, its limit 15.
const TTL: &str = "604800s";

#[derive(Serialize)]
struct Body<'a> {
    message: Message<'a>,
}

#[derive(Serialize)]
struct Message<'a> {
    token: Vec<&'a str>,
    android: Android<'a>,
}

#[derive(Serialize)]
struct Android<'a> {
    ttl: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
    notification: Notification<'a>,
}

#[derive(Serialize)]
struct Notification<'a> {
    title: &'a str,
    body: &'a str,
    click_action: ClickAction,
    notify_id: u32,
    /// Shown without sound, vibration or a banner.
    importance: &'a str,
}

#[derive(Serialize)]
struct ClickAction {
    /// 3 opens the app.
    r#type: u8,
}

/// The body of `messages:send`.
pub(super) fn body<'a>(
    ask: &Overwrite<'_>,
    tokens: impl IntoIterator<Item = &'a str>,
    credentials: &HuaweiCredentials,
) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Body {
        message: Message {
            token: tokens.into_iter().collect(),
            android: Android {
                ttl: TTL,
                category: credentials.category.as_deref(),
                notification: Notification {
                    title: &ask.notice.title,
                    body: &ask.notice.text,
                    click_action: ClickAction { r#type: 3 },
                    notify_id: ask.id,
                    importance: "LOW",
                },
            },
        },
    })
}

/// The path of `messages:send`.
pub(super) fn path(account: &Account) -> String {
    format!("/v1/{}/messages:send", account.app_id)
}

/// The path of the login.
pub(super) const LOGIN_PATH: &str = "/oauth2/v3/token";

#[cfg(test)]
mod tests {
    use revocation_rules::notice::Notice;
    use serde_json::json;

    use super::*;

    fn credentials(category: Option<&str>) -> HuaweiCredentials {
        HuaweiCredentials {
            account: Account {
                app_id: "104".to_owned(),
                client_secret: "a+b/c=".into(),
            },
            category: category.map(str::to_owned),
        }
    }

    fn read(category: Option<&str>) -> serde_json::Value {
        let notice = Notice {
            title: "Message revoked".to_owned(),
            text: "撤回".to_owned(),
        };
        let ask = Overwrite {
            most: MAX_TOKENS,
            id: 123_456,
            notice: &notice,
        };
        serde_json::from_slice(&body(&ask, ["t1", "t2"], &credentials(category)).unwrap()).unwrap()
    }

    #[test]
    fn an_overwrite_looks_like_this() {
        assert_eq!(
            read(Some("WORK")),
            json!({"message": {
                "token": ["t1", "t2"],
                "android": {
                    "ttl": "604800s",
                    "category": "WORK",
                    "notification": {
                        "title": "Message revoked",
                        "body": "撤回",
                        "click_action": {"type": 3},
                        "notify_id": 123_456,
                        "importance": "LOW",
                    },
                },
            }})
        );
        assert_eq!(read(None)["message"]["android"].get("category"), None);
    }

    #[test]
    fn the_app_id_is_in_the_path() {
        assert_eq!(path(&credentials(None).account), "/v1/104/messages:send");
    }
}
