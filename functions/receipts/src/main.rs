//! The function `receipts`.

use lambda_runtime::Error;
use receipts::{Deps, handle};
use revocation_aws::SystemClock;
use revocation_http::auth::{KeyCache, SenderCallbacks};
use revocation_http::body::MAX_BODY_BYTES;
use revocation_http::respond::respond_to_fault;
use revocation_lambda::serve::serve_http;
use revocation_wiring::{Aws, Wiring};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve_http(Wiring::connect(deps), MAX_BODY_BYTES, respond_to_fault, handle).await
}

fn deps(wiring: &mut Wiring<'_>) -> Deps<Aws> {
    let sender_callbacks = wiring
        .settings
        .read("CALLBACK_SENDER_KEYS", SenderCallbacks::FORMAT, SenderCallbacks::parse);
    Deps {
        store: wiring.store(),
        queue: wiring.receipts_queue(),
        keys: wiring.access_keys(),
        key_cache: KeyCache::default(),
        // What is missing or wrong is complained about.
        sender_callbacks: sender_callbacks.unwrap_or(SenderCallbacks::Refuse),
        clock: SystemClock,
    }
}
