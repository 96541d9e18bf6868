//! Honor's login.

use serde_json::{Value, json};

use crate::support::honor::{CLIENT, SECRET};
use crate::support::{World, asked};

#[tokio::test]
async fn client_credentials_give_an_access_token_for_an_hour() {
    let world = World::start().await;
    let form = format!("grant_type=client_credentials&client_id={CLIENT}&client_secret={SECRET}");
    // The newer path and the one of the first articles.
    for path in ["/auth/token", "/auth/realms/developer/protocol/openid-connect/token"] {
        let (status, answer) = asked(world.honor_form(path, &form)).await;
        assert_eq!(status, 200, "{path}");
        assert!(answer["access_token"].as_str().unwrap().len() > 40);
        assert_eq!((&answer["expires_in"], &answer["token_type"]), (&json!(3600), &json!("Bearer")));
    }
    assert_eq!(world.stats("honor").await["logins"], json!(2));
    assert_eq!(world.violations("honor").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_wrong_client_or_secret_is_the_operators_mistake_and_no_violation() {
    let world = World::start().await;
    for (id, secret) in [(CLIENT, "wrong"), ("nobody", SECRET)] {
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let (status, answer) = asked(world.honor_form("/auth/token", &form)).await;
        assert_eq!(status, 401);
        assert_ne!(answer["error"], Value::Null);
    }
    assert_eq!(world.violations("honor").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_login_that_is_not_as_described_is_refused() {
    let good = format!("grant_type=client_credentials&client_id={CLIENT}&client_secret={SECRET}");
    let forms = [
        format!("client_id={CLIENT}&client_secret={SECRET}"),
        format!("grant_type=password&client_id={CLIENT}&client_secret={SECRET}"),
        format!("{good}&scope=push"),
        format!("{good}&client_id={CLIENT}"),
        String::new(),
    ];
    let world = World::start().await;
    for form in &forms {
        assert_eq!(asked(world.honor_form("/auth/token", form)).await.0, 400, "{form}");
    }
    let url = format!("{}/auth/token", world.sim.url("honor"));
    assert_eq!(asked(world.client.post(&url).json(&json!({}))).await.0, 400);
    assert_eq!(asked(world.client.get(&url)).await.0, 405);
    assert_eq!(world.violations("honor").await.len(), forms.len() + 2);
}
