//! What checking a signature costs, for a body of 1 kB: `cargo bench -p revocation-acs`.
//!
//! Both signatures, from the raw request to the verdict. Prints the best of
//! several rounds, which is the one that was disturbed least.

use std::hint::black_box;
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderValue, Method};
use revocation_acs::{Request, read};

const ROUNDS: usize = 20;
const CALLS: u32 = 2_000;
const SECRET: &str = "FakeSecret000000000000000000001";

fn main() {
    let long = "x".repeat(450);
    let body = format!("AppId=ONEX570DA89211721&MessageId={long}&TargetId={long}&WorkspaceId=test&TenantId=LZFPEFIM");
    let padding = "p".repeat(1024 - body.len() - 3);
    let body = format!("{body}&P={padding}");
    assert_eq!(body.len(), 1024);

    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("host", "example.execute-api.eu-west-1.amazonaws.com"),
        ("x-acs-version", "2020-10-28"),
        ("x-acs-action", "RevokePushMessage"),
        ("user-agent", "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2"),
        ("x-acs-date", "2026-11-23T03:47:34Z"),
        ("x-acs-signature-nonce", "d351856f2f51971bb5ff742ee1f5389f"),
        ("accept", "application/json"),
        ("content-type", "application/x-www-form-urlencoded"),
        (
            "x-acs-content-sha256",
            "b3aa795e85cf6d7f97390f8f9ca97cf10267d50980fbb1ed098f2a9895cc1aba",
        ),
        ("x-acs-credentials-provider", "static_ak"),
        (
            "authorization",
            "ACS3-HMAC-SHA256 Credential=LTAI5tFakeKeyId000000001,SignedHeaders=accept;content-type;host;user-agent;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=8b7d441efb748f203a0e12e5a692cc4ad5e8807e0290a0fc71b4a9340478d4d1",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    report("ACS3-HMAC-SHA256", &headers, "", &body);
    let query = "Action=RevokePushMessage&Format=json&Version=2020-10-28&Timestamp=2026-11-23T03%3A47%3A34Z&SignatureNonce=eb914595718713f8fa1e0b0f379b3a49&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&AccessKeyId=LTAI5tFakeKeyId000000001&Signature=mydGeSW%2BCX4fs9SqP23fEIShYZ0%3D";
    report("HMAC-SHA1", &HeaderMap::new(), query, &body);
}

fn report(name: &str, headers: &HeaderMap, query: &str, body: &str) {
    let request = Request {
        method: &Method::POST,
        path: "/",
        query,
        headers,
        body: body.as_bytes(),
    };
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        for _ in 0..CALLS {
            // The verdict is no, which costs what yes costs.
            let verdict = read(black_box(&request)).map(|call| call.verify(SECRET).is_ok());
            assert_eq!(black_box(verdict), Ok(false));
        }
        best = best.min(began.elapsed() / CALLS);
    }
    println!("{name:<17} {:>6.2} µs a call", best.as_secs_f64() * 1e6);
}
