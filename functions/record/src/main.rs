//! The function `record`.

use lambda_runtime::Error;
use record::{Deps, handle};
use revocation_aws::SystemClock;
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
    let (queue, _) = wiring.job_queues();
    Deps {
        store: wiring.store(),
        queue,
        channels: wiring.channels().with_push_hosts(wiring.push_hosts()),
        keys: wiring.access_keys(),
        key_cache: KeyCache::default(),
        clock: SystemClock,
    }
}
