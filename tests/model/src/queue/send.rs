//! Jobs on their way into a queue: in tens, sixteen calls at once, as `shared/aws` sends them.

use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};
use revocation_app::ports::{Job, JobQueue, QueueError};
use revocation_aws::encode;

use super::{Message, Name, pump};
use crate::dynamo::Call;
use crate::fail::Fail;
use crate::lambda::Function;
use crate::ledger::Operation;
use crate::meter::Meter;
use crate::sim::{Micros, SECOND, lock, micros};
use crate::store::Metered;
use crate::world::World;

const BATCH: usize = 10;
const CALLS: usize = 16;
/// What SQS counts as one request.
const REQUEST_BYTES: usize = 64 * 1_024;
/// What is read back (`shared/aws/src/queue/envelope.rs`).
const LONGEST_JOB: usize = 32 * 1_024;

impl JobQueue for Metered {
    async fn send(&self, jobs: &[Job], delay: Duration) -> Result<(), QueueError> {
        // Whole seconds, and no more of them than SQS waits.
        let delay = micros(delay).div_ceil(SECOND) * SECOND;
        let delay = delay.min(self.meter.world.limits.sqs.max_delay);
        let mut calls = Vec::new();
        for name in Name::ALL {
            let of_it: Vec<&Job> = jobs.iter().filter(|job| Name::of(job) == name).collect();
            calls.extend(
                of_it
                    .chunks(BATCH)
                    .map(|ten| (name, ten.iter().map(|job| (*job).clone()).collect::<Vec<_>>())),
            );
        }
        stream::iter(calls)
            .map(|(name, ten)| send(&self.meter, name, ten, delay))
            .buffer_unordered(CALLS)
            .collect::<()>()
            .await;
        Ok(())
    }
}

async fn send(meter: &Meter, name: Name, ten: Vec<Job>, delay: Micros) {
    let world = &meter.world;
    let sqs = world.limits.sqs;
    let sizes: Vec<usize> = ten.iter().map(|job| encode(job).len()).collect();
    let bytes: usize = sizes.iter().sum();
    let largest = sizes.into_iter().max().unwrap_or(0);
    if largest > LONGEST_JOB {
        world.fail(Fail::Bytes {
            what: "a job",
            bytes: largest,
            limit: LONGEST_JOB,
        });
    }
    if bytes > sqs.call_bytes {
        world.fail(Fail::Bytes {
            what: "a call to SQS",
            bytes,
            limit: sqs.call_bytes,
        });
    }
    world.note_call(&Call::send());
    world.served().await;
    world.sim.sleep(meter.jittered(sqs.call, world.limits.dynamo.slow)).await;
    {
        let mut ledger = lock(&world.ledger);
        ledger.add_call(Operation::SendMessageBatch);
        ledger.sqs_requests += bytes.div_ceil(REQUEST_BYTES).max(1) as u64;
        ledger.largest_job = ledger.largest_job.max(largest);
    }
    if world.loses_fanouts() && meter.env.function() == Function::Revoke {
        return;
    }
    let mut messages = Vec::with_capacity(ten.len());
    for job in ten {
        let message = Message { job, received: 0 };
        if world.sim.number().is_multiple_of(sqs.twice_in) {
            lock(&world.ledger).duplicates += 1;
            messages.push(message.clone());
        }
        messages.push(message);
    }
    show_after(world, name, messages, delay);
}

/// Shows messages in `wait`.
pub(super) fn show_after(world: &Arc<World>, name: Name, messages: Vec<Message>, wait: Micros) {
    if wait == 0 {
        show(world, name, messages);
        return;
    }
    let world = Arc::clone(world);
    world.sim.clone().spawn(async move {
        world.sim.sleep(wait).await;
        show(&world, name, messages);
    });
}

fn show(world: &Arc<World>, name: Name, messages: Vec<Message>) {
    {
        let mut queue = lock(world.queues.get(name));
        queue.visible.extend(messages);
        queue.most_waiting = queue.most_waiting.max(queue.visible.len());
    }
    pump(world, name);
}
