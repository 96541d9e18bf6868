//! The function `devices`.

use devices::{Deps, handle};
use lambda_runtime::Error;
use revocation_aws::{SystemClock, SystemDice};
use revocation_http::auth::KeyCache;
use revocation_http::body::MAX_BODY_BYTES;
use revocation_http::respond::respond_to_fault;
use revocation_lambda::serve::serve_http;
use revocation_wiring::{Aws, Wiring};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve_http(Wiring::connect(deps), MAX_BODY_BYTES, respond_to_fault, handle).await
}

fn deps(wiring: &mut Wiring<'_>) -> Deps<Aws> {
    Deps {
        devices: wiring.devices(),
        links: wiring.links(),
        keys: wiring.access_keys(),
        key_cache: KeyCache::default(),
        clock: SystemClock,
        secrets: SystemDice,
        socket_url: wiring.settings.text("SOCKET_URL"),
    }
}
