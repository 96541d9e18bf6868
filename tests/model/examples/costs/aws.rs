//! `DynamoDB` in another process, and queues that take everything.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use revocation_aws::{DynamoPushStore, QueueUrls, SqsJobQueue};
use revocation_rules::channel::Channel;

use crate::Failure;

pub const SERVE: &str = "serve-dynamodb";
const TABLE: &str = "pushes";

/// Serves `DynamoDB` until it is killed, and says where.
pub async fn serve() -> Result<(), Failure> {
    let database = dynoxide::Database::memory()?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    dynoxide::server::serve_on(listener, database).await;
    Ok(())
}

/// The adapters that are measured.
pub struct Adapters {
    pub store: DynamoPushStore,
    pub queue: SqsJobQueue,
    emulator: Child,
}

impl Drop for Adapters {
    fn drop(&mut self) {
        let _ = self.emulator.kill();
        let _ = self.emulator.wait();
    }
}

impl Adapters {
    pub async fn new() -> Result<Self, Failure> {
        let mut emulator = Command::new(std::env::current_exe()?).arg(SERVE).stdout(Stdio::piped()).spawn()?;
        let said = emulator.stdout.take().ok_or("the emulator says nothing")?;
        let mut endpoint = String::new();
        BufReader::new(said).read_line(&mut endpoint)?;
        let credentials = Credentials::new("test", "test", None, None, "test");
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-central-1"))
            .endpoint_url(endpoint.trim())
            .credentials_provider(credentials.clone())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        let client = aws_sdk_dynamodb::Client::from_conf(config);
        revocation_aws::schema::create_tables(&client, TABLE, "access_keys").await?;
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-central-1"))
            .credentials_provider(credentials)
            .http_client(TakesAll)
            .build();
        let urls = QueueUrls {
            fanout: "https://sqs.eu-central-1.amazonaws.com/1/fanout".to_owned(),
            dispatch: [(Channel::Huawei, "https://sqs.eu-central-1.amazonaws.com/1/huawei".to_owned())].into(),
            ..QueueUrls::default()
        };
        Ok(Self {
            store: DynamoPushStore::new(client, TABLE),
            queue: SqsJobQueue::new(aws_sdk_sqs::Client::from_conf(config), urls),
            emulator,
        })
    }
}

/// SQS that takes every message.
#[derive(Debug, Clone)]
struct TakesAll;

impl HttpClient for TakesAll {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for TakesAll {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let Ok(status) = 200_u16.try_into() else {
            unreachable!("200 is a status")
        };
        let mut answer = HttpResponse::new(status, SdkBody::from(r#"{"Successful":[],"Failed":[]}"#));
        answer.headers_mut().insert("content-type", "application/x-amz-json-1.0");
        HttpConnectorFuture::ready(Ok(answer))
    }
}
