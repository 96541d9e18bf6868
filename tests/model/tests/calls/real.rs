//! The real adapters, and what they ask.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use revocation_app::ports::Clock;
use revocation_aws::{DynamoPushStore, QueueUrls, SqsJobQueue};
use revocation_rules::channel::Channel;
use revocation_testkit::FakeChannel;
use serde_json::Value;

use crate::scene::{Written, clock, sorted};

const TABLE: &str = "pushes";

#[derive(Debug, Clone, Default)]
struct Heard(Arc<Mutex<Vec<Written>>>);

pub struct Real {
    pub store: DynamoPushStore,
    pub queue: SqsJobQueue,
    pub vendor: FakeChannel,
    heard: Heard,
}

impl Real {
    pub async fn new() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, dynoxide::Database::memory().unwrap()));
        let heard = Heard::default();
        let credentials = Credentials::new("test", "test", None, None, "test");
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-central-1"))
            .endpoint_url(endpoint)
            .credentials_provider(credentials.clone())
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
            .http_client(Listener {
                to: Some(SharedHttpClient::new(aws_smithy_http_client::Builder::new().build_http())),
                heard: heard.clone(),
            })
            .build();
        let client = aws_sdk_dynamodb::Client::from_conf(config);
        revocation_aws::schema::create_tables(&client, TABLE, "access_keys").await.unwrap();
        heard.0.lock().unwrap().clear();
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-central-1"))
            .credentials_provider(credentials)
            .http_client(Listener {
                to: None,
                heard: heard.clone(),
            })
            .build();
        let urls = QueueUrls {
            fanout: "https://sqs.eu-central-1.amazonaws.com/1/fanout".to_owned(),
            dispatch: [(Channel::Huawei, "https://sqs.eu-central-1.amazonaws.com/1/huawei".to_owned())].into(),
            ..QueueUrls::default()
        };
        let at: Arc<dyn Clock> = Arc::new(clock());
        Self {
            store: DynamoPushStore::new(client, TABLE).with_clock(at),
            queue: SqsJobQueue::new(aws_sdk_sqs::Client::from_conf(config), urls),
            vendor: FakeChannel::new(&clock()),
            heard,
        }
    }

    /// What was called since it was asked last.
    pub fn take(&self) -> Vec<Written> {
        sorted(std::mem::take(&mut *self.heard.0.lock().unwrap()))
    }
}

/// Writes down each call and hands it on, or, for SQS, says yes to it.
#[derive(Debug, Clone)]
struct Listener {
    to: Option<SharedHttpClient>,
    heard: Heard,
}

#[derive(Debug)]
struct Connector {
    to: Option<SharedHttpConnector>,
    heard: Heard,
}

impl HttpClient for Listener {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            to: self.to.as_ref().map(|to| to.http_connector(settings, components)),
            heard: self.heard.clone(),
        })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let mut touched = touched(&operation, &body);
        touched.sort();
        self.heard.0.lock().unwrap().push((operation, touched));
        if let Some(to) = &self.to {
            to.call(request)
        } else {
            let answer = SdkBody::from(r#"{"Successful":[],"Failed":[]}"#);
            let mut answer = HttpResponse::new(200_u16.try_into().unwrap(), answer);
            answer.headers_mut().insert("content-type", "application/x-amz-json-1.0");
            HttpConnectorFuture::ready(Ok(answer))
        }
    }
}

fn text(value: &Value) -> String {
    value["S"].as_str().unwrap().to_owned()
}

/// The partitions that a call touches, and the units of each item that it writes whole.
fn touched(operation: &str, body: &Value) -> Vec<String> {
    match operation {
        "GetItem" => vec![text(&body["Key"]["pk"])],
        "UpdateItem" => vec![updated(body, 1.0)],
        "PutItem" => vec![put(&body["Item"], 1.0)],
        "BatchGetItem" => {
            let keys = body["RequestItems"][TABLE]["Keys"].as_array().unwrap();
            keys.iter().map(|key| text(&key["pk"])).collect()
        }
        "Query" => {
            let values = body["ExpressionAttributeValues"].as_object().unwrap();
            let pk = values.get(":pk").or_else(|| values.get(":open")).unwrap();
            vec![text(pk)]
        }
        "TransactWriteItems" => {
            let items = body["TransactItems"].as_array().unwrap();
            let one = |item: &Value| match item.get("Put") {
                Some(whole) => put(&whole["Item"], 2.0),
                None => updated(&item["Update"], 2.0),
            };
            items.iter().map(one).collect()
        }
        "SendMessageBatch" | "CreateTable" => vec![],
        other => panic!("{other} is not known here"),
    }
}

fn put(item: &Value, times: f64) -> String {
    let bytes: usize = item.as_object().unwrap().iter().map(|(name, value)| name.len() + size(value)).sum();
    format!("{} {}", text(&item["pk"]), times * scale_model::dynamo::write_units(bytes))
}

/// An update says what it changes and not how large the item is: those of the scene are small.
fn updated(update: &Value, times: f64) -> String {
    format!("{} {times}", text(&update["Key"]["pk"]))
}

fn size(value: &Value) -> usize {
    let (kind, inner) = value.as_object().unwrap().iter().next().unwrap();
    let inner = inner.as_str().unwrap();
    match kind.as_str() {
        "S" => inner.len(),
        "N" => inner.len().div_ceil(2) + 1,
        "B" => inner.trim_end_matches('=').len() * 3 / 4,
        other => panic!("an attribute of kind {other}"),
    }
}
