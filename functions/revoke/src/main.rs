//! The function `revoke`.

use lambda_runtime::Error;
use revocation_aws::{SystemClock, SystemDice};
use revocation_http::auth::KeyCache;
use revocation_http::body::MAX_BODY_BYTES;
use revocation_http::respond::respond_to_fault;
use revocation_lambda::serve::serve_http;
use revocation_wiring::{Aws, Wiring};
use revoke::{Deps, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve_http(Wiring::connect(deps), MAX_BODY_BYTES, respond_to_fault, handle).await
}

fn deps(wiring: &mut Wiring<'_>) -> Deps<Aws> {
    Deps {
        store: wiring.store(),
        queue: wiring.fanout_queue(),
        keys: wiring.access_keys(),
        key_cache: KeyCache::default(),
        channels: wiring.channels(),
        clock: SystemClock,
        dice: SystemDice,
    }
}
