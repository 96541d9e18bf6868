//! Queue `receipts`: what devices confirmed is carried into the outcomes.

mod handler;

use lambda_runtime::Error;
use revocation_aws::SystemClock;
use revocation_lambda::config::ConfigError;
use revocation_lambda::serve::serve;
use revocation_wiring::{Aws, Wiring};

use crate::handler::{Deps, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(connect(), async |deps, event, _| Ok(handle(deps, event).await)).await
}

async fn connect() -> Result<Deps<Aws>, ConfigError> {
    let mut wiring = Wiring::start().await;
    let deps = Deps {
        store: wiring.store(),
        queue: wiring.receipts_queue(),
        clock: SystemClock,
    };
    wiring.finish(deps)
}
