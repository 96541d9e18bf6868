//! Queue `dispatch-<channel>`: revokes one delivery batch at its vendor. The
//! same binary serves every channel; `CHANNEL` says which.

mod deps;
mod handler;
mod vendor;

use lambda_runtime::Error;
use revocation_lambda::queue_event::body;
use revocation_lambda::serve::serve_queue;
use revocation_lambda::time::deadline;

use crate::deps::Deps;
use crate::handler::{MARGIN, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let decode = |message: &_| revocation_aws::decode(body(message));
    serve_queue(Deps::connect(), decode, async |deps, job, context| {
        // On the heap: it holds all that a job is worked on with.
        Box::pin(handle(deps, job, deadline(context, MARGIN))).await
    })
    .await
}
