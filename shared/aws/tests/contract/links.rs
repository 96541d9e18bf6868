//! Frames over `@connections`, with the real SDK.

use std::sync::{Arc, Mutex};

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, Region, SharedCredentialsProvider};
use revocation_app::ports::{DeviceLinks, Posted};
use revocation_aws::ApiGatewayLinks;
use revocation_rules::frame::ToDevice;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A gateway that gives the same answer to every call; what it was asked is kept.
async fn gateway(answer: &'static str) -> (ApiGatewayLinks, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/_aws/execute-api/a1/live", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 16 * 1024];
            let mut length = 0;
            // Every frame of these tests ends with a brace.
            while !request[..length].ends_with(b"}") {
                length += stream.read(&mut request[length..]).await.unwrap();
            }
            kept.lock().unwrap().push(String::from_utf8_lossy(&request[..length]).into_owned());
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    let aws = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        // What the environment says of other services is not true of this one.
        .endpoint_url("http://127.0.0.1:1")
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("test", "test", None, None, "test")))
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    (ApiGatewayLinks::new(&aws, url, written), asked)
}

/// Stands for a device's wire format, which is not this crate's.
fn written(frame: &ToDevice) -> String {
    format!("{{{frame:?}}}")
}

async fn post(answer: &'static str) -> (Result<Posted, String>, Vec<String>) {
    let (links, asked) = gateway(answer).await;
    let connection = "L0SM9cOFvHcCIhw=".parse().unwrap();
    let posted = links.post(&connection, &ToDevice::Registered { missed: 0, more: false }).await;
    let posted = posted.map_err(|error| format!("{error:?}"));
    let asked = asked.lock().unwrap().clone();
    (posted, asked)
}

#[tokio::test]
async fn a_frame_is_posted_to_its_connection_under_the_stage() {
    let (posted, asked) = post("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
    assert_eq!(posted, Ok(Posted::Yes));
    let [request] = &asked[..] else { panic!("{asked:?}") };
    assert!(
        request.starts_with("POST /_aws/execute-api/a1/live/@connections/L0SM9cOFvHcCIhw%3D HTTP/1.1\r\n")
            || request.starts_with("POST /_aws/execute-api/a1/live/%40connections/L0SM9cOFvHcCIhw%3D HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(request.ends_with("{Registered { missed: 0, more: false }}"), "{request}");
}

#[tokio::test]
async fn a_connection_that_has_ended_is_gone() {
    let gone = "HTTP/1.1 410 Gone\r\nx-amzn-errortype: GoneException\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    assert_eq!(post(gone).await.0, Ok(Posted::Gone));
}

#[tokio::test]
async fn any_other_refusal_is_an_error_that_does_not_quote_the_frame() {
    for refusal in [
        "HTTP/1.1 403 Forbidden\r\nx-amzn-errortype: ForbiddenException\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 429 Too Many Requests\r\nx-amzn-errortype: LimitExceededException\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    ] {
        let error = post(refusal).await.0.unwrap_err();
        assert!(!error.contains("Registered"), "{error}");
    }
}
