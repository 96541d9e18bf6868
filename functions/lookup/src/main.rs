//! Everything that is read: pushes, revocations, outcomes, the gate; and every path that does not exist.

mod deps;
mod handler;

use lambda_runtime::Error;
use revocation_http::{body::MAX_BODY_BYTES, respond::respond_to_fault};
use revocation_lambda::{config::environment, http_event, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start(environment("RUST_LOG").as_deref());
    let deps = deps::Deps::connect(&environment).await?;
    let handle = async |request| handler::handle(&deps, &request).await;
    http_event::run(MAX_BODY_BYTES, handle, respond_to_fault).await
}
