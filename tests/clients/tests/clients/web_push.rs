//! Clients of others for Web Push against the simulated push service, which reads what they encrypted as a browser would.

use serde_json::{Value, json};

use crate::support::{Client, Device, World};

const TAG: &str = "rv-9";

#[derive(Clone, Copy)]
enum Library {
    WebPush,
    PyWebPush,
}

impl Library {
    async fn start(self, world: &World) -> Client {
        match self {
            Self::WebPush => Client::node("web-push.cjs", world, json!({})).await,
            Self::PyWebPush => Client::python("web-push.py", json!({ "ca": world.ca_file })).await,
        }
    }

    fn push(self, subscription: &Value, text: &Value) -> Value {
        let common = json!({ "what": "push", "subscription": subscription, "text": text.to_string() });
        let own = match self {
            Self::WebPush => json!({ "options": { "TTL": 86_400, "topic": TAG, "urgency": "high" } }),
            Self::PyWebPush => json!({ "ttl": 86_400, "headers": { "Topic": TAG, "Urgency": "high" } }),
        };
        with(common, own)
    }
}

/// The fields of both; those of the second count.
fn with(mut order: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else {
        panic!("not an object: {changes}");
    };
    order.as_object_mut().unwrap().extend(changes);
    order
}

/// A site whose key a client made, and a browser that is subscribed to it.
struct Site {
    world: World,
    client: Client,
    library: Library,
    key: String,
    endpoint: String,
    subscription: Value,
}

impl Site {
    async fn start(library: Library) -> Self {
        let world = World::start();
        let mut client = library.start(&world).await;
        let made = client.ask(json!({ "what": "keys" })).await;
        let key = made["publicKey"].as_str().unwrap().to_owned();
        world.order("/apps", json!({ "vendor": "web_push", "public_key": key })).await;
        let origin = world.sim.url("web_push").replace("127.0.0.1", "localhost");
        let endpoint = format!("{origin}/push/a-browser");
        let subscription = world.subscription(&endpoint).await;
        let site = Self {
            world,
            client,
            library,
            key,
            endpoint,
            subscription,
        };
        site.register(&site.key, "active").await;
        site
    }

    async fn register(&self, site: &str, state: &str) {
        let browser = json!({ "vendor": "web_push", "app": site, "tokens": [self.endpoint], "state": state });
        self.world.order("/devices", browser).await;
    }

    async fn push(&mut self, text: &Value) -> Value {
        self.client.ask(self.library.push(&self.subscription, text)).await
    }

    /// The status of a push that differs from a correct one in this.
    async fn status(&mut self, changes: Value) -> Value {
        let order = with(self.library.push(&self.subscription, &notice()), changes);
        self.client.ask(order).await["status"].take()
    }

    async fn browser(&self) -> Device {
        self.world.device("web_push", &self.endpoint).await
    }

    async fn violations(&self) -> Vec<String> {
        let stats = self.world.stats("web_push").await;
        let violations = stats["violations"].as_array().unwrap();
        violations.iter().map(|said| said["what"].as_str().unwrap().to_owned()).collect()
    }
}

fn message(title: &str, silent: bool) -> Value {
    json!({ "notification": { "title": title, "body": format!("{title}, in more words"), "tag": TAG, "silent": silent } })
}

fn original() -> Value {
    message("Half price today", false)
}

/// Replaces the original, without a sound.
fn notice() -> Value {
    message("Message revoked", true)
}

async fn overwrites_in_place(library: Library) {
    let mut site = Site::start(library).await;

    assert_eq!(site.push(&original()).await["status"], 201);
    site.browser().await.shows_only(TAG, "Half price today", false);

    assert_eq!(site.push(&notice()).await["status"], 201);
    site.browser().await.overwritten(TAG);
    site.world.assert_no_violation("web_push").await;
}

#[tokio::test]
async fn web_push_overwrites_a_notification_in_place() {
    overwrites_in_place(Library::WebPush).await;
}

#[tokio::test]
async fn pywebpush_overwrites_a_notification_in_place() {
    overwrites_in_place(Library::PyWebPush).await;
}

/// The topic replaces what the push service keeps; the browser never gets the original.
async fn replaces_what_nobody_has_read(library: Library) {
    let mut site = Site::start(library).await;
    site.register(&site.key, "offline").await;

    assert_eq!(site.push(&original()).await["status"], 201);
    assert_eq!(site.push(&notice()).await["status"], 201);
    site.browser().await.shows_nothing();
    site.register(&site.key, "active").await;

    site.browser().await.shows_only(TAG, "Message revoked", true);
    site.world.assert_no_violation("web_push").await;
}

#[tokio::test]
async fn web_push_replaces_by_its_topic_what_a_closed_browser_has_not_read() {
    replaces_what_nobody_has_read(Library::WebPush).await;
}

#[tokio::test]
async fn pywebpush_replaces_by_its_topic_what_a_closed_browser_has_not_read() {
    replaces_what_nobody_has_read(Library::PyWebPush).await;
}

/// None of it is against the contract.
async fn reports_a_subscription_that_is_over(library: Library) {
    let mut site = Site::start(library).await;
    let nobodys = with(site.subscription.clone(), json!({ "endpoint": format!("{}-else", site.endpoint) }));

    assert_eq!(site.status(json!({ "subscription": nobodys })).await, 404);
    site.register("another site", "active").await;
    assert_eq!(site.push(&notice()).await["status"], 403);
    site.register(&site.key, "unregistered").await;
    assert_eq!(site.push(&notice()).await["status"], 410);

    site.world.assert_no_violation("web_push").await;
}

#[tokio::test]
async fn web_push_reports_a_subscription_that_is_over() {
    reports_a_subscription_that_is_over(Library::WebPush).await;
}

#[tokio::test]
async fn pywebpush_reports_a_subscription_that_is_over() {
    reports_a_subscription_that_is_over(Library::PyWebPush).await;
}

#[tokio::test]
async fn web_push_is_refused_for_every_mistake() {
    let mut site = Site::start(Library::WebPush).await;
    for (mistake, status) in [
        // Its option for browsers of 2016.
        (json!({ "options": { "contentEncoding": "aesgcm" } }), 401),
        (json!({ "subject": "mailto:ops@localhost" }), 403),
        (json!({ "what": "spoil", "without": "TTL" }), 400),
        (json!({ "what": "spoil", "without": "Authorization" }), 401),
        (json!({ "what": "spoil", "audience": "https://localhost" }), 403),
    ] {
        assert_eq!(site.status(mistake.clone()).await, status, "{mistake}");
    }
    assert_eq!(
        site.violations().await,
        [
            "push: authorization is not vapid t=.., k=..",
            "push: VAPID: sub can not be reached",
            "push: TTL is missing",
            "push: no authorization",
            "push: VAPID: aud is not the origin of the endpoint, with its port",
        ]
    );
    site.browser().await.shows_nothing();
}

#[tokio::test]
async fn pywebpush_is_refused_for_every_mistake() {
    let mut site = Site::start(Library::PyWebPush).await;
    for (mistake, status) in [
        (json!({ "claims": { "aud": "https://localhost" } }), 403),
        (json!({ "claims": { "exp": 4_102_444_800_u64 } }), 403),
        (json!({ "ttl": 0, "headers": { "TTL": "a week" } }), 400),
        (json!({ "headers": { "Topic": "not of the alphabet" } }), 400),
    ] {
        assert_eq!(site.status(mistake.clone()).await, status, "{mistake}");
    }
    assert_eq!(
        site.violations().await,
        [
            "push: VAPID: aud is not the origin of the endpoint, with its port",
            "push: VAPID: exp is more than 24 hours away",
            "push: TTL is not a number of seconds",
            "push: Topic is not 1 to 32 characters of Base64 for URLs",
        ]
    );
    site.browser().await.shows_nothing();
}

#[tokio::test]
async fn of_what_http_ece_encrypts_a_browser_reads_one_record_and_no_more() {
    let mut site = Site::start(Library::PyWebPush).await;
    let headers = json!({ "TTL": "86400", "Topic": TAG });
    let mut send = async |text: &Value, record_size: u32, headers: &Value| {
        let order = json!({
            "what": "encrypt", "subscription": site.subscription, "text": text.to_string(),
            "record_size": record_size, "headers": headers,
        });
        site.client.ask(order).await["status"].take()
    };

    assert_eq!(send(&notice(), 4_096, &headers).await, 201);
    assert_eq!(send(&original(), 40, &headers).await, 201, "the push service can not know");
    assert_eq!(send(&original(), 4_096, &json!({ "Topic": TAG })).await, 400);

    let browser = site.browser().await;
    browser.shows_only(TAG, "Message revoked", true);
    browser.took(1);
    assert_eq!(
        site.violations().await,
        [
            "push: a message that no browser reads: the message has more than one record",
            "push: TTL is missing"
        ]
    );
}
