//! A push service of browsers, and the browsers.

use serde_json::{Value, json};

use crate::support::web_push::{Site, TAG, encrypt, notice};
use crate::support::{World, asked};

const NOBODYS: Vec<String> = Vec::new();

async fn subscribed(world: &World, state: &str) -> (Site, String) {
    let (site, endpoint) = (world.site().await, world.endpoint("a-browser"));
    world.devices("web_push", &site.key(), &[&endpoint], state).await;
    (site, endpoint)
}

fn titles(browser: &Value) -> Vec<&str> {
    let shown = browser["notifications"].as_array().unwrap();
    shown.iter().map(|shown| shown["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_notice_takes_the_place_of_the_message_with_its_tag() {
    let world = World::start().await;
    let (site, endpoint) = subscribed(&world, "active").await;
    world.deliver("web_push", &endpoint, json!({})).await;
    world.deliver("web_push", &endpoint, json!({ "key": "7", "title": "Other" })).await;
    let answer = world.push(&site, &endpoint, &notice()).await.send().await.unwrap();
    assert_eq!(answer.status(), 201);
    assert!(answer.headers()["location"].to_str().unwrap().starts_with(&world.push_origin()));
    let browser = world.browser(&endpoint).await;
    assert_eq!(titles(&browser), ["Message revoked", "Other"]);
    let shown = &browser["notifications"][0];
    assert_eq!((&shown["silent"], &shown["key"]), (&json!(true), &json!(TAG)));
    assert_eq!(world.violations("web_push").await, NOBODYS);
}

#[tokio::test]
async fn of_one_topic_the_latest_is_kept_for_a_browser_that_is_closed() {
    let world = World::start().await;
    let (site, endpoint) = subscribed(&world, "offline").await;
    let message = |title: &str| json!({ "notification": { "title": title, "tag": TAG } });
    let of_topic = world.push(&site, &endpoint, &message("Half price")).await;
    of_topic.send().await.unwrap();
    world.push(&site, &endpoint, &notice()).await.send().await.unwrap();
    // Another topic, and none: each is kept.
    let (body, keys) = (message("Other").to_string(), world.subscription(&endpoint).await);
    for topic in [Some("other"), None] {
        let mut push = world
            .push_of(&endpoint, encrypt(body.as_bytes(), &keys))
            .header("authorization", site.authorization(&world.claims(&json!({}))))
            .header("ttl", "60");
        if let Some(topic) = topic {
            push = push.header("topic", topic);
        }
        assert_eq!(push.send().await.unwrap().status(), 201);
    }
    assert_eq!(titles(&world.browser(&endpoint).await), [""; 0]);
    world
        .control("/online", json!({ "vendor": "web_push", "tokens": [endpoint] }))
        .await;
    let browser = world.browser(&endpoint).await;
    // All three have one tag, so the last of them stands there.
    assert_eq!((titles(&browser), &browser["pushes"]), (vec!["Other"], &json!(4)));
}

#[tokio::test]
async fn without_time_to_live_nothing_is_kept() {
    let world = World::start().await;
    let (site, endpoint) = subscribed(&world, "offline").await;
    let body = encrypt(notice().to_string().as_bytes(), &world.subscription(&endpoint).await);
    let push = world
        .push_of(&endpoint, body)
        .header("authorization", site.authorization(&world.claims(&json!({}))));
    assert_eq!(push.header("ttl", "0").send().await.unwrap().status(), 201);
    world
        .control("/online", json!({ "vendor": "web_push", "tokens": [endpoint] }))
        .await;
    assert_eq!(titles(&world.browser(&endpoint).await), [""; 0]);
}

#[tokio::test]
async fn what_vapid_asks_for_is_checked() {
    let world = World::start().await;
    let (site, endpoint) = subscribed(&world, "active").await;
    let body = encrypt(notice().to_string().as_bytes(), &world.subscription(&endpoint).await);
    let status = async |authorization: Option<String>| {
        let mut push = world.push_of(&endpoint, body.clone()).header("ttl", "60");
        if let Some(authorization) = authorization {
            push = push.header("authorization", authorization);
        }
        push.send().await.unwrap().status().as_u16()
    };
    let good = world.claims(&json!({}));
    assert_eq!(status(Some(site.authorization(&good))).await, 201);
    let without_blank = site.authorization(&good).replace(", ", ",");
    assert_eq!(status(Some(without_blank)).await, 201);
    assert_eq!(world.violations("web_push").await, NOBODYS);

    assert_eq!(status(None).await, 401);
    assert_eq!(status(Some(format!("Bearer {}", site.token(&good)))).await, 401);
    let others = Site::new();
    let stolen = format!("vapid t={}, k={}", others.token(&good), site.key());
    assert_eq!(status(Some(stolen)).await, 403);
    for bad in [
        // RFC 8292 wants the origin, and a port that is not 443 is part of one.
        json!({ "aud": "https://localhost" }),
        json!({ "aud": endpoint }),
        json!({ "aud": [world.push_origin()] }),
        json!({ "aud": null }),
        json!({ "exp": 0 }),
        json!({ "exp": 24 * 3600 + 60 }),
        json!({ "exp": "soon" }),
        json!({ "exp": null }),
        json!({ "sub": null }),
        json!({ "sub": "ops@example.com" }),
        json!({ "sub": "mailto:ops@localhost" }),
    ] {
        assert_eq!(status(Some(site.authorization(&world.claims(&bad)))).await, 403, "{bad}");
    }
    assert_eq!(world.violations("web_push").await.len(), 14);
}

#[tokio::test]
async fn a_subscription_belongs_to_the_key_that_it_was_made_with() {
    let world = World::start().await;
    let (_, endpoint) = subscribed(&world, "active").await;
    let other = world.site().await;
    let unknown = Site::new();
    for site in [&other, &unknown] {
        let answer = world.push(site, &endpoint, &notice()).await.send().await.unwrap();
        assert_eq!(answer.status(), 403);
    }
    assert_eq!(world.violations("web_push").await, NOBODYS);
}

#[tokio::test]
async fn each_header_is_checked() {
    let world = World::start().await;
    let (site, endpoint) = subscribed(&world, "active").await;
    let body = encrypt(notice().to_string().as_bytes(), &world.subscription(&endpoint).await);
    let claims = world.claims(&json!({}));
    let push = |body: Vec<u8>| {
        let client = world.client.post(&endpoint).body(body);
        client.header("authorization", site.authorization(&claims))
    };
    let cases: [(&[(&str, &str)], u16); 11] = [
        (&[("content-encoding", "aes128gcm")], 400),
        (&[("content-encoding", "aes128gcm"), ("ttl", "a week")], 400),
        (&[("content-encoding", "aes128gcm"), ("ttl", "-1")], 400),
        (&[("ttl", "60")], 415),
        (&[("ttl", "60"), ("content-encoding", "gzip")], 415),
        (&[("ttl", "60"), ("content-encoding", "aesgcm")], 400),
        (&[("ttl", "60"), ("content-encoding", "aes128gcm"), ("crypto-key", "dh=B")], 400),
        (&[("ttl", "60"), ("content-encoding", "aes128gcm"), ("topic", "")], 400),
        (&[("ttl", "60"), ("content-encoding", "aes128gcm"), ("topic", "a b")], 400),
        (
            &[
                ("ttl", "60"),
                ("content-encoding", "aes128gcm"),
                ("topic", "123456789012345678901234567890123"),
            ],
            400,
        ),
        (&[("ttl", "60"), ("content-encoding", "aes128gcm"), ("urgency", "urgent")], 400),
    ];
    for (headers, expected) in cases {
        let push = headers
            .iter()
            .fold(push(body.clone()), |push, (name, value)| push.header(*name, *value));
        assert_eq!(asked(push).await.0, expected, "{headers:?}");
    }
    let right = |push: reqwest::RequestBuilder| push.header("ttl", "60").header("content-encoding", "aes128gcm");
    assert_eq!(asked(right(push(vec![0; 4097]))).await.0, 413);
    assert_eq!(asked(right(push(Vec::new()))).await.0, 400);
    assert_eq!(world.violations("web_push").await.len(), 13);
    assert_eq!(world.browser(&endpoint).await["pushes"], json!(0));
    assert_eq!(world.client.get(&endpoint).send().await.unwrap().status(), 405);
    assert_eq!(world.client.post(world.push_origin()).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn what_no_browser_can_read_is_taken_and_noticed() {
    let world = World::start().await;
    let (site, endpoint) = subscribed(&world, "active").await;
    let others = world.subscription(&world.endpoint("another")).await;
    let right = |body| {
        let push = world.push_of(&endpoint, body).header("ttl", "60");
        push.header("authorization", site.authorization(&world.claims(&json!({}))))
    };
    for body in [encrypt(b"{}", &others), b"not encrypted".to_vec()] {
        // A push service can not know.
        assert_eq!(right(body).send().await.unwrap().status(), 201);
    }
    assert_eq!(
        world.violations("web_push").await,
        [
            "push: a message that no browser reads: not encrypted for this subscription",
            "push: a message that no browser reads: no salt"
        ]
    );
    assert_eq!(world.browser(&endpoint).await["pushes"], json!(0));
}

#[tokio::test]
async fn for_a_message_that_shows_nothing_the_browser_shows_something() {
    let world = World::start().await;
    let (site, endpoint) = subscribed(&world, "active").await;
    world
        .push(&site, &endpoint, &json!("a site's own format"))
        .await
        .send()
        .await
        .unwrap();
    let browser = world.browser(&endpoint).await;
    assert_eq!(titles(&browser), ["This site has been updated in the background"]);
}

#[tokio::test]
async fn a_subscription_that_is_over_says_so() {
    let world = World::start().await;
    let (site, endpoint) = subscribed(&world, "unregistered").await;
    let status = async |endpoint: &str| world.push(&site, endpoint, &notice()).await.send().await.unwrap().status().as_u16();
    assert_eq!(status(&endpoint).await, 410);
    assert_eq!(status(&world.endpoint("nobody")).await, 404);
    world.order("web_push", json!({ "fail_tokens": { endpoint.clone(): "406" } })).await;
    assert_eq!(status(&endpoint).await, 406);
    assert_eq!(world.violations("web_push").await, NOBODYS);
}

#[tokio::test]
async fn tokens_can_be_made_to_expire() {
    let world = World::start().await;
    let (site, endpoint) = subscribed(&world, "active").await;
    let claims = world.claims(&json!({}));
    let authorization = site.authorization(&claims);
    let body = encrypt(notice().to_string().as_bytes(), &world.subscription(&endpoint).await);
    let status = async |authorization: &str| {
        let push = world.push_of(&endpoint, body.clone()).header("ttl", "60");
        push.header("authorization", authorization).send().await.unwrap().status().as_u16()
    };
    assert_eq!(status(&authorization).await, 201);
    world.order("web_push", json!({ "expire_sessions": true })).await;
    assert_eq!(status(&authorization).await, 403);
    assert_eq!(status(&site.authorization(&world.claims(&json!({ "exp": 7200 })))).await, 201);
    assert_eq!(world.violations("web_push").await, NOBODYS);
}
