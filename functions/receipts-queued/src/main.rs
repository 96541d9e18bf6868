//! Queue `receipts`: what devices confirmed is carried into the outcomes.

mod handler;

use lambda_runtime::Error;
use revocation_aws::SystemClock;
use revocation_lambda::serve::serve;
use revocation_wiring::{Aws, Wiring};

use crate::handler::{Deps, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(Wiring::connect(deps), async |deps, event, _| Ok(handle(deps, event).await)).await
}

fn deps(wiring: &mut Wiring<'_>) -> Deps<Aws> {
    Deps {
        store: wiring.store(),
        queue: wiring.receipts_queue(),
        clock: SystemClock,
    }
}
