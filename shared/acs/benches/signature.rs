//! What checking a signature costs, for a body of 1 kB: `cargo bench -p revocation-acs`.
//!
//! Both signatures, from the raw request to the verdict. Prints the best of
//! several rounds, which is the one that was disturbed least.

use std::hint::black_box;
use std::time::{Duration, Instant};

use revocation_acs::{Request, read};

use support::Captured;

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/acs/support.rs"]
mod support;

const ROUNDS: usize = 20;
const CALLS: u32 = 2_000;

fn main() {
    let long = "x".repeat(450);
    let body = format!("AppId=ONEX570DA89211721&MessageId={long}&TargetId={long}&WorkspaceId=test&TenantId=LZFPEFIM");
    let padding = "p".repeat(1024 - body.len() - 3);
    let body = format!("{body}&P={padding}");
    assert_eq!(body.len(), 1024);

    report("ACS3-HMAC-SHA256", &support::ACS3, &body);
    report("HMAC-SHA1", &support::V1, &body);
}

/// The captured request with another body.
fn report(name: &str, captured: &Captured, body: &str) {
    let headers = captured.headers.map();
    let request = Request {
        method: &captured.method,
        path: "/",
        query: &captured.query,
        headers: &headers,
        body: body.as_bytes(),
    };
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        for _ in 0..CALLS {
            // The verdict is no, which costs what yes costs.
            let verdict = read(black_box(&request)).map(|call| call.verify(support::SECRET).is_ok());
            assert_eq!(black_box(verdict), Ok(false));
        }
        best = best.min(began.elapsed() / CALLS);
    }
    println!("{name:<17} {:>6.2} µs a call", best.as_secs_f64() * 1e6);
}
