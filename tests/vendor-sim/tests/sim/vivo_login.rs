//! vivo's `POST /message/auth`.

use serde_json::json;

use crate::support::apns::now_ms;
use crate::support::vivo::{SECRET, changed, login_body, sign};
use crate::support::{World, asked};

#[tokio::test]
async fn a_signature_gives_a_token() {
    let world = World::start().await;
    let (status, answer) = asked(world.vivo_bare("auth", &login_body(now_ms()))).await;
    assert_eq!((status, &answer["result"], &answer["desc"]), (200, &json!(0), &json!("请求成功")));
    assert!(answer["authToken"].as_str().unwrap().len() > 40);
    assert_eq!(world.stats("vivo").await["logins"], json!(1));
    assert_eq!(world.violations("vivo").await, Vec::<String>::new());
}

#[tokio::test]
async fn wrong_credentials_are_the_operators_mistake_and_no_violation() {
    let world = World::start().await;
    let good = login_body(now_ms());
    let other = [
        changed(&good, "appId", json!(1)),
        changed(&good, "appKey", json!("unknown")),
        changed(&good, "sign", json!(sign(now_ms(), "wrong"))),
    ];
    for body in other {
        assert_eq!(asked(world.vivo_bare("auth", &body)).await.1["result"], json!(10203), "{body}");
    }
    assert_eq!(world.violations("vivo").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_login_that_is_not_as_described_is_refused() {
    let world = World::start().await;
    let now = now_ms();
    let good = login_body(now);
    let other = [
        login_body(now - 601_000),
        login_body(now / 1000),
        changed(&good, "sign", json!(sign(now, SECRET).to_uppercase())),
        changed(&good, "sign", json!(null)),
        changed(&good, "appId", json!("10004")),
        changed(&good, "scope", json!("push")),
    ];
    for body in &other {
        assert_eq!(asked(world.vivo_bare("auth", body)).await.1["result"], json!(10200), "{body}");
    }
    assert_eq!(world.violations("vivo").await.len(), other.len());
    let get = world.client.get(format!("{}/message/auth", world.sim.url("vivo")));
    assert_eq!(asked(get).await.0, 405);
}

#[tokio::test]
async fn errors_of_choice_befall_logins() {
    let world = World::start().await;
    world
        .order("vivo", json!({ "error_next": { "n": 1, "status": 500, "on": "login" } }))
        .await;
    assert_eq!(asked(world.vivo_bare("auth", &login_body(now_ms()))).await.0, 500);
    assert_eq!(asked(world.vivo_bare("auth", &login_body(now_ms()))).await.0, 200);
}
