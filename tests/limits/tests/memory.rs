//! Each function's worst bodies, and the most memory that reading them takes.
//!
//! The budget is `docs/operations.md`'s. One test, as what is counted is the process's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use peak_alloc::PeakAlloc;
use revocation_http::body::MAX_BODY_BYTES;
use serde_json::json;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Times the bytes of the body, and this much beside it.
const TIMES: usize = 8;
const BESIDE: usize = 4 * 1024 * 1024;

/// As many of `entry` as fit into a body between the two ends.
fn filled(begin: &str, entry: &str, end: &str, max: usize) -> String {
    let times = (max - begin.len() - end.len()) / (entry.len() + 1);
    format!("{begin}{}{end}", vec![entry; times].join(","))
}

fn event(method: &str, path: &str, body: &str, base64: bool) -> String {
    let text = if base64 { BASE64.encode(body) } else { body.to_owned() };
    json!({
        "version": "2.0", "rawPath": path, "rawQueryString": "access_key=k.s", "headers": {"content-type": "application/json"},
        "requestContext": {"apiId": "a", "http": {"method": method}}, "body": text, "isBase64Encoded": base64
    })
    .to_string()
}

fn record_bodies() -> Vec<String> {
    let begin = |more: &str| format!(r#"{{"batch_id":"b","channel":"apns",{more}"deliveries":["#);
    let token = |n: usize| format!(r#"{{"token":"{n}"}}"#);
    let thousand = (0..1_000).map(token).collect::<Vec<_>>().join(",");
    let target = "t".repeat(1_000);
    let shared = format!(r#""collapse_id":"{}","#, "x".repeat(MAX_BODY_BYTES - 30_000));
    vec![
        // An id for all of them that is as long as a body may be.
        format!("{}{thousand}]}}", begin(&shared)),
        filled(&begin(""), r#"{"token":"t"}"#, "]}", MAX_BODY_BYTES),
        filled(
            &begin(""),
            &format!(
                r#"{{"token":"t","vapid_key":"{0}","keys":{{"p256dh":"{0}","auth":"{1}"}}}}"#,
                "x".repeat(88),
                "x".repeat(24)
            ),
            "]}",
            MAX_BODY_BYTES,
        ),
        filled(&begin(""), "{}", "]}", MAX_BODY_BYTES),
        filled(&begin(""), "[]", "]}", MAX_BODY_BYTES),
        filled(&begin(""), &format!(r#"{{"token":"t","target":"{target}"}}"#), "]}", MAX_BODY_BYTES),
    ]
}

#[test]
fn the_worst_body_of_each_route_takes_no_more_than_its_budget() {
    let long = "x".repeat(MAX_BODY_BYTES - 1_000);
    let receipt = r#"{"kind":"task","id":"t","batch_id":"b","token":"t","event":"opened"}"#;
    let locale = |n: usize| {
        format!(
            r#""a{}-{n}":{{"title":"{}","text":"y"}}"#,
            char::from(b'a' + u8::try_from(n % 26).unwrap()),
            "x".repeat(41)
        )
    };
    let locales = (0..16_000).map(locale).collect::<Vec<_>>().join(",");
    let targets = (0..110_000).map(|n| format!(r#""{n:06}""#)).collect::<Vec<_>>().join(",");
    let mut worst: Vec<(&str, &str, String)> = Vec::new();
    worst.extend(record_bodies().into_iter().map(|body| ("POST", "/v1/tasks/t/deliveries", body)));
    worst.extend([
        ("PUT", "/v1/tasks/t", format!(r#"{{"type":"batch","title":"{long}"}}"#)),
        ("PUT", "/v1/tasks/t", format!(r#"{{"{long}":1}}"#)),
        ("PUT", "/v1/tasks/t", format!(r#"{{"type":"{long}"}}"#)),
        (
            "POST",
            "/v1/tasks/t/revocations",
            format!(r#"{{"reason":"r","scope":{{"targets":[{targets}]}}}}"#),
        ),
        ("POST", "/v1/tasks/t/revocations", format!(r#"{{"reason":"{long}"}}"#)),
        (
            "POST",
            "/v1/tasks/t/revocations",
            filled(r#"{"reason":"r","scope":{"channels":["#, r#""huawei""#, "]}}", MAX_BODY_BYTES),
        ),
        (
            "PUT",
            "/v1/notice",
            format!(r#"{{"title":"t","text":"t","locales":{{{locales}}}}}"#),
        ),
        ("POST", "/v1/receipts", filled(r#"{"receipts":["#, receipt, "]}", MAX_BODY_BYTES)),
        ("POST", "/v1/receipts", filled(r#"{"receipts":["#, "[]", "]}", MAX_BODY_BYTES)),
        ("PUT", "/v1/devices/d/token", format!(r#"{{"{long}":1}}"#)),
        ("PUT", "/v1/devices/d/token", "[".repeat(MAX_BODY_BYTES)),
        // More than is taken: refused before it is decoded.
        ("POST", "/v1/receipts", "x".repeat(6 * MAX_BODY_BYTES)),
    ]);
    let mut over = Vec::new();
    for (method, path, body) in &worst {
        for base64 in [false, true] {
            let event = event(method, path, body, base64);
            let now = "2026-11-23T08:00:00Z".parse().unwrap();
            let used = used(|| limits::answer(&event, now).unwrap());
            report(
                &mut over,
                &format!("{method} {path} {}", &body[..body.len().min(40)]),
                body.len(),
                used,
            );
        }
    }
    // The calls of mPaaS: their function takes 64 KiB.
    let begin = "Action=a&Version=v&AccessKeyId=k&Signature=s&SignatureNonce=n&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0";
    for entry in ["&a", "&a=%41", "&"] {
        let body = format!("{begin}{}", entry.repeat((64 * 1024 - begin.len()) / entry.len()));
        let event = event("POST", "/", &body, true);
        let used = used(|| limits::mpaas(&event, 64 * 1024));
        report(&mut over, &format!("mpaas {entry}"), body.len(), used);
    }
    for body in [
        format!(r#"{{"v":"1","x":[{}]}}"#, vec!["[]"; 80_000].join(",")),
        "[".repeat(250_000),
    ] {
        let read = used(|| revocation_aws::decode(&body).is_err());
        report(&mut over, "a job", body.len(), read);
        let read = used(|| revocation_http::frame::decode(&body).is_err());
        report(&mut over, "a frame", body.len(), read);
    }
    assert!(over.is_empty(), "{}", over.join("\n"));
}

/// The most that `read` held at once, in bytes.
fn used<T>(read: impl FnOnce() -> T) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    drop(read());
    MEMORY.peak_usage().saturating_sub(before)
}

fn report(over: &mut Vec<String>, what: &str, body: usize, used: usize) {
    let budget = TIMES * body.min(MAX_BODY_BYTES) + BESIDE;
    let line = format!(
        "{what}: {} kB for a body of {} kB, of {} kB",
        used / 1_024,
        body / 1_024,
        budget / 1_024
    );
    println!("{line}");
    if used > budget {
        over.push(line);
    }
}
