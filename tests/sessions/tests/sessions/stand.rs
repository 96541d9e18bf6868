//! The simulator, a table, and workers over them.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials as AwsCredentials, Region};
use futures::future::join_all;
use revocation_app::ports::ChannelClient;
use revocation_aws::{DynamoVendorSessions, SystemClock, schema};
use revocation_channels::{Settings, Timeouts, connect_with};
use revocation_rules::batch::Handle;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::ids::DeviceToken;
use revocation_rules::retry::Answer;
use revocation_testkit::{Case, Documents};
use serde_json::{Value, json};
use vendor_sim::{Options, Sim};

use crate::vendors::{Login, Vendor};

const TABLE: &str = "vendor_sessions";
/// 300 handshakes at once on one machine take their time, and so do 300 looks at the table.
const PATIENT: Timeouts = Timeouts {
    connect: Duration::from_mins(1),
    answer: Duration::from_mins(1),
    ping_every: Duration::from_mins(1),
    ping_answer: Duration::from_mins(1),
    shared: Duration::from_mins(1),
};

/// One environment of `dispatch`.
pub struct Worker(Box<dyn ChannelClient>);

pub struct Stand {
    sim: Sim,
    http: reqwest::Client,
    dynamodb: String,
    channel: Channel,
    strategy: Strategy,
    handle: Handle,
    has_login: bool,
    devices: Vec<DeviceToken>,
}

impl Stand {
    /// An empty table, and a vendor with an app and a device for each worker.
    pub async fn new(vendor: &Vendor) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let dynamodb = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, dynoxide::Database::memory().unwrap()));
        let tokens: Vec<String> = (0..crate::WORKERS).map(|n| format!("{n:064x}")).collect();
        let stand = Self {
            sim: Sim::start(&Options::default()).unwrap(),
            http: reqwest::Client::new(),
            dynamodb,
            channel: vendor.channel,
            strategy: vendor.strategy,
            handle: vendor.handle.clone(),
            has_login: matches!(vendor.login, Login::With { .. }),
            devices: tokens.iter().map(|token| token.parse().unwrap()).collect(),
        };
        schema::create_vendor_sessions(&stand.client(), TABLE).await.unwrap();
        stand.control("/apps", vendor.app.clone()).await;
        let devices = json!({"vendor": vendor.channel.as_str(), "app": vendor.app_name, "tokens": tokens});
        stand.control("/devices", devices).await;
        stand
    }

    pub async fn control(&self, path: &str, body: Value) {
        let answer = self
            .http
            .post(format!("{}{path}", self.sim.control))
            .json(&body)
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
    }

    /// One of the vendor's statistics.
    pub async fn stat(&self, name: &str) -> u64 {
        self.stats().await[name].as_u64().unwrap()
    }

    async fn stats(&self) -> Value {
        let answer = self.http.get(format!("{}/stats", self.sim.control)).send().await.unwrap();
        answer.json::<Value>().await.unwrap()[self.channel.as_str()].take()
    }

    /// The vendor saw that many sessions in all, each opened once, and nothing it minds.
    pub async fn counted(&self, sessions: u64, when: &str) {
        let stats = self.stats().await;
        assert_eq!(stats["sessions_seen"], sessions, "{}, {when}: {stats:#}", self.channel);
        let logins = if self.has_login { sessions } else { 0 };
        assert_eq!(stats["logins"], logins, "{when}: {stats:#}");
        assert_eq!(stats["violation_count"], 0, "{when}: {stats:#}");
    }

    /// A worker that knows nothing yet.
    pub fn worker(&self, credentials: &Value) -> Worker {
        let url = self.sim.url(self.channel.as_str());
        let known = revocation_channels::settings(self.channel).iter();
        let addresses = known.filter(|setting| setting.default.starts_with("https://"));
        let settings = Settings {
            set: addresses.map(|address| (address.name, url.to_owned())).collect(),
            extra_ca_pem: Some(self.sim.ca_pem.clone()),
            ..Settings::default()
        };
        let sessions = DynamoVendorSessions::new(self.client(), TABLE);
        let client = connect_with(
            self.channel,
            &settings,
            PATIENT,
            Documents::new([Some(credentials.to_string())]),
            Arc::new(sessions),
            Arc::new(SystemClock),
        );
        Worker(client.unwrap())
    }

    /// All workers at once, each with a device of its own.
    pub async fn all_revoke(&self, workers: &[Worker]) -> Vec<Answer> {
        let all = workers.iter().zip(&self.devices);
        join_all(all.map(|(worker, device)| self.revoke(worker, device))).await
    }

    async fn revoke(&self, worker: &Worker, device: &DeviceToken) -> Answer {
        let case = Case::new([(device.as_str().to_owned(), Some(self.handle.clone()))]);
        case.by(self.strategy).revoke(&*worker.0).await.remove(0)
    }

    fn client(&self) -> Client {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-central-1"))
            .endpoint_url(&self.dynamodb)
            .credentials_provider(AwsCredentials::new("test", "test", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        Client::from_conf(config)
    }
}
