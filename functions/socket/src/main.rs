//! Devices of the self-built channel connect, acknowledge, and get what they missed.

mod frames;
mod subprotocol;

use aws_lambda_events::event::apigw::ApiGatewayWebsocketProxyRequest;
use lambda_runtime::Error;
use revocation_aws::SystemClock;
use revocation_lambda::serve::serve;
use revocation_wiring::{Aws, Wiring};

use crate::frames::Frames;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(
        Wiring::connect(frames),
        async |frames, event: ApiGatewayWebsocketProxyRequest, _| Ok(frames::handle(frames, &event).await?),
    )
    .await
}

fn frames(wiring: &mut Wiring<'_>) -> Frames<Aws> {
    Frames {
        devices: wiring.devices(),
        links: wiring.links(),
        store: wiring.store(),
        queue: wiring.receipts_queue(),
        clock: SystemClock,
    }
}
