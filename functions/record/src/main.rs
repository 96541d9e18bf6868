//! Senders register pushes and record what they delivered, over HTTP or, with `TRIGGER=queue`, over SQS.

mod deps;
mod handler;
mod queued;

use aws_lambda_events::event::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use revocation_http::{body::MAX_BODY_BYTES, respond::respond_to_fault};
use revocation_lambda::{config::environment, http_event, queue_event, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start(environment("RUST_LOG").as_deref());
    if environment("TRIGGER").as_deref() == Some("queue") {
        let deps = deps::connect_queued(&environment).await?;
        return lambda_runtime::run(service_fn(async |event: LambdaEvent<SqsEvent>| {
            Ok::<_, Error>(
                queue_event::each_message(event.payload, queued::parse, async |recording| {
                    queued::record(&deps, recording).await
                })
                .await,
            )
        }))
        .await;
    }
    let deps = deps::connect(&environment).await?;
    let handle = async |request| handler::handle(&deps, &request).await;
    http_event::run(MAX_BODY_BYTES, handle, respond_to_fault).await
}
