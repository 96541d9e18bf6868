//! Queue `dispatch-<channel>`: revokes one delivery batch at its vendor. The
//! same binary serves every channel; `CHANNEL` says which.

mod deps;
mod handler;
mod self_built;
mod vendor;

use aws_lambda_events::event::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use revocation_lambda::{config::environment, queue_event, telemetry, time};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start(environment("RUST_LOG").as_deref());
    let deps = deps::Deps::connect(&environment).await?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        let deadline = time::deadline(&event.context, handler::MARGIN);
        Ok::<_, Error>(
            queue_event::each(event.payload, revocation_aws::decode, async |job| {
                // On the heap: it holds all that a batch is worked on with.
                Box::pin(handler::handle(&deps, job, deadline)).await
            })
            .await,
        )
    }))
    .await
}
