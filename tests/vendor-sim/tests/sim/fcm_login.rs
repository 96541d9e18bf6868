//! `POST /token`: an assertion for an access token.

use serde_json::{Value, json};

use crate::support::World;
use crate::support::apns::now_s;
use crate::support::fcm::{Answered, GRANT, assertion, claims, header};

async fn login(world: &World, header: &Value, claims: &Value) -> Answered {
    let fields = [("grant_type", GRANT.to_owned()), ("assertion", assertion(header, claims))];
    world.fcm_login_with(&fields).await
}

fn with(mut part: Value, field: &str, value: Value) -> Value {
    part[field] = value;
    part
}

#[tokio::test]
async fn a_signed_assertion_gives_an_access_token_for_an_hour() {
    let world = World::fcm(&[]).await;
    let answer = login(&world, &header(), &claims()).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body["access_token"].as_str().unwrap().len() > 40);
    assert_eq!(
        (&answer.body["expires_in"], &answer.body["token_type"]),
        (&json!(3_599), &json!("Bearer"))
    );
    assert_eq!(world.stats("fcm").await["logins"], json!(1));
    assert_eq!(world.violations("fcm").await, Vec::<String>::new());
}

#[tokio::test]
async fn the_scopes_of_other_clients_let_send_too() {
    let world = World::fcm(&[]).await;
    for scope in [
        "https://www.googleapis.com/auth/cloud-platform",
        "https://www.googleapis.com/auth/datastore https://www.googleapis.com/auth/firebase",
    ] {
        let answer = login(&world, &header(), &with(claims(), "scope", json!(scope))).await;
        assert_eq!(answer.status, 200, "{scope}");
    }
}

#[tokio::test]
async fn another_key_or_account_is_the_operators_mistake_and_no_violation() {
    let world = World::fcm(&[]).await;
    let unknown_key = login(&world, &with(header(), "kid", json!("another")), &claims()).await;
    let unknown_account = login(&world, &header(), &with(claims(), "iss", json!("other@example.com"))).await;
    let signed = assertion(&header(), &claims());
    let (head, signature) = signed.rsplit_once('.').unwrap();
    let other = assertion(&header(), &with(claims(), "sub", json!("x")));
    let (other_head, _) = other.rsplit_once('.').unwrap();
    assert_ne!(head, other_head);
    let forged = [("grant_type", GRANT.to_owned()), ("assertion", format!("{other_head}.{signature}"))];
    let forged = world.fcm_login_with(&forged).await;
    for answer in [unknown_key, unknown_account, forged] {
        assert_eq!((answer.status, &answer.body["error"]), (400, &json!("invalid_grant")));
    }
    assert_eq!(world.violations("fcm").await, Vec::<String>::new());
}

/// As Google's own libraries for Node.js sign: `google-auth-library` 9 and 11 were seen to.
#[tokio::test]
async fn an_assertion_that_names_no_key_is_taken_if_one_of_the_keys_signed_it() {
    let world = World::fcm(&[]).await;
    let unnamed = json!({ "alg": "RS256" });
    assert_eq!(login(&world, &unnamed, &claims()).await.status, 200);
    let unknown_account = login(&world, &unnamed, &with(claims(), "iss", json!("other@example.com"))).await;
    let (signed, other) = (
        assertion(&unnamed, &claims()),
        assertion(&unnamed, &with(claims(), "sub", json!("x"))),
    );
    let forged = format!("{}.{}", other.rsplit_once('.').unwrap().0, signed.rsplit_once('.').unwrap().1);
    let forged = [("grant_type", GRANT.to_owned()), ("assertion", forged)];
    let forged = world.fcm_login_with(&forged).await;
    for answer in [unknown_account, forged] {
        assert_eq!((answer.status, &answer.body["error"]), (400, &json!("invalid_grant")));
    }
    assert_eq!(world.violations("fcm").await, Vec::<String>::new());
}

/// Where `google-auth-library` 9 logs in.
#[tokio::test]
async fn the_older_address_has_an_audience_of_its_own() {
    let world = World::fcm(&[]).await;
    let older = with(claims(), "aud", json!("https://www.googleapis.com/oauth2/v4/token"));
    for (path, claims, status) in [
        ("/oauth2/v4/token", &older, 200),
        ("/oauth2/v4/token", &claims(), 400),
        ("/token", &older, 400),
    ] {
        let fields = [("grant_type", GRANT.to_owned()), ("assertion", assertion(&header(), claims))];
        assert_eq!(world.fcm_login_at(path, &fields).await.status, status, "{path}");
    }
    assert_eq!(world.violations("fcm").await.len(), 2);
}

#[tokio::test]
async fn an_assertion_that_is_not_as_described_is_refused() {
    let world = World::fcm(&[]).await;
    let now = now_s();
    let bad = [
        (with(header(), "alg", json!("PS256")), claims(), "alg is not RS256"),
        (header(), with(claims(), "aud", json!("https://127.0.0.1/token")), "aud is not"),
        (
            header(),
            with(claims(), "scope", json!("https://www.googleapis.com/auth/datastore")),
            "no scope",
        ),
        (header(), with(claims(), "iat", json!(now + 600)), "iat is in the future"),
        (header(), with(claims(), "exp", json!(now - 1)), "exp has passed"),
        (header(), with(claims(), "exp", json!(now + 7_200)), "more than an hour"),
        (header(), json!({ "iss": "x" }), "the claims"),
    ];
    for (header, claims, what) in &bad {
        let answer = login(&world, header, claims).await;
        assert_eq!((answer.status, &answer.body["error"]), (400, &json!("invalid_grant")), "{what}");
        let violations = world.violations("fcm").await;
        assert!(violations.last().unwrap().contains(what), "{violations:?}");
    }
    assert_eq!(world.violations("fcm").await.len(), bad.len());
}

#[tokio::test]
async fn a_login_that_is_no_such_form_is_refused() {
    let world = World::fcm(&[]).await;
    let signed = assertion(&header(), &claims());
    let grant = ("grant_type", GRANT.to_owned());
    for (fields, error) in [
        (vec![grant.clone()], "invalid_request"),
        (vec![("assertion", signed.clone())], "unsupported_grant_type"),
        (
            vec![grant.clone(), ("assertion", signed.clone()), ("scope", "x".to_owned())],
            "invalid_request",
        ),
        (vec![grant, ("assertion", "a.b".to_owned())], "invalid_grant"),
    ] {
        let answer = world.fcm_login_with(&fields).await;
        assert_eq!((answer.status, &answer.body["error"]), (400, &json!(error)));
    }
    assert_eq!(world.violations("fcm").await.len(), 4);
}
