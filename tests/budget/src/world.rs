//! The functions' own handlers, on the real adapters over the fake AWS.

use std::sync::Arc;

use fast_fakes::FastAws;
use http::Response;
use revocation_app::ports::Job;
use revocation_aws::{DynamoAccessKeys, DynamoPushStore, QueueUrls, SqsJobQueue, SystemClock, SystemDice, decode};
use revocation_http::auth::KeyCache;
use revocation_http::body::MAX_BODY_BYTES;
use revocation_lambda::http_event::{HttpEvent, HttpRequest};
use revocation_rules::channel::{Channel, Channels};
use revocation_wiring::Aws;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::aws::clients;
use crate::seed;

/// What API Gateway hands over.
const EVENT: &str = include_str!("../../../shared/lambda/src/fixtures/api_gateway.json");

pub struct World {
    pub aws: Arc<FastAws>,
    pub runtime: Runtime,
    pub store: DynamoPushStore,
    pub queue: SqsJobQueue,
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub channels: Channels,
    pub record: record::Deps<Aws>,
    pub revoke: revoke::Deps<Aws>,
    pub lookup: lookup::Deps<Aws>,
}

impl World {
    /// Empty, but for the key that everybody here asks with.
    pub fn new() -> Self {
        let aws = Arc::new(FastAws::default());
        let (dynamodb, sqs) = clients(Arc::clone(&aws));
        let store = DynamoPushStore::new(dynamodb.clone(), seed::PUSHES);
        let keys = || DynamoAccessKeys::new(dynamodb.clone(), seed::KEYS);
        let urls = QueueUrls {
            fanout: "https://queues/fanout".to_owned(),
            dispatch: Channel::dispatched()
                .map(|channel| (channel, format!("https://queues/dispatch-{channel}")))
                .collect(),
            ..QueueUrls::default()
        };
        let queue = SqsJobQueue::new(sqs, urls);
        let channels = Channels::new(Channel::dispatched());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(keys().insert(&seed::key())).unwrap();
        Self {
            record: record::Deps {
                store: store.clone(),
                queue: queue.clone(),
                channels: channels.clone(),
                keys: keys(),
                key_cache: KeyCache::default(),
                clock: SystemClock,
            },
            revoke: revoke::Deps {
                store: store.clone(),
                queue: queue.clone(),
                keys: keys(),
                key_cache: KeyCache::default(),
                channels: channels.clone(),
                clock: SystemClock,
                dice: SystemDice,
            },
            lookup: lookup::Deps {
                store: store.clone(),
                keys: keys(),
                key_cache: KeyCache::default(),
                clock: SystemClock,
            },
            aws,
            runtime,
            store,
            queue,
            dynamodb,
            channels,
        }
    }

    pub fn record(&self, request: &HttpRequest) {
        done(&self.runtime.block_on(record::handle(&self.record, request)));
    }

    pub fn revoke(&self, request: &HttpRequest) {
        done(&self.runtime.block_on(revoke::handle(&self.revoke, request)));
    }

    pub fn look_up(&self, request: &HttpRequest) {
        done(&self.runtime.block_on(lookup::handle(&self.lookup, request)));
    }

    /// The jobs that were queued since this was last called.
    pub fn jobs(&self) -> Vec<Job> {
        let messages = self.aws.take_messages();
        messages.iter().map(|message| decode(&message.body).unwrap()).collect()
    }
}

fn done(response: &Response<String>) {
    assert!(response.status().is_success(), "{}: {}", response.status(), response.body());
}

/// A request as it comes from the gateway.
pub fn request(method: &str, path: &str, query: &str, body: &Value) -> HttpRequest {
    let mut event: Value = serde_json::from_str(EVENT).unwrap();
    event["rawPath"] = path.into();
    event["rawQueryString"] = query.into();
    event["requestContext"]["http"]["method"] = method.into();
    event["headers"]["authorization"] = format!("Bearer {}.{}", seed::KEY, seed::SECRET).into();
    if !body.is_null() {
        event["headers"]["content-type"] = json!("application/json");
        event["body"] = body.to_string().into();
    }
    let event: HttpEvent = serde_json::from_value(event).unwrap();
    event.request("r-1".to_owned(), MAX_BODY_BYTES).unwrap()
}
