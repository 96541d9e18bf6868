//! A KMS that keeps a secret by turning its bits around, and its encryption context beside it.

use std::time::Duration;

use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::base64::{decode, encode};
use aws_smithy_types::body::SdkBody;
use revocation_aws::KmsSeal;
use serde_json::{Value, json};

use super::Faults;

pub const KMS_KEY: &str = "11111111-2222-3333-4444-555555555555";

pub struct Kms {
    pub seal: KmsSeal,
    pub faults: Faults,
}

impl Kms {
    pub fn new() -> Self {
        let faults = Faults::default();
        let config = aws_sdk_kms::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
            .http_client(faults.over(FakeKms))
            .build();
        Self {
            seal: KmsSeal::new(aws_sdk_kms::Client::from_conf(config), KMS_KEY),
            faults,
        }
    }
}

#[derive(Debug, Clone)]
struct FakeKms;

impl HttpClient for FakeKms {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for FakeKms {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let asked: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let answer = match operation.as_str() {
            "TrentService.Encrypt" => Some(json!({ "CiphertextBlob": encode(sealed(&asked)) })),
            "TrentService.Decrypt" => opened(&asked).map(|secret| json!({ "Plaintext": encode(secret) })),
            other => panic!("{other}"),
        };
        let (status, body) = match answer {
            Some(answer) => (200, answer),
            None => (400, json!({ "__type": "InvalidCiphertextException" })),
        };
        let mut response = HttpResponse::new(u16::try_into(status).unwrap(), SdkBody::from(body.to_string()));
        response.headers_mut().insert("content-type", "application/x-amz-json-1.1");
        HttpConnectorFuture::ready(Ok(response))
    }
}

/// Framed at both ends, so that what was cut off is noticed.
fn frame(asked: &Value) -> String {
    format!("{}{}", asked["KeyId"], asked["EncryptionContext"])
}

fn sealed(asked: &Value) -> Vec<u8> {
    let secret = decode(asked["Plaintext"].as_str().unwrap()).unwrap();
    let turned = secret.iter().map(|byte| !byte);
    frame(asked).into_bytes().into_iter().chain(turned).chain(*b"end").collect()
}

fn opened(asked: &Value) -> Option<Vec<u8>> {
    let sealed = decode(asked["CiphertextBlob"].as_str().unwrap()).unwrap();
    let turned = sealed.strip_prefix(frame(asked).as_bytes())?.strip_suffix(b"end")?;
    Some(turned.iter().map(|byte| !byte).collect())
}
