//! Every minute: re-drives what is stuck, settles what is done.

use jiff::SignedDuration;
use lambda_runtime::Error;
use revocation_aws::SystemClock;
use revocation_lambda::serve::serve;
use revocation_lambda::time;
use revocation_wiring::Wiring;
use serde_json::{Value, json};

/// What is left of an invocation when the sweep stops: one recount.
const MARGIN: SignedDuration = SignedDuration::from_secs(15);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let connect = Wiring::connect(|wiring| (wiring.store(), wiring.job_queues().0));
    serve(connect, async |(store, queue), _: Value, context| {
        let deadline = time::deadline(context, MARGIN);
        let swept = revocation_app::sweep(store, queue, &SystemClock, deadline).await?;
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
        Ok(json!({
            "checked": swept.checked, "settled": swept.settled, "redriven": swept.redriven, "failed": swept.failed
        }))
    })
    .await
}
