//! One push as large as one likes: its one batch, read as that many.

use std::time::Duration;

use serde_json::{Value, json};

use crate::error::BenchError;
use crate::events::messages;
use crate::fakes::Fakes;
use crate::function::Function;
use crate::scene::{Revoked, STEM};

/// The time that `fanout` has.
const LIMIT: Duration = Duration::from_mins(1);
/// More invocations than this are a walk without an end.
const MOST: usize = 2_000;

/// From now on the push has so many batches of 1,000.
pub fn grow(fakes: &Fakes, task: &str, shard: u64, batches: u64) -> Result<u64, BenchError> {
    let push = format!("shop/default#task#{task}");
    let key = json!({"TableName": "pushes", "Key": {"pk": {"S": push}, "sk": {"S": "push"}}, "ConsistentRead": true});
    let item = fakes.aws("DynamoDB_20120810.GetItem", &key)?;
    let shards: u64 = item["Item"]["shards"]["N"].as_str().unwrap_or("16").parse()?;
    let swarm = json!({"push": push, "stem": STEM, "number": 0, "shard": shard, "shards": shards, "batches": batches});
    fakes.tell(&json!({"swarm": swarm}))?;
    Ok(shards)
}

/// The push is as it was recorded again.
pub fn shrink(fakes: &Fakes) -> Result<(), BenchError> {
    fakes.tell(&json!({"swarm": null})).map(drop)
}

/// What a walk took in all its invocations.
#[derive(Debug, Default)]
pub struct Walk {
    pub invocations: usize,
    pub wall: Duration,
    pub cpu: Duration,
    pub longest: Duration,
    pub memory_mb: f64,
    pub read_units: f64,
    pub write_units: f64,
    pub messages: u64,
    pub calls: u64,
}

/// Has `function` work on a message, and on every message that goes on with it.
pub async fn walk(fakes: &Fakes, function: &Function, first: &str) -> Result<Walk, BenchError> {
    fakes.messages()?;
    fakes.counts()?;
    let mut walk = Walk::default();
    let mut waiting = vec![first.to_owned()];
    while let Some(message) = waiting.pop() {
        let invoked = function.invoke(&messages([message.as_str()]), LIMIT).await?;
        walk.invocations += 1;
        walk.wall += invoked.took;
        walk.cpu += invoked.cpu;
        walk.longest = walk.longest.max(invoked.took);
        let counts = fakes.counts()?;
        walk.read_units += counts.read_units;
        walk.write_units += counts.write_units;
        walk.messages += counts.messages;
        walk.calls += counts.all_calls();
        waiting.extend(fakes.messages()?.into_iter().map(|(_, body)| body).filter(|body| goes_on(body)));
        if walk.invocations > MOST {
            return Err(BenchError::new("a walk has no end"));
        }
    }
    walk.memory_mb = function.process.memory_mb()?.1;
    Ok(walk)
}

/// Not what the walk is for, nor a look that comes later.
fn goes_on(body: &str) -> bool {
    serde_json::from_str::<Value>(body).is_ok_and(|job| job["job"] != "dispatch" && job["job"] != "check")
}

/// Lets the sweep find the revocation now.
pub fn make_due(fakes: &Fakes, revoked: &Revoked) -> Result<(), BenchError> {
    let key =
        json!({"pk": {"S": format!("shop/default#task#{}", revoked.task)}, "sk": {"S": format!("revocation#{}", revoked.revocation)}});
    let update = json!({
        "TableName": "pushes", "Key": key, "UpdateExpression": "SET #due = :due",
        "ExpressionAttributeNames": {"#due": "due_at"}, "ExpressionAttributeValues": {":due": {"N": "1"}},
    });
    fakes.aws("DynamoDB_20120810.UpdateItem", &update).map(drop)
}
