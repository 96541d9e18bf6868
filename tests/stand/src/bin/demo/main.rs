//! `make demo`: a wrong batch push of 10,000 deliveries over all channels
//! is taken back, and every simulated device is asked what it shows.
//!
//! Exits 0 only if the outcomes add up and the devices show exactly what the
//! outcomes claim.

mod bars;
mod check;
mod own;
mod push;
mod table;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stand::{Stand, StandError, Tenant};

use crate::push::Part;

const ID: &str = "20842863";
const TASK: &str = "/v1/tasks/20842863";
/// How long the revocation may take before the demo gives up.
const PATIENCE: Duration = Duration::from_mins(2);

#[tokio::main]
async fn main() -> ExitCode {
    match demo().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn demo() -> Result<bool, StandError> {
    let began = Instant::now();
    let stand = Stand::start(|doing| println!("  {doing}")).await?;
    let tenant = stand.tenant("shop", "default").await?;
    println!("  ready after {:.1} s\n", began.elapsed().as_secs_f64());

    let parts = push::parts(&stand);
    let (before, late): (Vec<_>, Vec<_>) = parts.iter().partition(|part| !part.late);
    let total: usize = parts.iter().map(|part| part.tokens.len()).sum();
    let phones = own::start(&tenant, &parts).await?;
    println!("A sender pushes \"50% off everyting\" to {total} devices over all channels and records what it delivered.");
    push::register(&tenant, TASK).await?;
    push::send(&stand, &tenant, TASK, &before).await?;
    own::deliver(&phones, &before).await?;
    let reported = push::report(&tenant, ID, &before).await?;
    println!("Some users open it or swipe it away: {reported} receipts, and what the app's own phones report.");
    println!("The last part is still on its way when somebody notices.\n");

    let revocation = revoke(&tenant).await?;
    let late_answers = push::send(&stand, &tenant, TASK, &late).await?;
    println!("{late_answers} late record calls were told that the push is revoked.\n");

    let watched = async {
        bars::watch(&tenant, &revocation, total, PATIENCE).await?;
        let held = own::come_back(&phones, &parts).await?;
        println!("  the phones that were off come back; {held} get the message only now, after its revocation");
        bars::confirmed(&tenant, &revocation, confirmed(&parts), PATIENCE).await
    };
    let settled = stand.explained(watched.await).await?;
    table::print(&settled);
    let wrong = check::check(&stand, &phones, &tenant, &revocation, &parts, &settled).await?;
    for line in &wrong {
        println!("WRONG: {line}");
    }
    println!("whole demo: {:.1} s", began.elapsed().as_secs_f64());
    Ok(wrong.is_empty())
}

/// Asks what would happen, then does it. Returns the revocation's path.
async fn revoke(tenant: &Tenant) -> Result<String, StandError> {
    let path = format!("{TASK}/revocations");
    let preview = tenant
        .operator
        .post(&path, &json!({"reason": "wrong price", "dry_run": true}))
        .await?;
    println!("Dry run: {} deliveries found", preview.body["deliveries"]);
    for (channel, what) in preview.body["channels"].as_object().into_iter().flatten() {
        println!(
            "  {channel:10} {:>5} deliveries, {:>5} revocable ({})",
            what["deliveries"],
            what["revocable"],
            text(&what["capability"])
        );
    }
    let began = Instant::now();
    let answer = tenant.operator.post(&path, &json!({"reason": "wrong price"})).await?;
    let gate_ms = began.elapsed().as_millis();
    if answer.status != 202 {
        return Err(StandError::Unexpected(format!(
            "the revocation was answered {}: {}",
            answer.status, answer.body
        )));
    }
    let gate = tenant.sender.get(&format!("{TASK}/gate")).await?;
    println!(
        "\nRevoked: 202 after {gate_ms} ms; the gate now says \"{}\".",
        text(&gate.body["gate"])
    );
    Ok(format!("{path}/{}", text(&answer.body["id"])))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

/// How many deliveries their own devices must confirm.
fn confirmed(parts: &[Part]) -> usize {
    expected(parts, "self_built", "confirmed")
}

/// How many deliveries have this outcome on this channel, by the parts alone.
fn expected(parts: &[Part], channel: &str, outcome: &str) -> usize {
    parts
        .iter()
        .filter(|part| part.channel.as_str() == channel && part.outcome() == outcome)
        .map(|part| part.tokens.len())
        .sum()
}
