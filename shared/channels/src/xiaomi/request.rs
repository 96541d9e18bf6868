//! From deliveries to Xiaomi's requests. Pure.

use super::settings::XiaomiCredentials;
use crate::asks::{How, TakeBack};
use crate::driver::form;

/// Most devices in one call. 1,000 are said to be taken; Xiaomi's own figure
/// could not be read, and clients that have run for years use 500.
pub(super) const MAX_TARGETS: usize = 500;
/// How long Xiaomi keeps the notice for a device that is offline: as long as
/// the message may be revoked. Xiaomi keeps nothing longer than two weeks, and
/// itself shortens what the app's class of messages is not kept for.
const TIME_TO_LIVE_MS: &str = "604800000";

pub(super) const OVERWRITE_PATH: &str = "/v3/message/regid";
pub(super) const RECALL_PATH: &str = "/v3/message/regid/revoke";

pub(super) const fn path(how: How<'_>) -> &'static str {
    match how {
        How::Overwrite(_) => OVERWRITE_PATH,
        How::Recall => RECALL_PATH,
    }
}

/// A token that is a list to Xiaomi, and would be somebody else's.
pub(super) fn is_list(token: &str) -> bool {
    token.contains(',')
}

/// The body of the call.
pub(super) fn body<'a>(ask: &TakeBack<'_>, tokens: impl IntoIterator<Item = &'a str>, credentials: &XiaomiCredentials) -> String {
    let tokens = tokens.into_iter().collect::<Vec<_>>().join(",");
    let notify_id = ask.notify_id.to_string();
    let package = credentials.account.package.as_str();
    match ask.how {
        How::Recall => form([
            ("registration_ids", tokens.as_str()),
            ("restricted_package_name", package),
            ("notify_id", &notify_id),
        ]),
        // Never `extra.jobkey`: a device shows only the first message of a job key, so an
        // overwrite with the key of its original would not be shown, and one with any other
        // key says nothing that the notify id does not.
        How::Overwrite(notice) => {
            let mut fields = vec![
                ("registration_id", tokens.as_str()),
                ("restricted_package_name", package),
                ("pass_through", "0"),
                ("title", &notice.title),
                ("description", &notice.text),
                ("notify_id", &notify_id),
                // Bits: 1 a sound, 2 a vibration, 4 a light; with none it is quiet.
                ("notify_type", "0"),
                ("time_to_live", TIME_TO_LIVE_MS),
                // 1 opens the app.
                ("extra.notify_effect", "1"),
            ];
            fields.extend(credentials.channel_id.as_deref().map(|id| ("extra.channel_id", id)));
            form(fields)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::VendorCredentials as _;
    use revocation_rules::notice::Notice;

    fn credentials(channel_id: &str) -> XiaomiCredentials {
        XiaomiCredentials::parse(&format!(r#"{{"app_secret":"s","package":"com.example.shop"{channel_id}}}"#)).unwrap()
    }

    fn ask(how: How<'_>) -> TakeBack<'_> {
        TakeBack {
            how,
            notify_id: 7,
            most: MAX_TARGETS,
        }
    }

    #[test]
    fn an_overwrite_looks_like_this() {
        let notice = Notice {
            title: "Message revoked".to_owned(),
            text: "撤回&x=1".to_owned(),
        };
        let with_channel = credentials(r#","channel_id":"104""#);
        assert_eq!(
            body(&ask(How::Overwrite(&notice)), ["r+1/a=", "r2"], &with_channel),
            "registration_id=r%2B1%2Fa%3D%2Cr2&restricted_package_name=com.example.shop&pass_through=0\
             &title=Message%20revoked&description=%E6%92%A4%E5%9B%9E%26x%3D1&notify_id=7&notify_type=0\
             &time_to_live=604800000&extra.notify_effect=1&extra.channel_id=104"
        );
        let without = body(&ask(How::Overwrite(&notice)), ["r1"], &credentials(""));
        assert!(!without.contains("channel_id"));
    }

    #[test]
    fn an_overwrite_never_has_a_job_key() {
        let notice = Notice::default();
        assert!(!body(&ask(How::Overwrite(&notice)), ["r1"], &credentials("")).contains("jobkey"));
    }

    #[test]
    fn a_recall_looks_like_this() {
        assert_eq!(
            body(&ask(How::Recall), ["r1", "r2"], &credentials(r#","channel_id":"104""#)),
            "registration_ids=r1%2Cr2&restricted_package_name=com.example.shop&notify_id=7"
        );
        assert_eq!(path(How::Recall), "/v3/message/regid/revoke");
    }
}
