//! The operator's page: its files, and nothing else. What it shows it asks of the API.

mod closed_sets;
mod files;
mod handler;

use lambda_runtime::Error;
use revocation_http::{body::MAX_BODY_BYTES, respond::respond_to_fault};
use revocation_lambda::{config::environment, http_event, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start(environment("RUST_LOG").as_deref());
    let handle = async |request| handler::handle(&request);
    http_event::run(MAX_BODY_BYTES, handle, respond_to_fault).await
}
