//! From a delivery to FCM's request. Pure.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use jiff::{SignedDuration, Timestamp};
use revocation_rules::notice::Notice;
use serde::Serialize;
use serde_json::json;

use super::settings::{CollapseKey, FcmCredentials, Topics};
use super::target::Target;

/// How long the notice is kept for a device that is offline: as long as the
/// message may be revoked. FCM's own limit and default is four weeks.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
const TTL: &str = "604800s";
const WEB_TTL: &str = "604800";
/// Of a body, but for what is its own: the notice twice, the tag four times.
const USUAL_BODY: usize = 640;

/// What is asked for a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ask<'a> {
    pub target: Target<'a>,
    pub tag: &'a str,
}

/// What all requests of an order have in common.
pub(super) struct Common<'a> {
    uri: Uri,
    headers: HeaderMap,
    credentials: &'a FcmCredentials,
    kept_until: String,
}

#[derive(Serialize)]
struct Body<'a> {
    message: Message<'a>,
}

/// Nobody says whether a device is an Android, an iPhone or a browser, so each
/// message says the same to all three: the tag is a part of each.
#[derive(Serialize)]
struct Message<'a> {
    #[serde(flatten)]
    target: Target<'a>,
    notification: Lines<'a>,
    android: Android<'a>,
    apns: Apns<'a>,
    webpush: Web<'a>,
}

#[derive(Clone, Copy, Serialize)]
struct Lines<'a> {
    title: &'a str,
    body: &'a str,
}

#[derive(Serialize)]
struct Android<'a> {
    /// At once, even if the device sleeps: wrong content is on the screen.
    priority: &'a str,
    ttl: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    collapse_key: Option<&'a str>,
    notification: AndroidNotification<'a>,
}

#[derive(Serialize)]
struct AndroidNotification<'a> {
    tag: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel_id: Option<&'a str>,
}

/// Without a sound in its payload: the device stays quiet.
#[derive(Serialize)]
struct Apns<'a> {
    headers: ApnsHeaders<'a>,
}

#[derive(Serialize)]
struct ApnsHeaders<'a> {
    #[serde(rename = "apns-collapse-id")]
    collapse_id: &'a str,
    #[serde(rename = "apns-priority")]
    priority: &'a str,
    #[serde(rename = "apns-expiration")]
    expiration: &'a str,
}

#[derive(Serialize)]
struct Web<'a> {
    headers: WebHeaders<'a>,
    notification: WebNotification<'a>,
}

#[derive(Serialize)]
struct WebHeaders<'a> {
    #[serde(rename = "Topic")]
    topic: &'a str,
    #[serde(rename = "TTL")]
    ttl: &'a str,
}

#[derive(Serialize)]
struct WebNotification<'a> {
    #[serde(flatten)]
    lines: Lines<'a>,
    tag: &'a str,
    silent: bool,
    renotify: bool,
}

impl<'a> Common<'a> {
    /// `None` when the address makes no URI.
    pub fn new(origin: &str, credentials: &'a FcmCredentials, now: Timestamp) -> Option<Self> {
        let headers = [
            (AUTHORIZATION, HeaderValue::from_static("")),
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        ];
        let kept_until = now.saturating_add(KEPT_FOR).unwrap_or(now).as_second();
        Some(Self {
            uri: format!("{origin}/v1/projects/{}/messages:send", credentials.account.project_id)
                .parse()
                .ok()?,
            headers: headers.into_iter().collect(),
            credentials,
            kept_until: kept_until.to_string(),
        })
    }

    /// The request for one device, and its body.
    pub fn request(&self, ask: Ask<'_>, notice: &Notice, session: &HeaderValue) -> Option<(Request<()>, Bytes)> {
        let mut request = Request::new(());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        *request.headers_mut().get_mut(AUTHORIZATION)? = session.clone();
        Some((request, self.body(ask, notice)?))
    }

    fn body(&self, ask: Ask<'_>, notice: &Notice) -> Option<Bytes> {
        if ask.target.is_an_audience() && self.credentials.topics == Topics::Data {
            return Some(Bytes::from(data(ask).to_string()));
        }
        let Ask { target, tag } = ask;
        let lines = Lines {
            title: &notice.title,
            body: &notice.text,
        };
        let body = Body {
            message: Message {
                target,
                notification: lines,
                android: Android {
                    priority: "HIGH",
                    ttl: TTL,
                    collapse_key: match self.credentials.collapse_key {
                        CollapseKey::None => None,
                        CollapseKey::Tag => Some(tag),
                    },
                    notification: AndroidNotification {
                        tag,
                        channel_id: self.credentials.channel_id.as_deref(),
                    },
                },
                apns: Apns {
                    headers: ApnsHeaders {
                        collapse_id: tag,
                        priority: "10",
                        expiration: &self.kept_until,
                    },
                },
                webpush: Web {
                    headers: WebHeaders { topic: tag, ttl: WEB_TTL },
                    notification: WebNotification {
                        lines,
                        tag,
                        silent: true,
                        renotify: false,
                    },
                },
            },
        };
        let mut bytes = Vec::with_capacity(USUAL_BODY + 2 * (notice.title.len() + notice.text.len()) + 4 * tag.len());
        serde_json::to_writer(&mut bytes, &body).ok()?;
        Some(Bytes::from(bytes))
    }
}

/// Shows nothing: the app takes off what has this tag, if it is there.
fn data(ask: Ask<'_>) -> serde_json::Value {
    let mut body = json!({"message": {
        "data": {"revoke": ask.tag},
        "android": {"priority": "HIGH", "ttl": TTL},
        // What wakes an app and shows nothing must not be urgent.
        "apns": {"headers": {"apns-priority": "5", "apns-push-type": "background"}, "payload": {"aps": {"content-available": 1}}},
        "webpush": {"headers": {"TTL": WEB_TTL}},
    }});
    let (field, name) = ask.target.field();
    body["message"][field] = name.into();
    body
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::settings::tests::credentials;
    use super::*;

    const FID: &str = "cT0123456789abcdefghij";

    fn read(credentials: &FcmCredentials, recorded: &str) -> (Request<()>, Value) {
        let notice = Notice {
            title: "Message revoked".to_owned(),
            text: "撤回 \"x\"".to_owned(),
        };
        let ask = Ask {
            target: Target::of(recorded),
            tag: "rv-9",
        };
        let now = "2026-11-23T08:00:00Z".parse().unwrap();
        let common = Common::new("https://fcm.googleapis.com", credentials, now).unwrap();
        let (request, body) = common.request(ask, &notice, &HeaderValue::from_static("Bearer s")).unwrap();
        (request, serde_json::from_slice(&body).unwrap())
    }

    #[test]
    fn an_overwrite_looks_like_this() {
        let (request, body) = read(&credentials(), "d1:APA91b");
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri(), "https://fcm.googleapis.com/v1/projects/demo-project/messages:send");
        assert_eq!(request.headers()["authorization"], "Bearer s");
        assert_eq!(request.headers()["content-type"], "application/json");
        assert_eq!(
            body,
            json!({"message": {
                "token": "d1:APA91b",
                "notification": {"title": "Message revoked", "body": "撤回 \"x\""},
                "android": {"priority": "HIGH", "ttl": "604800s", "notification": {"tag": "rv-9"}},
                "apns": {"headers": {"apns-collapse-id": "rv-9", "apns-priority": "10", "apns-expiration": "1796025600"}},
                "webpush": {
                    "headers": {"Topic": "rv-9", "TTL": "604800"},
                    "notification": {"title": "Message revoked", "body": "撤回 \"x\"", "tag": "rv-9", "silent": true, "renotify": false},
                },
            }})
        );
    }

    #[test]
    fn an_installation_is_named_as_such_and_an_audience_too() {
        let credentials = credentials();
        for (recorded, field, name) in [
            (FID, "fid", FID),
            ("/topics/news", "topic", "news"),
            ("'a' in topics || 'b' in topics", "condition", "'a' in topics || 'b' in topics"),
        ] {
            let (_, body) = read(&credentials, recorded);
            assert_eq!(body["message"][field], name);
            let named = ["fid", "token", "topic", "condition"];
            let count = named.iter().filter(|field| body["message"].get(**field).is_some()).count();
            assert_eq!(count, 1, "{body}");
        }
    }

    #[test]
    fn a_tenant_may_name_a_quiet_channel_and_collapse_by_the_tag() {
        let credentials = FcmCredentials {
            channel_id: Some("quiet".to_owned()),
            collapse_key: CollapseKey::Tag,
            ..credentials()
        };
        let (_, body) = read(&credentials, FID);
        let android = &body["message"]["android"];
        assert_eq!(
            (&android["collapse_key"], &android["notification"]["channel_id"]),
            (&json!("rv-9"), &json!("quiet"))
        );
    }

    #[test]
    fn an_audience_may_be_told_by_data_and_a_device_is_not() {
        let credentials = FcmCredentials {
            topics: Topics::Data,
            ..credentials()
        };
        let (_, body) = read(&credentials, "/topics/news");
        assert_eq!(
            (&body["message"]["topic"], &body["message"]["data"]),
            (&json!("news"), &json!({"revoke": "rv-9"}))
        );
        assert_eq!(body["message"].get("notification"), None);
        let (_, body) = read(&credentials, FID);
        assert_eq!(body["message"].get("data"), None);
    }

    #[test]
    fn the_longest_notice_is_far_below_the_limit_of_a_topic() {
        let notice = Notice {
            title: "促".repeat(40),
            text: "促".repeat(100),
        };
        let credentials = FcmCredentials {
            channel_id: Some("c".repeat(40)),
            collapse_key: CollapseKey::Tag,
            ..credentials()
        };
        let tag = "t".repeat(32);
        let ask = Ask {
            target: Target::of("/topics/news"),
            tag: &tag,
        };
        let common = Common::new("https://fcm.googleapis.com", &credentials, Timestamp::UNIX_EPOCH).unwrap();
        assert!(common.body(ask, &notice).unwrap().len() < 2_048);
    }
}
