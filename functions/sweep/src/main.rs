//! Every minute: re-drives what is stuck, settles what is done.

mod deps;

use jiff::SignedDuration;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use revocation_lambda::{config::environment, telemetry, time};
use serde_json::{Value, json};

/// What is left of an invocation when the sweep stops: one recount.
const MARGIN: SignedDuration = SignedDuration::from_secs(15);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start(environment("RUST_LOG").as_deref());
    let deps = deps::connect(&environment).await?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        let deadline = time::deadline(&event.context, MARGIN);
        let swept = revocation_app::sweep(&deps.store, &deps.queue, &deps.clock, deadline).await?;
        if swept.checked > 0 {
            tracing::info!(
                checked = swept.checked,
                settled = swept.settled,
                redriven = swept.redriven,
                failed = swept.failed,
                "swept {} revocations",
                swept.checked
            );
        }
        Ok::<_, Error>(json!({
            "checked": swept.checked, "settled": swept.settled, "redriven": swept.redriven, "failed": swept.failed
        }))
    }))
    .await
}
