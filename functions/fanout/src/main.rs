//! Queue `fanout`: walks the shards of a revoked push, looks whether a
//! revocation can settle, and ends batches whose channel has no dispatcher.

mod handler;

use lambda_runtime::Error;
use revocation_aws::{SystemClock, SystemDice};
use revocation_lambda::queue_event::body;
use revocation_lambda::serve::serve_queue;
use revocation_lambda::time::deadline;
use revocation_wiring::{Aws, Wiring};

use crate::handler::{Deps, MARGIN, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let decode = |message: &_| revocation_aws::decode(body(message));
    serve_queue(Wiring::connect(deps), decode, async |deps, job, context| {
        // On the heap: it holds all that a job is worked on with.
        Box::pin(handle(deps, job, deadline(context, MARGIN))).await
    })
    .await
}

fn deps(wiring: &mut Wiring<'_>) -> Deps<Aws> {
    let (queue, channels) = wiring.job_queues();
    Deps {
        store: wiring.store(),
        queue,
        channels,
        clock: SystemClock,
        dice: SystemDice,
    }
}
