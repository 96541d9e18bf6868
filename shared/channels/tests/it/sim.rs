//! The vendors' simulator, and short ways to ask things of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use revocation_app::ports::ChannelClient;
use revocation_channels::connect_with;
use revocation_rules::channel::{Channel, Peer};
use revocation_testkit::WallClock;
use serde_json::{Value, json};
use vendor_sim::{Options, Sim};

use crate::support::{Case, Documents, TIMEOUTS, no_sessions, overwritten, settings};

pub const SECRET: &str = "planted-secret";

/// One vendor of a simulator with one app.
pub struct World {
    sim: Sim,
    channel: Channel,
}

impl World {
    pub async fn start(channel: Channel, mut app: Value) -> Self {
        let world = Self {
            sim: Sim::start(&Options::default()).unwrap(),
            channel,
        };
        app["vendor"] = json!(channel);
        world.control("/apps", &app).await;
        world
    }

    pub fn client(&self, document: &Value) -> Box<dyn ChannelClient> {
        let settings = settings(self.sim.url(self.channel.as_str()), &self.sim.ca_pem);
        let documents = Documents::new([Some(document.to_string())]);
        // The simulator checks signed times against the real ones.
        connect_with(self.channel, &settings, TIMEOUTS, documents, no_sessions(), Arc::new(WallClock)).unwrap()
    }

    /// Devices `d0`, `d1`, .. of `app` whose users read the wrong message.
    pub async fn devices(&self, app: &str, count: usize, task: Option<&str>) -> Case {
        let tokens: Vec<String> = (0..count).map(|n| format!("d{n}")).collect();
        self.order("/devices", json!({"app": app, "tokens": tokens})).await;
        let mut original = json!({"tokens": tokens, "key": "7", "title": "Half price", "body": "Only today"});
        if let Some(task) = task {
            original["task"] = json!(task);
        }
        self.order("/deliver", original).await;
        let handle = Case::handle(self.channel);
        let case = Case::new(tokens.into_iter().map(|token| (token, Some(handle.clone()))));
        case.sent_as(vec![task; count])
    }

    /// Where the vendor is, by the name of this machine.
    pub fn origin(&self) -> String {
        self.sim.url(self.channel.as_str()).replace("127.0.0.1", "localhost")
    }

    /// What browsers say of their subscriptions.
    pub async fn subscriptions(&self, tokens: &[String]) -> Value {
        self.control("/subscriptions", &json!({"vendor": self.channel, "tokens": tokens}))
            .await
    }

    pub async fn fault(&self, fault: Value) {
        self.order("/faults", fault).await;
    }

    /// Asks for something of this vendor.
    pub async fn order(&self, path: &str, mut body: Value) {
        body["vendor"] = json!(self.channel);
        self.control(path, &body).await;
    }

    /// The titles on a device's bar.
    pub async fn titles(&self, token: &str) -> Vec<String> {
        let shown = self.device(token).await["notifications"].take();
        let title = |shown: &Value| shown["title"].as_str().unwrap().to_owned();
        shown.as_array().unwrap().iter().map(title).collect()
    }

    pub async fn device(&self, token: &str) -> Value {
        self.control("/bars", &json!({"vendor": self.channel, "tokens": [token]})).await[token].take()
    }

    pub async fn stats(&self) -> Value {
        self.look("/stats").await[self.channel.as_str()].take()
    }

    /// The vendor's rules that were broken.
    pub async fn violations(&self) -> Value {
        self.stats().await["violations"].take()
    }

    pub async fn nothing_was_wrong(&self) {
        assert_eq!(self.violations().await, json!([]));
    }

    /// The notice stands in the place of the message on this device, and came in silence.
    pub async fn overwritten(&self, token: &str) {
        let device = self.device(token).await;
        assert_eq!(device["notifications"].as_array().unwrap().len(), 1);
        let shown = &device["notifications"][0];
        assert_eq!((&shown["title"], &shown["key"]), (&json!("Message revoked"), &json!("7")));
        assert_eq!((&shown["silent"], &device["pushes"]), (&json!(true), &json!(1)));
    }

    /// Every user of `d0`, `d1`, .. reads the notice in the message's place and hears nothing, and nothing was wrong.
    pub async fn overwrites(&self, case: &Case, client: &dyn ChannelClient, devices: usize) {
        assert_eq!(case.revoke(client).await, vec![overwritten(); devices]);
        for token in ["d0", &format!("d{}", devices - 1)] {
            self.overwritten(token).await;
        }
        self.nothing_was_wrong().await;
    }

    async fn control(&self, path: &str, body: &Value) -> Value {
        let request = http::Request::post(format!("{}{path}", self.sim.control))
            .body(body.to_string())
            .unwrap();
        ask(path, request).await
    }

    async fn look(&self, path: &str) -> Value {
        let request = http::Request::get(format!("{}{path}", self.sim.control))
            .body(String::new())
            .unwrap();
        ask(path, request).await
    }
}

async fn ask(path: &str, request: http::Request<String>) -> Value {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request.map(|body| Full::new(Bytes::from(body)))).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn every_vendor_has_a_simulator_of_its_own() {
    let sim = Sim::start(&Options::default()).unwrap();
    let vendors = Channel::dispatched().filter(|channel| channel.facts().peer == Peer::Vendor);
    let vendors: BTreeSet<&str> = vendors.map(Channel::as_str).collect();
    assert_eq!(sim.urls.keys().copied().collect::<BTreeSet<_>>(), vendors);
}
