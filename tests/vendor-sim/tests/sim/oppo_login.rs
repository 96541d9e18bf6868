//! OPPO's `POST /server/v1/auth`.

use serde_json::{Value, json};

use crate::support::apns::now_ms;
use crate::support::oppo::{SECRET, login_form, sign};
use crate::support::{World, asked, form_with};

async fn login(world: &World, changes: &[(&'static str, &str)]) -> Value {
    let (status, body) = asked(world.oppo_form("/server/v1/auth", &form_with(&login_form(), changes))).await;
    assert_eq!(status, 200);
    body
}

#[tokio::test]
async fn a_signature_gives_a_token() {
    let world = World::start().await;
    let answer = login(&world, &[]).await;
    assert_eq!((&answer["code"], &answer["message"]), (&json!(0), &json!("success")));
    assert!(answer["data"]["auth_token"].as_str().unwrap().len() > 40);
    assert!(answer["data"]["create_time"].as_u64().unwrap() > 1_700_000_000_000);
    let stats = world.stats("oppo").await;
    assert_eq!((&stats["logins"], &stats["calls"]), (&json!(1), &json!(0)));
    assert_eq!(world.violations("oppo").await, Vec::<String>::new());
}

#[tokio::test]
async fn wrong_credentials_are_the_operators_mistake_and_no_violation() {
    let world = World::start().await;
    assert_eq!(login(&world, &[("app_key", "unknown")]).await["code"], json!(14));
    let now = now_ms();
    let wrong = [("timestamp", &*now.to_string()), ("sign", &*sign(now, "wrong"))];
    assert_eq!(login(&world, &wrong).await["code"], json!(16));
    assert_eq!(world.violations("oppo").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_login_that_is_not_as_described_is_refused() {
    let world = World::start().await;
    let now = now_ms();
    let off = |ms: u64| (ms.to_string(), sign(ms, SECRET));
    let (late, late_sign) = off(now - 601_000);
    let (seconds, seconds_sign) = off(now / 1000);
    let upper = sign(now, SECRET).to_uppercase();
    let now = now.to_string();
    let cases: [(&[(&'static str, &str)], i64); 8] = [
        (&[("app_key", "")], 15),
        (&[("timestamp", "")], 18),
        (&[("sign", "")], 17),
        (&[("timestamp", &late), ("sign", &late_sign)], 19),
        (&[("timestamp", &seconds), ("sign", &seconds_sign)], 19),
        (&[("timestamp", "now")], 19),
        (&[("timestamp", &now), ("sign", &upper)], 16),
        (&[("scope", "push")], 41),
    ];
    for (changes, code) in cases {
        assert_eq!(login(&world, changes).await["code"], json!(code), "{changes:?}");
    }
    assert_eq!(world.violations("oppo").await.len(), cases.len());
    let get = world.client.get(format!("{}/server/v1/auth", world.sim.url("oppo")));
    assert_eq!(asked(get).await.0, 405);
    let as_json = world
        .client
        .post(format!("{}/server/v1/auth", world.sim.url("oppo")))
        .json(&json!({}));
    assert_eq!(asked(as_json).await.1["code"], json!(41));
}

#[tokio::test]
async fn errors_of_choice_befall_logins() {
    let world = World::start().await;
    world
        .order(
            "oppo",
            json!({ "error_next": { "n": 1, "status": 200, "code": "-1", "on": "login" } }),
        )
        .await;
    assert_eq!(login(&world, &[]).await["code"], json!(-1));
    assert_eq!(login(&world, &[]).await["code"], json!(0));
}
