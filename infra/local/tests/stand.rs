//! The stack comes up from the template as it is, with access control on. Needs the functions built.

use std::net::TcpStream;
use std::time::Duration;

use local_stack::{LocalAws, Tools, built_binaries, package_local};
use serde_json::json;

#[tokio::test]
#[ignore = "starts the local AWS; the Makefile runs it once the functions are built"]
async fn the_template_comes_up_and_its_functions_run() {
    let tools = Tools::ensure().await.unwrap();
    package_local(&built_binaries().unwrap()).unwrap();
    let aws = LocalAws::start(&tools).await.unwrap();
    let stack = aws
        .deploy(&[("LogLevel", "warn"), ("ExtraCaPem", "-----BEGIN-----\nA=\n-----END-----\n")])
        .await
        .unwrap();
    assert!(stack.get("FanoutQueueUrl").unwrap().starts_with("http"));
    assert!(stack.get("SocketUrl").unwrap().starts_with("ws://127.0.0.1:"));
    assert!(stack.get("NoSuchThing").is_err());

    // A second deployment with nothing new is no failure and finds the same stack.
    let again = aws.deploy(&[]).await.unwrap();
    assert_eq!(again.api_url(), stack.api_url());

    aws.put_secret("message-revoke/app/workspace/huawei", "{}").await.unwrap();
    assert!(aws.put_secret("message-revoke/app/workspace/huawei", "{}").await.is_err());

    aws.invoke("sweep", &json!({})).await.unwrap();
    assert!(aws.invoke("no-such-function", &json!({})).await.is_err());
    let mut log = String::new();
    for _ in 0..50 {
        log = aws.function_log("sweep").await.unwrap();
        if log.contains("END RequestId") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(log.contains("START RequestId"), "{log}");

    let endpoint = aws.endpoint();
    let address = endpoint.strip_prefix("http://").unwrap();
    assert!(TcpStream::connect(address).is_ok());
    drop(aws);
    // A killed process closes its sockets a moment later.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(TcpStream::connect(address).is_err(), "it still answers");
}
