//! Queue `recordings`: senders record what they delivered without waiting for an answer.

mod handler;

use lambda_runtime::Error;
use revocation_app::KnownBindings;
use revocation_aws::SystemClock;
use revocation_lambda::serve::serve_queue;
use revocation_rules::queue_sender::Unbound;
use revocation_wiring::{Aws, Wiring};

use crate::handler::{Deps, parse, record};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve_queue(Wiring::connect(deps), parse, async |deps, sent, _| record(deps, sent).await).await
}

fn deps(wiring: &mut Wiring<'_>) -> Deps<Aws> {
    let (queue, _) = wiring.job_queues();
    let unbound = wiring.settings.read("UNBOUND_QUEUE_SENDERS", Unbound::FORMAT, Unbound::parse);
    Deps {
        store: wiring.store(),
        queue,
        channels: wiring.channels().with_push_hosts(wiring.push_hosts()),
        clock: SystemClock,
        // It asks nobody for a key.
        senders: wiring.access_keys(),
        known: KnownBindings::default(),
        // What is missing or wrong is complained about.
        unbound: unbound.unwrap_or(Unbound::Refuse),
    }
}
