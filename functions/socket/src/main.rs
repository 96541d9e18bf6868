//! Devices of the self-built channel connect, acknowledge, and get what they
//! missed; with `TRIGGER=http`, senders get the tokens that devices connect with.

mod deps;
mod frames;
mod subprotocol;
mod tokens;

use aws_lambda_events::event::apigw::ApiGatewayWebsocketProxyRequest;
use lambda_http::{Error, service_fn};
use lambda_runtime::LambdaEvent;
use revocation_lambda::{config::environment, http_event, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start(environment("RUST_LOG").as_deref());
    if environment("TRIGGER").as_deref() == Some("http") {
        let deps = deps::connect_tokens(&environment).await?;
        return lambda_http::run(service_fn(async |request: lambda_http::Request| {
            Ok::<_, Error>(http_event::response(tokens::handle(&deps, &request.into()).await))
        }))
        .await;
    }
    let deps = deps::connect_frames(&environment).await?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<ApiGatewayWebsocketProxyRequest>| {
        frames::handle(&deps, &event.payload).await.map_err(Error::from)
    }))
    .await
}
