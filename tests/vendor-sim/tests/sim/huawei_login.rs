//! `POST /oauth2/v3/token`.

use serde_json::{Value, json};

use crate::support::World;
use crate::support::huawei::{APP, SECRET, answered};

#[tokio::test]
async fn client_credentials_give_an_access_token_for_an_hour() {
    let world = World::start().await;
    let form = format!("grant_type=client_credentials&client_id={APP}&client_secret={SECRET}");
    let answer = answered(world.login_form(&form)).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body["access_token"].as_str().unwrap().len() > 40);
    assert_eq!(answer.body["expires_in"], json!(3600));
    assert_eq!(answer.body["token_type"], json!("Bearer"));
    assert_eq!(world.stats("huawei").await["logins"], json!(1));
    assert_eq!(world.violations("huawei").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_wrong_secret_is_the_operators_mistake_and_no_violation() {
    let world = World::start().await;
    let form = format!("grant_type=client_credentials&client_id={APP}&client_secret=wrong");
    let answer = answered(world.login_form(&form)).await;
    assert_eq!(answer.status, 401);
    for field in ["error", "sub_error", "error_description"] {
        assert_ne!(answer.body[field], Value::Null, "{field}");
    }
    assert_eq!(world.violations("huawei").await, Vec::<String>::new());
}

#[tokio::test]
async fn an_unknown_client_is_refused() {
    let world = World::start().await;
    let form = format!("grant_type=client_credentials&client_id=1&client_secret={SECRET}");
    assert_eq!(answered(world.login_form(&form)).await.status, 401);
}

#[tokio::test]
async fn a_login_that_is_not_as_described_is_refused() {
    let good = format!("grant_type=client_credentials&client_id={APP}&client_secret={SECRET}");
    let forms = [
        format!("client_id={APP}&client_secret={SECRET}"),
        format!("grant_type=password&client_id={APP}&client_secret={SECRET}"),
        format!("{good}&scope=push"),
        format!("{good}&client_id={APP}"),
        String::new(),
    ];
    let world = World::start().await;
    for form in &forms {
        let answer = answered(world.login_form(form)).await;
        assert_eq!(answer.status, 400, "{form}");
    }
    assert_eq!(world.violations("huawei").await.len(), forms.len());
}

#[tokio::test]
async fn a_login_that_is_no_form_or_no_post_is_refused() {
    let world = World::start().await;
    let url = format!("{}/oauth2/v3/token", world.sim.url("huawei"));
    let as_json = world.client.post(&url).json(&json!({}));
    assert_eq!(answered(as_json).await.status, 400);
    assert_eq!(answered(world.client.get(&url)).await.status, 405);
    assert_eq!(world.violations("huawei").await.len(), 2);
}
