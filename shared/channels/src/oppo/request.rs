//! From deliveries to OPPO's requests. Pure.

use jiff::Timestamp;
use revocation_rules::batch::Handle;
use revocation_rules::hex::hex;
use revocation_rules::ids::RevocationId;
use revocation_rules::plan::ToCall;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::settings::{Account, OppoCredentials};
use crate::driver::form;

/// Most messages in one `unicast_batch`.
pub(super) const MAX_MESSAGES: usize = 1_000;
/// How long OPPO keeps the notice for a device that is offline: as long as the
/// message may be revoked. OPPO's own default is an hour, its limit 10 days.
const TTL_S: u32 = 7 * 24 * 60 * 60;
/// Longest content of style 1. Style 2 takes 128, more than any notice has.
const SHORT_CONTENT_CHARS: usize = 50;
/// Target values are registration ids.
const REGISTRATION_ID: u8 = 2;
/// In the bar only: no lock screen, banner, sound or vibration.
const BAR_ONLY: u8 = 1;

#[derive(Serialize)]
struct Message<'a> {
    target_type: u8,
    target_value: &'a str,
    /// A device that has another id by now drops the notice.
    verify_registration_id: bool,
    notification: Notification<'a>,
}

#[derive(Serialize)]
struct Notification<'a> {
    app_message_id: String,
    style: u8,
    title: &'a str,
    content: &'a str,
    notify_id: u32,
    /// 0 opens the app.
    click_action_type: u8,
    off_line: bool,
    off_line_ttl: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
    /// OPPO takes it only together with a category.
    #[serde(skip_serializing_if = "Option::is_none")]
    notify_level: Option<u8>,
}

impl<'a> Message<'a> {
    /// `None` for a delivery that cannot be overwritten; none is asked for.
    fn new(delivery: &ToCall<'a>, revocation: &RevocationId, credentials: &'a OppoCredentials) -> Option<Self> {
        let (token, notice) = (delivery.token.as_str(), delivery.notice);
        let notify_id = notify_id(delivery)?;
        let is_short = notice.text.chars().count() <= SHORT_CONTENT_CHARS;
        Some(Self {
            target_type: REGISTRATION_ID,
            target_value: token,
            verify_registration_id: true,
            notification: Notification {
                app_message_id: app_message_id(revocation, notify_id, token),
                style: if is_short { 1 } else { 2 },
                title: &notice.title,
                content: &notice.text,
                notify_id,
                click_action_type: 0,
                off_line: true,
                off_line_ttl: TTL_S,
                channel_id: credentials.channel_id.as_deref(),
                category: credentials.category.as_deref(),
                notify_level: credentials.category.as_ref().map(|_| BAR_ONLY),
            },
        })
    }
}

pub(super) fn notify_id(delivery: &ToCall<'_>) -> Option<u32> {
    delivery.handle.and_then(Handle::notify_id)
}

/// OPPO pushes an id once only. So it is another one than the revoked message
/// had, and every repeat of this overwrite has the same: a repeat whose first
/// try did arrive is answered "duplicate". The notify id is part of it because
/// one push may have reached a device under several.
fn app_message_id(revocation: &RevocationId, notify_id: u32, token: &str) -> String {
    let hash = Sha256::new()
        .chain_update(revocation.as_str())
        .chain_update([0])
        .chain_update(notify_id.to_be_bytes())
        .chain_update(token)
        .finalize();
    // OPPO documents no limit; 35 characters are what a UUID needs.
    format!("rv-{}", hex(&hash[..16]))
}

/// The path and the form that overwrite these deliveries.
pub(super) fn push(
    deliveries: &[ToCall<'_>],
    revocation: &RevocationId,
    credentials: &OppoCredentials,
    auth_token: &str,
) -> Option<(&'static str, String)> {
    let message = |delivery| Message::new(delivery, revocation, credentials);
    let (path, name, json) = match deliveries {
        [alone] => (UNICAST, "message", serde_json::to_string(&message(alone)?)),
        several => {
            let messages: Vec<_> = several.iter().map(message).collect::<Option<_>>()?;
            (UNICAST_BATCH, "messages", serde_json::to_string(&messages))
        }
    };
    Some((path, form([("auth_token", auth_token), (name, &json.ok()?)])))
}

pub(super) const UNICAST: &str = "/server/v1/message/notification/unicast";
pub(super) const UNICAST_BATCH: &str = "/server/v1/message/notification/unicast_batch";
pub(super) const LOGIN_PATH: &str = "/server/v1/auth";

/// The body of the login: a signature with the time in it, good for 10 minutes.
pub(super) fn login_form(account: &Account, now: Timestamp) -> String {
    let timestamp = now.as_millisecond().to_string();
    let signature = Sha256::new()
        .chain_update(&account.app_key)
        .chain_update(&timestamp)
        .chain_update(account.master_secret.expose())
        .finalize();
    form([
        ("app_key", account.app_key.as_str()),
        ("timestamp", &timestamp),
        ("sign", &hex(&signature)),
    ])
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use revocation_rules::ids::DeviceToken;
    use revocation_rules::notice::Notice;
    use serde_json::{Value, json};

    use super::*;

    fn credentials(channel_id: Option<&str>, category: Option<&str>) -> OppoCredentials {
        OppoCredentials {
            account: Account {
                app_key: "key".to_owned(),
                master_secret: "secret".into(),
            },
            channel_id: channel_id.map(str::to_owned),
            category: category.map(str::to_owned),
        }
    }

    fn notice(text: &str) -> Notice {
        Notice {
            title: "Message revoked".to_owned(),
            text: text.to_owned(),
        }
    }

    const SEVEN: &Handle = &Handle::NotifyId(7);

    fn delivery<'a>(token: &'a DeviceToken, notice: &'a Notice) -> ToCall<'a> {
        ToCall {
            slot: 0,
            token,
            handle: Some(SEVEN),
            vendor_task: None,
            notice,
            subscription: None,
        }
    }

    fn token(text: &str) -> DeviceToken {
        text.parse().unwrap()
    }

    fn revocation(id: &str) -> RevocationId {
        id.parse().unwrap()
    }

    /// The path, the field, and the JSON in it.
    fn read(deliveries: &[ToCall<'_>], credentials: &OppoCredentials) -> (&'static str, String, Value) {
        let (path, form) = push(deliveries, &revocation("rvk_1"), credentials, "a+b/c=&d").unwrap();
        let rest = form.strip_prefix("auth_token=a%2Bb%2Fc%3D%26d&").unwrap();
        let (name, text) = rest.split_once('=').unwrap();
        let text = percent_decode_str(text).decode_utf8().unwrap();
        (path, name.to_owned(), serde_json::from_str(&text).unwrap())
    }

    fn read_one(text: &str, credentials: &OppoCredentials) -> Value {
        read(&[delivery(&token("CN_1"), &notice(text))], credentials).2
    }

    #[test]
    fn an_overwrite_of_one_looks_like_this() {
        let (token, notice) = (token("CN_1"), notice("撤回 & = + 100%"));
        let (path, name, message) = read(&[delivery(&token, &notice)], &credentials(Some("service"), Some("IM")));
        assert_eq!((path, name.as_str()), (UNICAST, "message"));
        assert_eq!(
            message,
            json!({
                "target_type": 2,
                "target_value": "CN_1",
                "verify_registration_id": true,
                "notification": {
                    "app_message_id": app_message_id(&revocation("rvk_1"), 7, "CN_1"),
                    "style": 1,
                    "title": "Message revoked",
                    "content": "撤回 & = + 100%",
                    "notify_id": 7,
                    "click_action_type": 0,
                    "off_line": true,
                    "off_line_ttl": 604_800,
                    "channel_id": "service",
                    "category": "IM",
                    "notify_level": 1,
                },
            })
        );
    }

    #[test]
    fn an_overwrite_of_several_is_a_list_of_the_same() {
        let (one, other) = (notice("one"), notice("other"));
        let tokens = [token("CN_1"), token("CN_2")];
        let several = [delivery(&tokens[0], &one), delivery(&tokens[1], &other)];
        let (path, name, messages) = read(&several, &credentials(None, None));
        assert_eq!((path, name.as_str()), (UNICAST_BATCH, "messages"));
        assert_eq!(messages[0], read_one("one", &credentials(None, None)));
        assert_eq!(messages[1]["target_value"], "CN_2");
        assert_eq!(messages[1]["notification"]["content"], "other");
        assert_eq!(messages.as_array().unwrap().len(), 2);
    }

    #[test]
    fn without_a_category_there_is_no_level_that_needs_one() {
        let message = read_one("x", &credentials(None, None));
        for absent in ["channel_id", "category", "notify_level"] {
            assert_eq!(message["notification"].get(absent), None, "{absent}");
        }
    }

    #[test]
    fn a_content_of_more_than_50_characters_has_the_long_style() {
        for (length, style) in [(1, 1), (50, 1), (51, 2), (100, 2)] {
            let message = read_one(&"撤".repeat(length), &credentials(None, None));
            assert_eq!(message["notification"]["style"], style, "{length}");
        }
    }

    #[test]
    fn a_repeat_carries_the_same_id_and_nothing_else_does() {
        let id = app_message_id(&revocation("rvk_1"), 7, "t1");
        assert_eq!(id, app_message_id(&revocation("rvk_1"), 7, "t1"));
        for different in [
            app_message_id(&revocation("rvk_2"), 7, "t1"),
            app_message_id(&revocation("rvk_1"), 8, "t1"),
            app_message_id(&revocation("rvk_1"), 7, "t2"),
        ] {
            assert_ne!(id, different);
        }
        assert_eq!(id.len(), 35);
    }

    #[test]
    fn a_login_is_signed_with_the_time() {
        let now = Timestamp::from_millisecond(1_700_000_000_000).unwrap();
        assert_eq!(
            login_form(&credentials(None, None).account, now),
            "app_key=key&timestamp=1700000000000&sign=ee412f504f93d283888979ab4f37e98beb471243575d468a4048c57285abad84"
        );
    }
}
