//! Senders register pushes and record what they delivered, over HTTP or, with `TRIGGER=queue`, over SQS.

mod deps;
mod handler;
mod queued;

use aws_lambda_events::event::sqs::SqsEvent;
use lambda_http::{Error, service_fn};
use lambda_runtime::LambdaEvent;
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
    lambda_http::run(service_fn(async |request: lambda_http::Request| {
        Ok::<_, Error>(http_event::response(handler::handle(&deps, &request.into()).await))
    }))
    .await
}
