//! From deliveries to OPPO's requests. Pure.

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use revocation_rules::batch::Handle;
use revocation_rules::ids::RevocationId;
use revocation_rules::notice::Notice;
use revocation_rules::plan::ToCall;
use revocation_rules::scope::hex;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::settings::{Account, OppoCredentials};

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

/// One delivery to overwrite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Overwrite<'a> {
    pub slot: usize,
    pub token: &'a str,
    pub notify_id: u32,
    pub notice: &'a Notice,
}

/// Sorts deliveries into calls, in the order in which they came. Each message
/// of a call has its own notify id and notice. Those without a notify id are
/// told apart by slot.
pub(super) fn group<'a>(calls: &[ToCall<'a>]) -> (Vec<Vec<Overwrite<'a>>>, Vec<usize>) {
    let mut overwrites = Vec::with_capacity(calls.len());
    let mut without_id = Vec::new();
    for call in calls {
        match call.handle {
            Some(Handle::NotifyId(notify_id)) => overwrites.push(Overwrite {
                slot: call.slot,
                token: call.token.as_str(),
                notify_id: *notify_id,
                notice: call.notice,
            }),
            Some(Handle::CollapseId(_)) | None => without_id.push(call.slot),
        }
    }
    let groups = overwrites.chunks(MAX_MESSAGES).map(<[_]>::to_vec).collect();
    (groups, without_id)
}

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
    fn new(overwrite: &Overwrite<'a>, revocation: &RevocationId, credentials: &'a OppoCredentials) -> Self {
        let Overwrite {
            token, notify_id, notice, ..
        } = *overwrite;
        let is_short = notice.text.chars().count() <= SHORT_CONTENT_CHARS;
        Self {
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
        }
    }
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

/// One call without its session, which is a field of the form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Push {
    pub path: &'static str,
    /// The rest of the form.
    field: String,
}

impl Push {
    /// The body of the request.
    pub fn form(&self, auth_token: &str) -> String {
        format!("auth_token={}&{}", encoded(auth_token), self.field)
    }
}

/// The call that overwrites the deliveries of a group.
pub(super) fn push(
    group: &[Overwrite<'_>],
    revocation: &RevocationId,
    credentials: &OppoCredentials,
) -> Result<Push, serde_json::Error> {
    let message = |overwrite| Message::new(overwrite, revocation, credentials);
    Ok(match group {
        [alone] => Push {
            path: "/server/v1/message/notification/unicast",
            field: format!("message={}", encoded(&serde_json::to_string(&message(alone))?)),
        },
        group => {
            let messages: Vec<_> = group.iter().map(message).collect();
            Push {
                path: "/server/v1/message/notification/unicast_batch",
                field: format!("messages={}", encoded(&serde_json::to_string(&messages)?)),
            }
        }
    })
}

pub(super) const LOGIN_PATH: &str = "/server/v1/auth";

/// The body of the login: a signature with the time in it, good for 10 minutes.
pub(super) fn login_form(account: &Account, now: Timestamp) -> String {
    let timestamp = now.as_millisecond();
    let signature = Sha256::new()
        .chain_update(&account.app_key)
        .chain_update(timestamp.to_string())
        .chain_update(account.master_secret.expose())
        .finalize();
    format!(
        "app_key={}&timestamp={timestamp}&sign={}",
        encoded(&account.app_key),
        hex(&signature)
    )
}

/// What a form (WHATWG URL, section 5.2) leaves as it is.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

fn encoded(text: &str) -> impl std::fmt::Display {
    utf8_percent_encode(text, FORM).to_string()
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use revocation_rules::ids::DeviceToken;
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

    fn overwrite<'a>(slot: usize, token: &'a str, notice: &'a Notice) -> Overwrite<'a> {
        Overwrite {
            slot,
            token,
            notify_id: 7,
            notice,
        }
    }

    fn revocation(id: &str) -> RevocationId {
        id.parse().unwrap()
    }

    /// The path, and the JSON in the form.
    fn read(group: &[Overwrite<'_>], credentials: &OppoCredentials) -> (&'static str, String, Value) {
        let push = push(group, &revocation("rvk_1"), credentials).unwrap();
        let form = push.form("a+b/c=&d");
        let rest = form.strip_prefix("auth_token=a%2Bb%2Fc%3D%26d&").unwrap();
        let (name, text) = rest.split_once('=').unwrap();
        let text = percent_decode_str(text).decode_utf8().unwrap();
        (push.path, name.to_owned(), serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn an_overwrite_of_one_looks_like_this() {
        let notice = notice("撤回 & = + 100%");
        let (path, name, message) = read(&[overwrite(3, "CN_1", &notice)], &credentials(Some("service"), Some("IM")));
        assert_eq!(
            (path, name.as_str()),
            ("/server/v1/message/notification/unicast", "message")
        );
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
        let group = [overwrite(0, "CN_1", &one), overwrite(1, "CN_2", &other)];
        let (path, name, messages) = read(&group, &credentials(None, None));
        assert_eq!(
            (path, name.as_str()),
            ("/server/v1/message/notification/unicast_batch", "messages")
        );
        let (_, _, alone) = read(&group[..1], &credentials(None, None));
        assert_eq!(messages[0], alone);
        assert_eq!(messages[1]["target_value"], "CN_2");
        assert_eq!(messages[1]["notification"]["content"], "other");
        assert_eq!(messages.as_array().unwrap().len(), 2);
    }

    #[test]
    fn without_a_category_there_is_no_level_that_needs_one() {
        let notice = notice("x");
        let (_, _, message) = read(&[overwrite(0, "CN_1", &notice)], &credentials(None, None));
        for absent in ["channel_id", "category", "notify_level"] {
            assert_eq!(message["notification"].get(absent), None, "{absent}");
        }
    }

    #[test]
    fn a_content_of_more_than_50_characters_has_the_long_style() {
        for (length, style) in [(1, 1), (50, 1), (51, 2), (100, 2)] {
            let notice = notice(&"撤".repeat(length));
            let (_, _, message) = read(&[overwrite(0, "CN_1", &notice)], &credentials(None, None));
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
    fn a_call_has_at_most_1000_messages_whatever_they_say() {
        let tokens: Vec<DeviceToken> = (0..2_002).map(|n| format!("t{n}").parse().unwrap()).collect();
        let (english, chinese) = (Notice::default(), notice("撤回"));
        let (one, other, wrong) = (Handle::NotifyId(1), Handle::NotifyId(2), Handle::CollapseId("c".to_owned()));
        let calls: Vec<ToCall<'_>> = tokens
            .iter()
            .enumerate()
            .map(|(slot, token)| ToCall {
                slot,
                token,
                handle: match slot {
                    0 => None,
                    1 => Some(&wrong),
                    2 => Some(&other),
                    _ => Some(&one),
                },
                vendor_task: None,
                notice: if slot == 3 { &chinese } else { &english },
            })
            .collect();
        let (groups, without_id) = group(&calls);
        assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [1_000, 1_000]);
        assert_eq!(without_id, [0, 1]);
        let first = &groups[0][..2];
        assert_eq!(
            first.iter().map(|o| (o.slot, o.token, o.notify_id)).collect::<Vec<_>>(),
            [(2, "t2", 2), (3, "t3", 1)]
        );
        assert_eq!(groups[0][1].notice, &chinese);
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
