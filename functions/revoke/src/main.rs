//! `POST /v1/{messages|tasks}/{id}/revocations`: takes a push back, or says what that would do.

mod deps;
mod handler;

use lambda_http::{Error, service_fn};
use revocation_lambda::{config::environment, http_event, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start(environment("RUST_LOG").as_deref());
    let deps = deps::Deps::connect(&environment).await?;
    lambda_http::run(service_fn(async |request: lambda_http::Request| {
        Ok::<_, Error>(http_event::response(handler::handle(&deps, &request.into()).await))
    }))
    .await
}
