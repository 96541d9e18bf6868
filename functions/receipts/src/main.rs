//! Devices and vendors say what became of deliveries, over HTTP; with
//! `TRIGGER=queue`, what devices confirmed is worked in.

mod deps;
mod handler;
mod queued;

use aws_lambda_events::event::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use revocation_http::{body::MAX_BODY_BYTES, respond::respond_to_fault};
use revocation_lambda::{config::environment, http_event, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start(environment("RUST_LOG").as_deref());
    if environment("TRIGGER").as_deref() == Some("queue") {
        let deps = deps::connect_queued(&environment).await?;
        return lambda_runtime::run(service_fn(async |event: LambdaEvent<SqsEvent>| {
            Ok::<_, Error>(queued::handle(&deps, event.payload).await)
        }))
        .await;
    }
    let deps = deps::connect(&environment).await?;
    let handle = async |request| handler::handle(&deps, &request).await;
    http_event::run(MAX_BODY_BYTES, handle, respond_to_fault).await
}
