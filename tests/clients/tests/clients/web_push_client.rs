//! `web-push-testing`, a push service with the browsers behind it, before what our own client for Web Push sends;
//! `http-ece`, which reads what it encrypted; and `PyJWT`, which verifies what it signed.

use std::collections::BTreeMap;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use revocation_app::ports::ChannelClient;
use revocation_rules::batch::Handle;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;
use revocation_rules::web_push::Subscription;
use serde_json::{Value, json};

use crate::ours;
use crate::support::Client;

const TAG: &str = "rv-9";

/// The judge, and a browser of its own.
struct Judge {
    service: Client,
    authority: String,
    /// Made by `web-push`.
    site: Value,
    browser: Value,
}

impl Judge {
    async fn start() -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let settings = json!({ "cert": cert.pem(), "key": signing_key.serialize_pem() });
        let mut service = Client::server("web-push-testing.cjs", settings).await;
        let site = service.ask(json!({ "what": "keys" })).await;
        let browser = service.ask(json!({ "what": "subscribe", "site": site["publicKey"] })).await;
        Self {
            service,
            authority: cert.pem(),
            site,
            browser,
        }
    }

    /// Our client of a site that has these keys.
    fn client_with(&self, keys: &Value) -> Box<dyn ChannelClient> {
        let credentials = json!({
            "subject": "mailto:ops@example.com",
            "keys": [{ "public_key": keys["publicKey"], "private_key": keys["privateKey"] }],
        });
        let set = BTreeMap::from([("WEB_PUSH_LOOPBACK", "allow".to_owned())]);
        ours::client(Channel::WebPush, &credentials, set, self.authority.clone())
    }

    async fn revoke(&self, client: &dyn ChannelClient) -> Answer {
        let endpoint = self.browser["endpoint"].as_str().unwrap().parse().unwrap();
        let keys: Subscription = serde_json::from_value(self.browser["keys"].clone()).unwrap();
        let handle = Handle::Tag(TAG.to_owned());
        ours::revoke(client, Strategy::Overwrite, &endpoint, &handle, Some(&keys)).await
    }

    async fn ask_of_browser(&mut self, what: &str) -> Value {
        self.service
            .ask(json!({ "what": what, "browser": self.browser["clientHash"] }))
            .await
    }

    /// What our client was seen to send, in order: headers and body.
    async fn seen(&mut self) -> Vec<Value> {
        let mut answer = self.service.ask(json!({ "what": "seen" })).await;
        serde_json::from_value(answer["seen"].take()).unwrap()
    }

    /// What the browser's service worker was given, in order.
    async fn read(&mut self) -> Value {
        self.ask_of_browser("read").await["messages"].take()
    }
}

/// What our documentation says that a service worker is told.
fn told() -> Value {
    json!({
        "revoke": { "tag": TAG },
        "notification": {
            "title": "Message revoked", "body": "Message revoked, in more words", "tag": TAG, "silent": true,
        },
    })
}

fn parsed(text: &Value) -> Value {
    serde_json::from_str(text.as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn web_push_testing_takes_and_reads_what_our_client_sends() {
    let mut judge = Judge::start().await;
    let client = judge.client_with(&judge.site);

    for sent in 1..=2 {
        let answer = judge.revoke(&*client).await;
        let is_overwritten = matches!(
            &answer,
            Answer::Ended {
                outcome: Outcome::Overwritten,
                ..
            }
        );
        assert!(is_overwritten, "{answer:?}");
        let read = judge.read().await;
        let read: Vec<Value> = read.as_array().unwrap().iter().map(parsed).collect();
        assert_eq!(read, vec![told(); sent]);
    }

    let seen = judge.seen().await;
    assert_eq!(seen.len(), 2);
    for request in &seen {
        let header = |name: &str| request["headers"][name].as_str().unwrap_or_default();
        assert_eq!((header("topic"), header("ttl"), header("urgency")), (TAG, "604800", "high"));
        assert_eq!(header("content-encoding"), "aes128gcm");
    }
}

#[tokio::test]
async fn http_ece_reads_what_our_client_encrypts() {
    let mut judge = Judge::start().await;
    let client = judge.client_with(&judge.site);
    judge.revoke(&*client).await;
    judge.revoke(&*client).await;
    let seen = judge.seen().await;
    let [first, second] = seen.as_slice() else {
        panic!("not two messages: {seen:?}");
    };
    assert_ne!(first["body"], second["body"], "a key and a salt of its own for each message");
    let mut reader = Client::python("web-push.py", json!({})).await;

    let private = judge.ask_of_browser("private").await["key"].take();
    for message in [first, second] {
        let order = json!({ "what": "decrypt", "body": message["body"], "key": private, "auth": judge.browser["keys"]["auth"] });
        assert_eq!(parsed(&reader.ask(order).await["text"]), told());
    }
}

#[tokio::test]
async fn pyjwt_verifies_the_token_that_our_client_signs_for_a_push_service() {
    let mut judge = Judge::start().await;
    judge.revoke(&*judge.client_with(&judge.site)).await;
    let endpoint = judge.browser["endpoint"].as_str().unwrap();
    let origin = endpoint.split_once("/notify/").unwrap().0.to_owned();
    let authorization = judge.seen().await.remove(0)["headers"]["authorization"].take();
    let mut pyjwt = Client::python("web-push.py", json!({})).await;
    let order = |audience: &str| json!({ "what": "verify", "authorization": authorization, "audience": audience });

    let verified = pyjwt.ask(order(&origin)).await;
    assert_eq!(verified["error"], Value::Null);
    assert_eq!(verified["key"], judge.site["publicKey"]);
    assert_eq!(verified["claims"].as_object().unwrap().len(), 3, "aud, exp and sub");
    assert_eq!(verified["claims"]["sub"], "mailto:ops@example.com");
    assert!((1..=86_400).contains(&verified["left_s"].as_i64().unwrap()), "{verified}");

    // It looked at the audience.
    let refused = pyjwt.ask(order("https://localhost")).await;
    assert_eq!(refused["error"], "InvalidAudienceError");
}

#[tokio::test]
async fn web_push_testing_refuses_our_client_with_the_keys_of_another_site() {
    let mut judge = Judge::start().await;
    let others = judge.service.ask(json!({ "what": "keys" })).await;

    let answer = judge.revoke(&*judge.client_with(&others)).await;

    let is_refused = matches!(&answer, Answer::Ended { outcome: Outcome::Refused, reason } if reason == "web_push:http_400");
    assert!(is_refused, "{answer:?}");
    assert_eq!(judge.read().await, json!([]));
}

#[tokio::test]
async fn our_client_is_told_by_web_push_testing_that_a_subscription_is_over() {
    let mut judge = Judge::start().await;
    judge.ask_of_browser("expire").await;

    let answer = judge.revoke(&*judge.client_with(&judge.site)).await;

    let is_gone = matches!(
        &answer,
        Answer::Ended {
            outcome: Outcome::TargetGone,
            ..
        }
    );
    assert!(is_gone, "{answer:?}");
    assert_eq!(judge.read().await, json!([]));
}
