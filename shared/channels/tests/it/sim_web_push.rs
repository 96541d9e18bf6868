//! A push service as the RFCs describe it, and the browsers behind it: what the users see.

use revocation_app::ports::ChannelClient;
use revocation_rules::batch::Handle;
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use revocation_rules::web_push::{PublicKey, Subscription};
use serde_json::{Value, json};

use crate::sim::World;
use crate::support::{Case, ended, misconfigured, overwritten, throttled};
use crate::web_push::{document_with, pair};

/// A site, its browsers and our client.
struct Site {
    world: World,
    pair: Value,
    endpoints: Vec<String>,
}

impl Site {
    async fn start(browsers: usize) -> Self {
        let pair = pair();
        let world = World::start(Channel::WebPush, json!({"public_key": pair["public_key"]})).await;
        let endpoints: Vec<String> = (0..browsers).map(|n| format!("{}/push/{n}", world.origin())).collect();
        let site = Self { world, pair, endpoints };
        site.register("active").await;
        let original = json!({"tokens": site.endpoints, "key": "7", "title": "Half price", "body": "Only today"});
        site.world.order("/deliver", original).await;
        site
    }

    async fn register(&self, state: &str) {
        let devices = json!({"app": self.pair["public_key"], "tokens": self.endpoints, "state": state});
        self.world.order("/devices", devices).await;
    }

    fn client(&self) -> Box<dyn ChannelClient> {
        self.client_with(std::slice::from_ref(&self.pair))
    }

    fn client_with(&self, pairs: &[Value]) -> Box<dyn ChannelClient> {
        self.world.client(&serde_json::from_str(&document_with(pairs)).unwrap())
    }

    async fn case(&self) -> Case {
        let told = self.world.subscriptions(&self.endpoints).await;
        let subscription = |endpoint: &String| {
            let keys = &told[endpoint];
            Some(Subscription {
                p256dh: PublicKey::parse(keys["p256dh"].as_str().unwrap()).unwrap(),
                auth: Subscription::parse_auth(keys["auth"].as_str().unwrap()).unwrap(),
                vapid_key: None,
            })
        };
        let tagged = self
            .endpoints
            .iter()
            .map(|endpoint| (endpoint.clone(), Some(Handle::Tag("7".to_owned()))));
        Case::new(tagged).subscribed(self.endpoints.iter().map(subscription))
    }
}

#[tokio::test]
async fn every_user_reads_the_notice_in_the_messages_place() {
    let site = Site::start(1_000).await;
    assert_eq!(site.case().await.revoke(&*site.client()).await, vec![overwritten(); 1_000]);
    for endpoint in [&site.endpoints[0], &site.endpoints[999]] {
        site.world.overwritten(endpoint).await;
    }
    let stats = site.world.stats().await;
    assert_eq!((&stats["pushes"], &stats["sessions_seen"]), (&json!(1_000), &json!(1)));
    site.world.nothing_was_wrong().await;
}

#[tokio::test]
async fn a_browser_that_is_closed_reads_the_notice_when_it_is_opened() {
    let site = Site::start(1).await;
    site.register("offline").await;
    let (case, client) = (site.case().await, site.client());
    // Asked twice: the push service keeps the latest of a topic.
    for _ in 0..2 {
        assert_eq!(case.revoke(&*client).await, [overwritten()]);
    }
    assert_eq!(site.world.titles(&site.endpoints[0]).await, ["Half price"]);
    site.world.order("/online", json!({"tokens": site.endpoints})).await;
    assert_eq!(site.world.titles(&site.endpoints[0]).await, ["Message revoked"]);
    site.world.nothing_was_wrong().await;
}

#[tokio::test]
async fn a_subscription_that_is_over_is_gone_and_one_of_another_key_waits() {
    let site = Site::start(3).await;
    site.world
        .order(
            "/devices",
            json!({"app": site.pair["public_key"], "tokens": [site.endpoints[0]], "state": "unregistered"}),
        )
        .await;
    site.world
        .order("/devices", json!({"app": "another site", "tokens": [site.endpoints[1]]}))
        .await;
    let answers = site.case().await.revoke(&*site.client()).await;
    assert_eq!(
        answers,
        [
            ended(Outcome::TargetGone, "web_push:http_410"),
            misconfigured("web_push:http_403"),
            overwritten()
        ]
    );
    site.world.nothing_was_wrong().await;
}

#[tokio::test]
async fn faults_of_the_push_service_are_told() {
    let site = Site::start(1).await;
    let (case, client) = (site.case().await, site.client());
    site.world.fault(json!({"throttle_next": 1, "retry_after_s": 5})).await;
    assert_eq!(case.revoke(&*client).await, [throttled("web_push:http_429", Some(5))]);
    // Another worker has not been told to wait, and what it sends again shows the same.
    let another = site.client();
    site.world.fault(json!({"drop_after_effect_next": 1})).await;
    let first = case.revoke(&*another).await;
    assert!(!first.contains(&overwritten()), "{first:?}");
    assert_eq!(case.revoke(&*another).await, [overwritten()]);
    assert_eq!(site.world.titles(&site.endpoints[0]).await, ["Message revoked"]);
    site.world.nothing_was_wrong().await;
}

#[tokio::test]
async fn a_key_that_the_push_service_does_not_know_waits_for_a_person() {
    let site = Site::start(2).await;
    let answers = site.case().await.revoke(&*site.client_with(&[pair()])).await;
    assert_eq!(answers, vec![misconfigured("web_push:http_403"); 2]);
    site.world.nothing_was_wrong().await;
}
