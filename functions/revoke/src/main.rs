//! The function `revoke`.

use lambda_runtime::Error;
use revocation_aws::{SystemClock, SystemDice};
use revocation_http::auth::KeyCache;
use revocation_http::body::MAX_BODY_BYTES;
use revocation_http::respond::respond_to_fault;
use revocation_lambda::config::ConfigError;
use revocation_lambda::serve::serve_http;
use revocation_wiring::{Aws, Wiring};
use revoke::{Deps, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve_http(connect(), MAX_BODY_BYTES, respond_to_fault, handle).await
}

async fn connect() -> Result<Deps<Aws>, ConfigError> {
    let mut wiring = Wiring::start().await;
    let deps = Deps {
        store: wiring.store(),
        queue: wiring.fanout_queue(),
        keys: wiring.access_keys(),
        key_cache: KeyCache::default(),
        channels: wiring.channels(),
        clock: SystemClock,
        dice: SystemDice,
    };
    wiring.finish(deps)
}
