//! Whatever stands in an event: it is read, or refused with a problem of its own.

use proptest::prelude::*;
use revocation_http::vendor_receipts::Vendor;
use serde_json::{Value, json};

const PATHS: [(&str, &str); 14] = [
    ("PUT", "/v1/messages/{}"),
    ("GET", "/v1/tasks/{}"),
    ("POST", "/v1/tasks/{}/deliveries"),
    ("POST", "/v1/messages/{}/revocations"),
    ("GET", "/v1/messages/{}/gate"),
    ("GET", "/v1/messages/{}/totals"),
    ("GET", "/v1/tasks/t/revocations/{}"),
    ("GET", "/v1/tasks/{}/revocations/rvk_1/outcomes"),
    ("POST", "/v1/tasks/t/revocations/{}/replays"),
    ("PUT", "/v1/devices/{}/token"),
    ("DELETE", "/v1/devices/{}/token"),
    ("POST", "/v1/receipts/{}"),
    ("GET", "/v1/pushes"),
    ("PUT", "/v1/notice"),
];

/// And those of the vendors that call back.
fn paths() -> Vec<(&'static str, String)> {
    let callbacks = Vendor::all().map(|vendor| ("POST", format!("/v1/receipts/{}", vendor.channel)));
    PATHS
        .map(|(method, path)| (method, path.to_owned()))
        .into_iter()
        .chain(callbacks)
        .collect()
}

/// Bodies that are right, to be made wrong.
fn good() -> Vec<Value> {
    vec![
        json!({"type": "batch", "title": "t", "sent_at": "2026-11-23T08:00:00Z", "send_until": "2026-11-23T08:00:00Z",
            "notice": {"title": "t", "text": "t", "locales": {"zh": {"title": "t", "text": "t"}}}}),
        json!({"batch_id": "b", "channel": "huawei", "sent_at": "2026-11-23T08:00:00Z", "notify_id": 1, "collapse_id": "c",
            "vendor_task_id": "v", "locale": "zh", "held_back": true, "deliveries": [{"token": "t", "target": "u", "notify_id": 1}]}),
        json!({"reason": "r", "scope": {"channels": ["huawei"], "targets": ["u"]}, "dry_run": true, "notice": {"title": "t", "text": "t"}}),
        json!({"receipts": [{"kind": "task", "id": "t", "batch_id": "b", "token": "t", "event": "opened", "at": "2026-11-23T08:00:00Z"}]}),
        json!({"ttl_s": 1}),
        json!({"statuses": [{"token": "t", "biTag": "task/t/b", "status": 5, "timestamp": 1}]}),
        json!({"m": {"type": 2, "param": "task/t/b", "targets": "r1,r2", "timestamp": 1}}),
        json!([{"eventType": "push_arrive", "messageId": "m", "param": "task/t/b", "registrationIds": "r", "eventTime": 1}]),
    ]
}

/// A value as JSON can hold, of no great depth.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-z0-9:./T-]{0,30}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(any::<String>(), inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Puts `value` in the place of the `nth` value of `into`, counted through.
fn put(into: &mut Value, nth: &mut usize, value: &Value) {
    if *nth == 0 {
        into.clone_from(value);
        *nth = usize::MAX;
        return;
    }
    *nth = nth.saturating_sub(1);
    match into {
        Value::Array(list) => list.iter_mut().for_each(|one| put_once(one, nth, value)),
        Value::Object(map) => map.values_mut().for_each(|one| put_once(one, nth, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn put_once(into: &mut Value, nth: &mut usize, value: &Value) {
    if *nth != usize::MAX {
        put(into, nth, value);
    }
}

fn body() -> impl Strategy<Value = String> {
    let wrong = (0..good().len(), 0..20_usize, any_value()).prop_map(|(which, mut nth, value)| {
        let mut body = good().swap_remove(which);
        put(&mut body, &mut nth, &value);
        body.to_string()
    });
    prop_oneof![
        4 => wrong,
        1 => any::<String>(),
        1 => any_value().prop_map(|value| value.to_string()),
    ]
}

/// What people and their tools put into paths, beside anything.
fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[#?%;+ /.\\\\促\u{202e}\u{feff}a]{0,8}",
        "(%[0-9A-Fa-f]{2}){1,4}",
        Just("rvk_1".to_owned()),
    ]
}

fn query() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        4 => proptest::sample::select(vec!["channel", "target", "cursor", "outcome", "type", "from", "to", "limit", "access_key"]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    let pair = (name, part()).prop_map(|(name, value)| format!("{name}={value}"));
    proptest::collection::vec(pair, 0..4).prop_map(|pairs| pairs.join("&"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_event_is_read_or_refused(
        (method, path) in proptest::sample::select(paths()), id in part(), query in query(), body in body(),
        base64: bool, gateway: bool, authorization in prop_oneof![any::<String>(), Just("Bearer k.s".to_owned())],
    ) {
        let event = json!({
            "version": "2.0", "rawPath": path.replace("{}", &id), "rawQueryString": query, "body": body, "isBase64Encoded": base64,
            "headers": {"content-type": "application/json", "authorization": authorization},
            "requestContext": {"apiId": gateway.then_some("a"), "http": {"method": method}}
        });
        let event = event.to_string();
        let now = "2026-11-23T08:00:00Z".parse().unwrap();
        let response = limits::answer(&event, now).unwrap();
        let status = response.status().as_u16();
        prop_assert!(status == 200 || (400..500).contains(&status), "{status} {}", response.body());
        limits::mpaas(&event, 64 * 1024);
    }

    #[test]
    fn every_call_of_an_mpaas_sdk_is_read_or_refused(
        query in query(), body in any::<String>(), get: bool, header in any::<String>(), date in any::<String>(),
    ) {
        let named = ["Action=a&Version=2020-10-28&AccessKeyId=k&Signature=s&SignatureNonce=n&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&Timestamp=2026-11-23T03%3A50%3A28Z", &query].join("&");
        for headers in [
            json!({}),
            json!({"x-acs-action": "a", "x-acs-version": "v", "x-acs-date": date, "x-acs-signature-nonce": "n", "x-acs-content-sha256": header,
                "host": "h", "authorization": format!("ACS3-HMAC-SHA256 Credential=k,SignedHeaders=host;x-acs-date,Signature={header}")}),
            json!({"authorization": format!("ACS3-HMAC-SHA256 {header}")}),
        ] {
            let method = if get { "GET" } else { "POST" };
            let event = json!({
                "rawPath": "/", "rawQueryString": named, "body": body, "headers": headers,
                "requestContext": {"apiId": "a", "http": {"method": method}}
            });
            prop_assert!(!limits::mpaas(&event.to_string(), 64 * 1024));
        }
    }

    #[test]
    fn every_queue_message_and_every_frame_is_read_or_refused(text in any::<String>(), value in any_value(), mut nth in 0..12_usize, which in 0..4_usize) {
        let mut message = match which {
            0 => json!({"v": "1", "job": "fanout", "push": {"app": "a", "workspace": "w", "kind": "task", "id": "t"}, "revocation": "rvk_1"}),
            1 => json!({"v": "1", "job": "dispatch", "push": {"app": "a", "workspace": "w", "kind": "task", "id": "t"}, "shard": 0, "batch": "b", "channel": "huawei", "revocation": "rvk_1"}),
            2 => json!({"type": "receipt", "kind": "task", "id": "t", "batch_id": "b", "event": "shown"}),
            _ => json!({"type": "ack", "instruction": "ins_0", "event": "revoked"}),
        };
        put(&mut message, &mut nth, &value);
        for text in [text, message.to_string()] {
            let _ = revocation_aws::decode(&text);
            let _ = revocation_http::frame::decode(&text);
        }
    }
}
