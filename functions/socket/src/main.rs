//! Devices of the self-built channel connect, acknowledge, and get what they
//! missed; with `TRIGGER=http`, senders get the tokens that devices connect with.

mod deps;
mod frames;
mod subprotocol;
mod tokens;

use aws_lambda_events::event::apigw::ApiGatewayWebsocketProxyRequest;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use revocation_http::{body::MAX_BODY_BYTES, respond::respond_to_fault};
use revocation_lambda::{config::environment, http_event, panics, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start(environment("RUST_LOG").as_deref());
    if environment("TRIGGER").as_deref() == Some("http") {
        let deps = deps::connect_tokens(&environment).await?;
        let handle = async |request| tokens::handle(&deps, &request).await;
        return http_event::run(MAX_BODY_BYTES, handle, respond_to_fault).await;
    }
    let deps = deps::connect_frames(&environment).await?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<ApiGatewayWebsocketProxyRequest>| {
        let answer = panics::caught(Box::pin(frames::handle(&deps, &event.payload))).await?;
        answer.map_err(Error::from)
    }))
    .await
}
