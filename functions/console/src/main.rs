//! The operator's page: its files, and nothing else. What it shows it asks of the API.

mod files;
mod handler;

use lambda_http::{Error, service_fn};
use revocation_lambda::{config::environment, http_event, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start(environment("RUST_LOG").as_deref());
    lambda_http::run(service_fn(async |request: lambda_http::Request| {
        Ok::<_, Error>(http_event::response(handler::handle(&request.into())))
    }))
    .await
}
