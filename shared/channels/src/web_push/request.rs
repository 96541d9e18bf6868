//! From a delivery to the push service's request. Pure.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Request, Uri};
use http_body_util::Full;
use revocation_rules::notice::Notice;
use revocation_rules::web_push::Endpoint;
use serde_json::{Value, json};

use super::vapid::Token;

const TTL: HeaderName = HeaderName::from_static("ttl");
const TOPIC: HeaderName = HeaderName::from_static("topic");
const URGENCY: HeaderName = HeaderName::from_static("urgency");

/// How many seconds the push service keeps the notice for a browser that is closed: as long as the message may be revoked.
const KEPT_FOR: &str = "604800";

/// What the site's service worker is told: docs/web-push.md. A browser that reads Declarative Web Push (8030 is its mark)
/// shows the notification without one, if it is told what a click opens.
pub(super) fn text(notice: &Notice, tag: &str, navigate: Option<&str>) -> String {
    let mut notification = json!({"title": notice.title, "body": notice.text, "tag": tag, "silent": true});
    let mut text = json!({"revoke": {"tag": tag}});
    if let Some(navigate) = navigate {
        notification["navigate"] = navigate.into();
        text["web_push"] = Value::from(8_030);
    }
    text["notification"] = notification;
    text.to_string()
}

/// `None` when the endpoint or the tag can not be in a request, which was checked before.
pub(super) fn request(endpoint: &Endpoint<'_>, tag: &str, token: &Token, message: Vec<u8>) -> Option<Request<Full<Bytes>>> {
    let uri = Uri::builder()
        .scheme("https")
        .authority(endpoint.authority())
        .path_and_query(endpoint.path)
        .build()
        .ok()?;
    Request::post(uri)
        .header(TTL, HeaderValue::from_static(KEPT_FOR))
        // At once, even if it costs the device power: wrong content is on the screen.
        .header(URGENCY, HeaderValue::from_static("high"))
        // Takes the place of what the push service still keeps under this topic.
        .header(TOPIC, HeaderValue::try_from(tag).ok()?)
        .header(CONTENT_ENCODING, HeaderValue::from_static("aes128gcm"))
        .header(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"))
        .header(AUTHORIZATION, token.header.clone())
        .body(Full::new(Bytes::from(message)))
        .ok()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use revocation_rules::web_push::PushHosts;

    use super::super::settings::parse;
    use super::super::settings::tests::a_pair;
    use super::super::vapid::Tokens;
    use super::*;

    fn notice() -> Notice {
        Notice {
            title: "Message revoked".to_owned(),
            text: "撤回".to_owned(),
        }
    }

    #[test]
    fn an_overwrite_looks_like_this() {
        let credentials = parse(&json!({"subject": "mailto:a@b.example", "keys": [a_pair()]}).to_string()).unwrap();
        let token = Tokens::default()
            .of(
                credentials.key(None).unwrap(),
                "mailto:a@b.example",
                "https://x",
                Timestamp::UNIX_EPOCH,
            )
            .unwrap();
        let text = "https://wns2-am3p.notify.windows.com/w/?token=BQYAAAB%2bcD%2f==";
        let Ok(endpoint) = Endpoint::parse(text, &PushHosts::default()) else {
            unreachable!("an endpoint of Edge");
        };
        let request = request(&endpoint, "rv-9", &token, vec![1, 2]).unwrap();
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri().to_string(), text, "exactly as it was given");
        let headers: Vec<_> = request.headers().keys().map(HeaderName::as_str).collect();
        assert_eq!(
            headers,
            ["ttl", "urgency", "topic", "content-encoding", "content-type", "authorization"]
        );
        let header = |name: &str| request.headers()[name].to_str().unwrap();
        assert_eq!((header("ttl"), header("topic"), header("urgency")), ("604800", "rv-9", "high"));
        assert_eq!(
            (header("content-encoding"), header("content-type")),
            ("aes128gcm", "application/octet-stream")
        );
        assert!(header("authorization").starts_with("vapid t=ey"));
    }

    #[test]
    fn the_service_worker_is_told_what_to_show_in_whose_place() {
        let told: Value = serde_json::from_str(&text(&notice(), "rv-9", None)).unwrap();
        // What the tests in a browser give a service worker.
        let given = include_str!("../../../../tests/browser/support/push-notice.json");
        assert_eq!(told, serde_json::from_str::<Value>(given).unwrap());
    }

    #[test]
    fn a_browser_shows_it_by_itself_where_it_knows_what_a_click_opens() {
        let told: Value = serde_json::from_str(&text(&notice(), "rv-9", Some("https://example.com/"))).unwrap();
        assert_eq!(told["web_push"], json!(8030));
        assert_eq!(told["notification"]["navigate"], json!("https://example.com/"));
        assert_eq!(told["revoke"], json!({"tag": "rv-9"}));
    }
}
