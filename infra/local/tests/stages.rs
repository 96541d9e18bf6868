//! The commands of docs/deploy.md, as they are typed.

use local_stack::{Credentials, LocalAws, Tools, built_binaries, package_local};
use serde_json::json;

#[tokio::test]
#[ignore = "starts the local AWS; the Makefile runs it once the functions are built"]
async fn production_is_deployed_frozen_and_thawed_by_its_commands_and_not_destroyed() {
    let tools = Tools::ensure().await.unwrap();
    package_local(&built_binaries().unwrap()).unwrap();
    let aws = LocalAws::start(&tools).await.unwrap();
    let gateway = aws.endpoint().replace("http://", "");
    let parameters = format!("LocalGateway={gateway} LogLevel=warn");
    let said = async |target: &str, stage: &str| {
        let variables = [("STAGE", stage), ("PARAMETERS", parameters.as_str())];
        let output = aws.make(target, &variables).await.unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        (output.status.success(), said)
    };

    let (done, told) = said("deploy", "production").await;
    assert!(done, "{told}");
    // With workers that are kept for it, and with everything else that production sets.
    aws.invoke("dispatch-huawei", &json!({ "Records": [] })).await.unwrap();

    for (target, stage, why) in [
        ("destroy", "production", "production is not destroyed by a command"),
        ("destroy", "", "there is no stage ''"),
        ("deploy", "test", "there is no stage 'test'"),
    ] {
        let (done, said) = said(target, stage).await;
        assert!(!done && said.contains(why), "{target} {stage}: {said}");
    }
    let concurrency = async |call: &str| {
        let call = format!("aws lambda {call} --function-name message-revoke-gate --query ReservedConcurrentExecutions");
        let output = aws.shell(&call, &Credentials::root(), &[], &[]).await.unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let kept = async || concurrency("get-function-concurrency").await;
    // The local AWS keeps it when it is called, and not for a template.
    let keep = "put-function-concurrency --reserved-concurrent-executions 100";
    assert_eq!(concurrency(keep).await, "100");
    // Twice: the second finds nothing but zeros, and must not take them for what there was.
    for target in ["freeze", "freeze"] {
        let (done, told) = said(target, "production").await;
        assert!(done && told.contains("are stopped"), "{told}");
        assert_eq!(kept().await, "0");
    }
    let (done, told) = said("thaw", "production").await;
    assert!(done && told.contains("run again"), "{told}");
    assert_eq!(kept().await, "100");
    let (done, told) = said("thaw", "production").await;
    assert!(!done && told.contains("was not frozen from here"), "{told}");
    aws.invoke("dispatch-huawei", &json!({ "Records": [] })).await.unwrap();
}
