//! From deliveries to Huawei's requests. Pure.

use std::collections::HashMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use revocation_rules::batch::Handle;
use revocation_rules::notice::Notice;
use revocation_rules::plan::ToCall;
use serde::Serialize;

use super::settings::{Account, HuaweiCredentials};

/// Most tokens in one call; one more is code 80300010.
pub(super) const MAX_TOKENS: usize = 1_000;
/// How long Huawei keeps the notice for a device that is offline: as long as
/// the message may be revoked. Huawei's own default is a day, its limit 15.
const TTL: &str = "604800s";

/// Deliveries that one call asks for: they have the same `notify_id` and notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group<'a> {
    pub notify_id: u32,
    pub notice: &'a Notice,
    /// Slot and token.
    pub deliveries: Vec<(usize, &'a str)>,
}

/// Sorts deliveries into calls, in the order in which they came. Those
/// without a notify id are told apart by slot.
pub(super) fn group<'a>(calls: &[ToCall<'a>]) -> (Vec<Group<'a>>, Vec<usize>) {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut open: HashMap<(u32, &'a Notice), usize> = HashMap::new();
    let mut without_id = Vec::new();
    for call in calls {
        let Some(Handle::NotifyId(notify_id)) = call.handle else {
            without_id.push(call.slot);
            continue;
        };
        let delivery = (call.slot, call.token.as_str());
        match open.get(&(*notify_id, call.notice)).and_then(|&at| groups.get_mut(at)) {
            Some(group) if group.deliveries.len() < MAX_TOKENS => group.deliveries.push(delivery),
            _ => {
                open.insert((*notify_id, call.notice), groups.len());
                groups.push(Group {
                    notify_id: *notify_id,
                    notice: call.notice,
                    deliveries: vec![delivery],
                });
            }
        }
    }
    (groups, without_id)
}

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
pub(super) fn body(group: &Group<'_>, credentials: &HuaweiCredentials) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Body {
        message: Message {
            token: group.deliveries.iter().map(|(_, token)| *token).collect(),
            android: Android {
                ttl: TTL,
                category: credentials.category.as_deref(),
                notification: Notification {
                    title: &group.notice.title,
                    body: &group.notice.text,
                    click_action: ClickAction { r#type: 3 },
                    notify_id: group.notify_id,
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

/// The body of the login: `OAuth2` client credentials.
pub(super) fn login_form(account: &Account) -> String {
    format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        account.app_id,
        utf8_percent_encode(account.client_secret.expose(), NON_ALPHANUMERIC),
    )
}

#[cfg(test)]
mod tests {
    use revocation_rules::ids::DeviceToken;
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
        let group = Group {
            notify_id: 123_456,
            notice: &notice,
            deliveries: vec![(0, "t1"), (1, "t2")],
        };
        serde_json::from_slice(&body(&group, &credentials(category)).unwrap()).unwrap()
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

    #[test]
    fn a_login_is_a_form() {
        assert_eq!(
            login_form(&credentials(None).account),
            "grant_type=client_credentials&client_id=104&client_secret=a%2Bb%2Fc%3D"
        );
    }

    #[test]
    fn a_call_has_one_notify_id_one_notice_and_at_most_1000_tokens() {
        let tokens: Vec<DeviceToken> = (0..2_003).map(|n| format!("t{n}").parse().unwrap()).collect();
        let (one, other) = (Handle::NotifyId(1), Handle::NotifyId(2));
        let english = Notice::default();
        let chinese = Notice {
            title: "撤回".to_owned(),
            text: "撤回".to_owned(),
        };
        let calls: Vec<ToCall<'_>> = tokens
            .iter()
            .enumerate()
            .map(|(slot, token)| ToCall {
                slot,
                token,
                handle: match slot {
                    0 => None,
                    1 => Some(&other),
                    _ => Some(&one),
                },
                vendor_task: None,
                notice: if slot == 2 { &chinese } else { &english },
            })
            .collect();
        let (groups, without_id) = group(&calls);
        let sizes: Vec<_> = groups.iter().map(|group| (group.notify_id, group.deliveries.len())).collect();
        assert_eq!(sizes, [(2, 1), (1, 1), (1, 1_000), (1, 1_000)]);
        assert_eq!(without_id, [0]);
        assert_eq!(groups[0].deliveries, [(1, "t1")]);
    }
}
