//! `POST /` and `GET /`: the calls of mPaaS SDKs, unchanged but for the endpoint (`docs/mpaas.md`).

mod authenticate;
mod deps;
mod handler;
mod query_task_detail;
mod query_task_list;
mod revoke;
mod revoke_push_message;
mod revoke_push_task;

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
