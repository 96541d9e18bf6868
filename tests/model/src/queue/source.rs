//! An event source mapping: takes batches from a queue and invokes the queue's function with each.

use std::sync::Arc;

use futures::{StreamExt, stream};
use jiff::Timestamp;

use super::send::show_after;
use super::{Message, Name, Queue};
use crate::functions;
use crate::lambda::{Invoked, invoke};
use crate::ledger::Operation;
use crate::meter::Meter;
use crate::sim::{Micros, SECOND, lock};
use crate::world::World;

/// Jobs of one event that are worked on at once (`shared/lambda/src/queue_event.rs`).
const AT_ONCE: usize = 10;
/// When Lambda asks again after it had no environment.
const AFTER_THROTTLE: Micros = SECOND;

/// Takes all that may be taken now.
pub fn pump(world: &Arc<World>, name: Name) {
    loop {
        let batch = {
            let mut queue = lock(world.queues.get(name));
            take(world, &mut queue)
        };
        let Some(batch) = batch else { return };
        let world = Arc::clone(world);
        world.sim.clone().spawn(async move { serve(&world, name, batch).await });
    }
}

fn take(world: &World, queue: &mut Queue) -> Option<Vec<Message>> {
    let sqs = world.limits.sqs;
    let now = world.sim.micros();
    if queue.visible.is_empty() {
        queue.busy_since = None;
        return None;
    }
    let since = *queue.busy_since.get_or_insert(now);
    let minutes = usize::try_from((now - since) / (60 * SECOND)).unwrap_or(usize::MAX);
    let grown = sqs.more_a_minute.saturating_mul(minutes).saturating_add(sqs.batches_at_first);
    // The first minute grows by the second.
    let seconds = usize::try_from((now - since) / SECOND).unwrap_or(usize::MAX);
    let grown = grown.max(sqs.batches_at_first.saturating_add(sqs.more_a_minute.saturating_mul(seconds) / 60));
    let allowed = grown.min(queue.facts.workers).min(sqs.most_batches);
    if queue.taken >= allowed || queue.in_flight >= sqs.in_flight {
        return None;
    }
    let count = queue.facts.batch.min(queue.visible.len()).min(sqs.in_flight - queue.in_flight);
    let mut batch: Vec<Message> = queue.visible.drain(..count).collect();
    for message in &mut batch {
        message.received += 1;
    }
    let receives = queue.facts.receives;
    let before = batch.len();
    batch.retain(|message| message.received <= receives);
    queue.parked += before - batch.len();
    queue.taken += 1;
    queue.in_flight += batch.len();
    Some(batch)
}

async fn serve(world: &Arc<World>, name: Name, batch: Vec<Message>) {
    let sqs = world.limits.sqs;
    lock(&world.ledger).add_call(Operation::ReceiveMessage);
    lock(&world.ledger).sqs_requests += 1;
    world.sim.sleep(sqs.call).await;
    let received_at = world.sim.micros();
    let count = batch.len();
    let work = |meter, end| each(meter, end, batch.clone());
    let failed = match invoke(world, name.function(), work).await {
        Invoked::Done(failed) => failed,
        Invoked::TimedOut => batch,
        Invoked::Throttled => {
            // Nobody has seen them: they are as new.
            world.sim.sleep(AFTER_THROTTLE).await;
            let unseen = |message: Message| Message {
                received: message.received - 1,
                ..message
            };
            end(world, name, count);
            show_after(world, name, batch.into_iter().map(unseen).collect(), 0);
            return;
        }
    };
    if failed.len() < count {
        lock(&world.ledger).add_call(Operation::DeleteMessageBatch);
        lock(&world.ledger).sqs_requests += 1;
    }
    end(world, name, count);
    if !failed.is_empty() {
        let hidden = lock(world.queues.get(name)).facts.hidden;
        let rest = (received_at + hidden).saturating_sub(world.sim.micros());
        show_after(world, name, failed, rest);
    }
    pump(world, name);
}

fn end(world: &World, name: Name, count: usize) {
    let mut queue = lock(world.queues.get(name));
    queue.taken -= 1;
    queue.in_flight -= count;
}

/// Works on all messages of an event, and says which failed.
async fn each(meter: Meter, end: Timestamp, batch: Vec<Message>) -> Vec<Message> {
    stream::iter(batch)
        .map(|message| {
            let meter = meter.clone();
            async move {
                let done = functions::handle(&meter, message.job.clone(), end).await;
                (!done).then_some(message)
            }
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(async |failed| failed)
        .collect()
        .await
}
