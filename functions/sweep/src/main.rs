//! Every minute: has every revocation that is due walked or recounted.

use jiff::SignedDuration;
use lambda_runtime::Error;
use revocation_aws::SystemClock;
use revocation_lambda::serve::serve;
use revocation_lambda::time;
use revocation_wiring::Wiring;
use serde_json::{Value, json};

/// What is left of an invocation when the sweep stops: the few it is handing on.
const MARGIN: SignedDuration = SignedDuration::from_secs(15);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let connect = Wiring::connect(|wiring| (wiring.store(), wiring.fanout_queue()));
    serve(connect, async |(store, queue), _: Value, context| {
        let deadline = time::deadline(context, MARGIN);
        let swept = revocation_app::sweep(store, queue, &SystemClock, deadline).await?;
        if swept.handed_on + swept.failed > 0 {
            tracing::info!(
                handed_on = swept.handed_on,
                failed = swept.failed,
                "swept {} revocations",
                swept.handed_on
            );
        }
        Ok(json!({ "handed_on": swept.handed_on, "failed": swept.failed }))
    })
    .await
}
