//! The tokens of service accounts (PS256 JWTs).

use serde_json::{Value, json};

use crate::support::harmony::{Account, CLIENT, PROJECT, Service, claims, header, message, recall, with};
use crate::support::{apns, asked};

/// The answer to a correct notice with this token.
async fn send_with(world: &Service, token: &str) -> (u16, Value) {
    let (status, answer) = asked(
        world
            .harmony_bare(&format!("/v3/{PROJECT}/messages:send"), &message(&["device-1"]))
            .header("authorization", format!("Bearer {token}"))
            .header("push-type", "0"),
    )
    .await;
    (status, answer["code"].clone())
}

#[tokio::test]
async fn a_token_is_good_for_both_calls() {
    let world = Service::start().await;
    world.harmony_devices(&["device-1"]).await;
    assert_eq!(world.harmony_send(&message(&["device-1"])).await.1["code"], "80000000");
    assert_eq!(world.harmony_revoke(&recall(&["device-1"])).await.1["code"], "80000000");
    // A token that is good for a whole day is as long as it may be.
    let now = apns::now_s();
    let day = with(&claims(), &json!({ "iat": now, "exp": now + 86_400 }));
    let token = world.account.token_of(&header(), &day);
    assert_eq!(send_with(&world, &token).await, (200, json!("80000000")));
    assert_eq!(world.violations("harmony").await, Vec::<String>::new());
    assert_eq!(world.stats("harmony").await["sessions_seen"], json!(3));
}

#[tokio::test]
async fn a_token_that_is_not_as_described_is_refused() {
    let world = Service::start().await;
    world.harmony_devices(&["device-1"]).await;
    let account = &world.account;
    let good = account.token();
    let now = apns::now_s();
    let tokens = [
        "not.a-token".to_owned(),
        format!("{good}.more"),
        good[..good.len() - 4].to_owned(),
        Account::generate().token(),
        account.token_by_pkcs1(&with(&header(), &json!({ "alg": "RS256" }))),
        account.token_by_pkcs1(&header()),
        account.token_of(&with(&header(), &json!({ "alg": "RS256" })), &claims()),
        account.token_of(&with(&header(), &json!({ "kid": null })), &claims()),
        account.token_of(&with(&header(), &json!({ "typ": null })), &claims()),
        account.token_of(&header(), &with(&claims(), &json!({ "aud": "https://push-api.cloud.huawei.com" }))),
        account.token_of(&header(), &with(&claims(), &json!({ "aud": null }))),
        account.token_of(&header(), &with(&claims(), &json!({ "iss": "somebody" }))),
        account.token_of(&header(), &with(&claims(), &json!({ "sub": "somebody" }))),
        account.token_of(&header(), &with(&claims(), &json!({ "iat": now + 600 }))),
        account.token_of(&header(), &with(&claims(), &json!({ "exp": null }))),
    ];
    for token in &tokens {
        assert_eq!(send_with(&world, token).await, (401, json!("80200001")), "{token}");
    }
    assert_eq!(world.violations("harmony").await.len(), tokens.len());
    assert_eq!(world.device("harmony", "device-1").await["pushes"], json!(0));
}

#[tokio::test]
async fn a_key_that_nobody_registered_is_a_setting_and_no_violation() {
    let world = Service::start().await;
    let token = world.account.token_of(&with(&header(), &json!({ "kid": "other" })), &claims());
    assert_eq!(send_with(&world, &token).await, (401, json!("80200001")));
    assert_eq!(world.violations("harmony").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_token_for_more_than_a_day_has_a_code_of_its_own_and_so_has_one_that_is_over() {
    let world = Service::start().await;
    let now = apns::now_s();
    for (iat, exp, code) in [(now, now + 86_401, "80300036"), (now - 3_700, now - 100, "80200003")] {
        let token = world
            .account
            .token_of(&header(), &with(&claims(), &json!({ "iat": iat, "exp": exp })));
        assert_eq!(send_with(&world, &token).await, (401, json!(code)));
    }
    assert_eq!(world.violations("harmony").await.len(), 2);
}

#[tokio::test]
async fn tokens_expired_by_order_are_no_violation_and_a_new_one_works() {
    let world = Service::start().await;
    world.harmony_devices(&["device-1"]).await;
    let token = world.account.token();
    assert_eq!(send_with(&world, &token).await.0, 200);
    world.order("harmony", json!({ "expire_sessions": true })).await;
    assert_eq!(send_with(&world, &token).await, (401, json!("80200003")));
    assert_eq!(send_with(&world, &world.account.token()).await.0, 200);
    assert_eq!(world.violations("harmony").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_token_speaks_for_its_own_project_and_its_apps() {
    let world = Service::start().await;
    let other = Account::generate();
    let registration = with(
        &other.registration(),
        &json!({ "project_id": "2", "client_id": "app-2", "key_id": "key-2" }),
    );
    world.control("/apps", registration).await;
    let token = other.token_of(&with(&header(), &json!({ "kid": "key-2" })), &claims());
    assert_eq!(send_with(&world, &token).await, (401, json!("80200001")));
    let request = world
        .harmony_bare(&format!("/v1/{CLIENT}/messages:revoke"), &recall(&["device-1"]))
        .header("authorization", format!("Bearer {token}"))
        .header("push-type", "0");
    assert_eq!(asked(request).await.1["code"], "80300002");
    assert_eq!(world.violations("harmony").await.len(), 2);
}

#[tokio::test]
async fn a_call_needs_a_bearer_token_and_a_push_type() {
    let world = Service::start().await;
    let paths = [format!("/v3/{PROJECT}/messages:send"), format!("/v1/{CLIENT}/messages:revoke")];
    for path in &paths {
        let request = world.harmony_bare(path, &json!({})).header("push-type", "0");
        assert_eq!(asked(request).await.1["code"], "80200001", "{path}");
        let request = world
            .harmony_bare(path, &json!({}))
            .header("authorization", format!("Bearer {}", world.account.token()));
        assert_eq!(asked(request).await.1["code"], "80100003", "{path}");
    }
    // Neither Android's address nor a login is one of this vendor's.
    for path in [format!("/v1/{CLIENT}/messages:send"), "/oauth2/v3/token".to_owned()] {
        assert_eq!(asked(world.harmony_request(&path, &json!({}))).await.0, 404, "{path}");
    }
}
