//! From deliveries to Meizu's requests. Pure.

use std::borrow::Cow;
use std::collections::BTreeMap;

use md5::{Digest, Md5};
use revocation_rules::hex::hex;
use serde::Serialize;

use super::settings::Account;
use crate::asks::Overwrite;
use crate::driver::form;
use crate::secret::Secret;

/// Most devices in one call.
pub(super) const MAX_PUSH_IDS: usize = 100;
/// How long Meizu keeps the notice for a device that is offline: its limit,
/// which is less than the time in which a message may be revoked.
const VALID_HOURS: u8 = 72;
/// Meizu refuses a longer title. Ours may have 40 characters, and a notice is for
/// all channels: to refuse it would refuse it for those who have no Meizu, too.
const MAX_TITLE_CHARS: usize = 32;

pub(super) const PATH: &str = "/garcia/api/server/push/varnished/pushByPushId";

#[derive(Serialize)]
struct Message<'a> {
    #[serde(rename = "noticeBarInfo")]
    bar: NoticeBar<'a>,
    #[serde(rename = "clickTypeInfo")]
    click: Click,
    #[serde(rename = "pushTimeInfo")]
    time: Time,
    #[serde(rename = "advanceInfo")]
    advanced: Advanced<'a>,
}

#[derive(Serialize)]
struct NoticeBar<'a> {
    /// 1 is private; 0 would be public, of which there is a number a day.
    #[serde(rename = "noticeMsgType")]
    message_type: u8,
    #[serde(rename = "noticeBarType")]
    style: u8,
    title: Cow<'a, str>,
    content: &'a str,
}

#[derive(Serialize)]
struct Click {
    /// 0 opens the app.
    #[serde(rename = "clickType")]
    action: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Time {
    off_line: u8,
    valid_time: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Advanced<'a> {
    /// No window over what the user does.
    suspend: u8,
    clear_notice_bar: u8,
    notification_type: Sounds,
    notify_key: &'a str,
}

#[derive(Serialize)]
struct Sounds {
    vibrate: u8,
    lights: u8,
    sound: u8,
}

/// A token that is a list to Meizu, and would be somebody else's.
pub(super) fn is_list(token: &str) -> bool {
    token.contains(',')
}

/// The body of the call: a form with its signature.
pub(super) fn body<'a>(
    ask: &Overwrite<'_, &str>,
    tokens: impl IntoIterator<Item = &'a str>,
    account: &Account,
) -> Result<String, serde_json::Error> {
    let push_ids = tokens.into_iter().collect::<Vec<_>>().join(",");
    let message = serde_json::to_string(&Message {
        bar: NoticeBar {
            message_type: 1,
            style: 0,
            title: title(&ask.notice.title),
            content: &ask.notice.text,
        },
        click: Click { action: 0 },
        time: Time {
            off_line: 1,
            valid_time: VALID_HOURS,
        },
        advanced: Advanced {
            suspend: 0,
            clear_notice_bar: 1,
            notification_type: Sounds {
                vibrate: 0,
                lights: 0,
                sound: 0,
            },
            notify_key: ask.id,
        },
    })?;
    let parameters = [
        ("appId", account.app_id.as_str()),
        ("pushIds", &push_ids),
        ("messageJson", &message),
    ];
    let sign = sign(parameters, &account.app_secret);
    Ok(form(parameters.into_iter().chain([("sign", sign.as_str())])))
}

/// Its first characters, and a sign that there were more.
fn title(title: &str) -> Cow<'_, str> {
    match title.char_indices().nth(MAX_TITLE_CHARS) {
        None => Cow::Borrowed(title),
        Some(_) => title.chars().take(MAX_TITLE_CHARS - 1).chain(['…']).collect(),
    }
}

/// The signature of all other parameters: sorted by their names, as they are before they are encoded.
fn sign<'p>(parameters: impl IntoIterator<Item = (&'p str, &'p str)>, secret: &Secret) -> String {
    let sorted: BTreeMap<_, _> = parameters.into_iter().collect();
    let mut signature = Md5::new();
    for (name, value) in sorted {
        signature.update(name);
        signature.update("=");
        signature.update(value);
    }
    signature.update(secret.expose());
    hex(&signature.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use revocation_rules::notice::Notice;

    fn notice(title: &str) -> Notice {
        Notice {
            title: title.to_owned(),
            text: "撤回&x=1".to_owned(),
        }
    }

    fn written(notice: &Notice) -> String {
        let ask = Overwrite {
            id: "rv-9_abc",
            notice,
            most: MAX_PUSH_IDS,
        };
        let account = Account {
            app_id: "100999".to_owned(),
            app_secret: "secret-1".into(),
        };
        body(&ask, ["p1", "p2"], &account).unwrap()
    }

    /// Both were made by Meizu's own Node SDK, version 1.0.3.
    #[test]
    fn the_signature_is_that_of_meizus_own_sdk() {
        let secret = Secret::from("secret-1");
        assert_eq!(
            sign([("appId", "100999"), ("pushType", "0"), ("taskId", "20457")], &secret),
            "352d86396f9596abf0eb5cbbe8757f14"
        );
        let message = concat!(
            r#"{"noticeBarInfo":{"noticeMsgType":1,"noticeBarType":0,"title":"Message revoked","content":"消息已撤回"},"#,
            r#""clickTypeInfo":{"clickType":0},"pushTimeInfo":{"offLine":1,"validTime":24},"#,
            r#""advanceInfo":{"suspend":0,"notificationType":{"vibrate":0,"lights":0,"sound":0},"notifyKey":"rv9abc"}}"#,
        );
        let push_ids = "J0476035d625e6c64567f71487e040e7d017f0558675b,J0476045d625e6c64567f71487e040e7d017f0558675b";
        // In whatever order they come.
        assert_eq!(
            sign([("pushIds", push_ids), ("messageJson", message), ("appId", "100999")], &secret),
            "ed3beb166703c2307e96db91cbf7d070"
        );
    }

    #[test]
    fn an_overwrite_looks_like_this() {
        let message = concat!(
            r#"{"noticeBarInfo":{"noticeMsgType":1,"noticeBarType":0,"title":"Message revoked","content":"撤回&x=1"},"#,
            r#""clickTypeInfo":{"clickType":0},"pushTimeInfo":{"offLine":1,"validTime":72},"#,
            r#""advanceInfo":{"suspend":0,"clearNoticeBar":1,"notificationType":{"vibrate":0,"lights":0,"sound":0},"#,
            r#""notifyKey":"rv-9_abc"}}"#,
        );
        let parameters = [("appId", "100999"), ("pushIds", "p1,p2"), ("messageJson", message)];
        let sign = sign(parameters, &"secret-1".into());
        assert_eq!(
            written(&notice("Message revoked")),
            form(parameters.into_iter().chain([("sign", sign.as_str())]))
        );
    }

    #[test]
    fn a_title_is_cut_to_what_meizu_takes() {
        assert_eq!(title(&"撤".repeat(32)), "撤".repeat(32));
        let cut = title(&"撤".repeat(33)).into_owned();
        assert_eq!(cut, format!("{}…", "撤".repeat(31)));
        assert_eq!(cut.chars().count(), MAX_TITLE_CHARS);
        assert!(written(&notice(&"x".repeat(40))).contains(&format!("{}%E2%80%A6%22", "x".repeat(31))));
    }

    #[test]
    fn a_token_with_a_comma_is_a_list() {
        assert!(is_list("a,b"));
        assert!(!is_list("J0476035d625e6c64567f71487e040e7d017f0558675b"));
    }
}
