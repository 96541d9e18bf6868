//! `DynamoDB` inside the test process, builders, and answers that get lost on purpose.

mod build;
mod faults;
mod kms;

pub use build::*;
pub use faults::{Fault, Faults};
pub use kms::{KMS_KEY, Kms};

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use revocation_app::ports::{BatchRecorder, Clock, Recorded};
use revocation_aws::{DynamoAccessKeys, DynamoDevices, DynamoNonces, DynamoPushStore, DynamoVendorSessions};
use revocation_rules::batch::BatchHeader;

pub const PUSHES: &str = "pushes";
pub const CONNECTIONS: &str = "connections";
pub const ACCESS_KEYS: &str = "access_keys";
pub const RPC_NONCES: &str = "rpc_nonces";
pub const VENDOR_SESSIONS: &str = "vendor_sessions";

pub type Item = HashMap<String, AttributeValue>;

/// A clock that stands still until it is set.
pub struct StillClock(pub Mutex<Timestamp>);

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A clock that stands at this time.
pub fn still(at: Timestamp) -> Arc<StillClock> {
    Arc::new(StillClock(Mutex::new(at)))
}

/// A fresh `DynamoDB` with the tables in it, and the stores over it.
pub struct Stand {
    pub client: Client,
    pub store: DynamoPushStore,
    pub keys: DynamoAccessKeys,
    pub sessions: DynamoVendorSessions,
    pub devices: DynamoDevices,
    pub nonces: DynamoNonces,
    pub faults: Faults,
}

impl Stand {
    pub async fn new() -> Self {
        let database = dynoxide::Database::memory().unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, database));
        let faults = Faults::default();
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-central-1"))
            .endpoint_url(endpoint)
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
            .http_client(faults.over(aws_smithy_http_client::Builder::new().build_http()))
            .build();
        let client = Client::from_conf(config);
        revocation_aws::schema::create_tables(&client, PUSHES, ACCESS_KEYS).await.unwrap();
        revocation_aws::schema::create_vendor_sessions(&client, VENDOR_SESSIONS)
            .await
            .unwrap();
        revocation_aws::schema::create_rpc_nonces(&client, RPC_NONCES).await.unwrap();
        revocation_aws::schema::create_connections(&client, CONNECTIONS).await.unwrap();
        Self {
            store: DynamoPushStore::new(client.clone(), PUSHES).with_clock(Arc::new(StillClock(Mutex::new(now())))),
            keys: DynamoAccessKeys::new(client.clone(), ACCESS_KEYS),
            sessions: DynamoVendorSessions::new(client.clone(), VENDOR_SESSIONS),
            devices: DynamoDevices::new(client.clone(), CONNECTIONS),
            nonces: DynamoNonces::new(client.clone(), RPC_NONCES),
            client,
            faults,
        }
    }

    /// Every item whose sort key starts with `sk`.
    pub async fn items(&self, sk: &str) -> Vec<Item> {
        let mut all = self.client.scan().table_name(PUSHES).into_paginator().items().send();
        let mut found = Vec::new();
        while let Some(item) = all.next().await {
            let item = item.unwrap();
            if matches!(item.get("sk"), Some(AttributeValue::S(name)) if name.starts_with(sk)) {
                found.push(item);
            }
        }
        found
    }

    /// The only item whose sort key starts with `sk`.
    pub async fn item(&self, sk: &str) -> Item {
        let mut items = self.items(sk).await;
        assert_eq!(items.len(), 1, "items under {sk}");
        items.remove(0)
    }

    /// Deletes the only item whose sort key starts with `sk`, as TTL does.
    pub async fn delete(&self, sk: &str) {
        let item = self.item(sk).await;
        let delete = self.client.delete_item().table_name(PUSHES);
        let delete = delete.key("pk", item["pk"].clone()).key("sk", item["sk"].clone());
        delete.send().await.unwrap();
    }

    /// Records batch `b1` of task `t1` with so many deliveries. Nobody registered the task.
    pub async fn recorded(&self, count: u32) -> BatchHeader {
        let sent = deliveries(count);
        let header = a_header(&a_push(&task("t1")), "b1", &sent);
        assert_eq!(self.store.record(&header, &sent).await.unwrap(), Recorded::New);
        header
    }

    /// Writes an item as it is, past the store.
    pub async fn put(&self, item: Item) {
        self.client.put_item().table_name(PUSHES).set_item(Some(item)).send().await.unwrap();
    }
}

/// The number in an attribute.
pub fn number(item: &Item, attribute: &str) -> i64 {
    match item.get(attribute) {
        Some(AttributeValue::N(number)) => number.parse().unwrap(),
        other => panic!("{attribute} is {other:?}"),
    }
}

/// How large an item is, as `DynamoDB` counts it for what we store: texts, bytes, and numbers by their digits.
pub fn item_bytes(item: &Item) -> usize {
    let size = |(name, value): (&String, &AttributeValue)| {
        name.len()
            + match value {
                AttributeValue::S(text) => text.len(),
                AttributeValue::B(bytes) => bytes.as_ref().len(),
                AttributeValue::N(digits) => digits.len() / 2 + 1,
                other => panic!("{other:?}"),
            }
    };
    item.iter().map(size).sum()
}
