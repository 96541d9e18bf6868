//! Provider tokens (ES256 JWTs).

use serde_json::{Value, json};

use crate::support::World;
use crate::support::apns::{Answered, KEY, Signer, TEAM, answered, now_s};

async fn push_with(world: &World, token: &str) -> Answered {
    answered(world.apns_request(token, 1)).await
}

fn header() -> Value {
    json!({ "alg": "ES256", "kid": KEY })
}

fn claims(age_s: u64) -> Value {
    json!({ "iss": TEAM, "iat": now_s() - age_s })
}

#[tokio::test]
async fn without_a_provider_token_nothing_is_sent() {
    let world = World::start().await;
    let answer = answered(world.apns_bare(&"ab".repeat(32))).await;
    assert_eq!((answer.status, answer.reason().as_str()), (403, "MissingProviderToken"));
}

#[tokio::test]
async fn a_token_that_is_not_as_described_is_invalid() {
    let world = World::start().await;
    let signer = &world.signer;
    let good = signer.token();
    let tokens = [
        "not.a-token".to_owned(),
        format!("{good}.more"),
        good[..good.len() - 4].to_owned(),
        Signer::generate().token(),
        signer.token_of(&json!({ "alg": "HS256", "kid": KEY }), &claims(0)),
        signer.token_of(&json!({ "alg": "ES256", "kid": "OTHER" }), &claims(0)),
        signer.token_of(&json!({ "alg": "ES256" }), &claims(0)),
        signer.token_of(&header(), &json!({ "iss": "OTHER", "iat": now_s() })),
        signer.token_of(&header(), &json!({ "iss": TEAM })),
        signer.token_of(&header(), &json!({ "iss": TEAM, "iat": now_s().to_string() })),
        signer.token_of(&header(), &json!({ "iss": TEAM, "iat": now_s() + 60 })),
    ];
    for token in &tokens {
        let answer = push_with(&world, token).await;
        assert_eq!((answer.status, answer.reason().as_str()), (403, "InvalidProviderToken"), "{token}");
    }
    assert_eq!(world.violations("apns").await.len(), tokens.len());
}

#[tokio::test]
async fn a_token_expires_after_an_hour() {
    let world = World::start().await;
    world.apns_devices(&[1], "active").await;
    let token = world.signer.token_of(&header(), &claims(3590));
    assert_eq!(push_with(&world, &token).await.status, 200);
    let token = world.signer.token_of(&header(), &claims(3600));
    let answer = push_with(&world, &token).await;
    assert_eq!((answer.status, answer.reason().as_str()), (403, "ExpiredProviderToken"));
}

#[tokio::test]
async fn tokens_expired_by_order_are_no_violation_and_a_new_one_works() {
    let world = World::start().await;
    world.apns_devices(&[1], "active").await;
    let token = world.signer.token();
    assert_eq!(push_with(&world, &token).await.status, 200);
    world.control("/faults", json!({ "vendor": "apns", "expire_sessions": true })).await;
    let answer = push_with(&world, &token).await;
    assert_eq!(answer.reason(), "ExpiredProviderToken");
    assert_eq!(push_with(&world, &world.signer.token()).await.status, 200);
    assert_eq!(world.violations("apns").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_key_may_not_show_many_different_tokens_within_twenty_minutes() {
    let world = World::start().await;
    world.apns_devices(&[1], "active").await;
    let first = world.signer.token();
    for token in [&first, &world.signer.token(), &world.signer.token()] {
        assert_eq!(push_with(&world, token).await.status, 200);
    }
    let answer = push_with(&world, &world.signer.token()).await;
    assert_eq!((answer.status, answer.reason().as_str()), (429, "TooManyProviderTokenUpdates"));
    assert_eq!(push_with(&world, &first).await.status, 200);
}

#[tokio::test]
async fn the_number_of_different_tokens_can_be_set() {
    let world = World::start().await;
    world.apns_devices(&[1], "active").await;
    let mut registration = world.signer.registration();
    registration["provider_tokens_per_window"] = json!(1);
    world.control("/apps", registration).await;
    assert_eq!(push_with(&world, &world.signer.token()).await.status, 200);
    assert_eq!(push_with(&world, &world.signer.token()).await.status, 429);
}
