//! `POST /` and `GET /`: the calls of mPaaS SDKs, unchanged but for the endpoint (`docs/mpaas.md`).

mod authenticate;
mod deps;
mod handler;
mod query_task_detail;
mod query_task_list;
mod revoke;
mod revoke_push_message;
mod revoke_push_task;

use lambda_runtime::Error;
use revocation_http::{body::MAX_BODY_BYTES, mpaas};
use revocation_lambda::{config::environment, http_event, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start(environment("RUST_LOG").as_deref());
    let deps = deps::Deps::connect(&environment).await?;
    let handle = async |request| handler::handle(&deps, &request).await;
    http_event::run(MAX_BODY_BYTES, handle, mpaas::respond_to_fault).await
}
