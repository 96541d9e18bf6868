//! The commands of docs/deploy.md, as they are typed.

use local_stack::{LocalAws, Tools, built_binaries, package_local};
use serde_json::json;

#[tokio::test]
#[ignore = "starts the local AWS; the Makefile runs it once the functions are built"]
async fn every_stage_is_deployed_by_its_command_and_production_is_not_destroyed() {
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

    for stage in ["dev", "production"] {
        let (done, said) = said("deploy", stage).await;
        assert!(done, "{stage}: {said}");
    }
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
    let (done, told) = said("destroy", "dev").await;
    assert!(done, "{told}");
    aws.invoke("dispatch-huawei", &json!({ "Records": [] })).await.unwrap();
}
