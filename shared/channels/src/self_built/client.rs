//! Keeps instructions, then tells the devices that are connected.
//!
//! Kept first, connections read second, consistently; a device that registers
//! writes its connection first and reads second. Whatever the order, one of
//! the two sees the other. That a device could not be told is no failure: the
//! instruction waits for it.

use std::error::Error;
use std::mem;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};
use revocation_app::ports::{ChannelClient, Clock, DeviceConnections, DeviceLinks, DeviceOutbox, Instruction, Order, Posted, ToDevice};
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;
use tokio::time::Instant;

use super::request::instructions;
use crate::answers::{transient, without_handle};
use crate::elapsed::elapsed_ms;

/// Kept in one write; fails or succeeds as one.
const GROUP: usize = 25;
/// Groups, and devices of one group, that are worked on at once.
const GROUPS_AT_ONCE: usize = 4;
const DEVICES_AT_ONCE: usize = 8;
/// Who could not be told is told again after everybody else, this often. The
/// port waits between its own attempts, so nothing waits here.
const LATER_ROUNDS: usize = 2;
/// Why such a delivery counts as overwritten: the device shows the notice when it returns, if not now.
const STORED: &str = "stored_for_device";

pub(crate) struct SelfBuiltClient {
    pub outbox: Arc<dyn DeviceOutbox>,
    pub connections: Arc<dyn DeviceConnections>,
    pub links: Arc<dyn DeviceLinks>,
    pub clock: Arc<dyn Clock>,
}

/// What became of an order so far.
#[derive(Default)]
struct Tally {
    told: AtomicUsize,
    gone: AtomicUsize,
    /// For devices that may be connected and do not know yet.
    untold: Mutex<Vec<Instruction>>,
    warned: AtomicBool,
}

fn count(counter: &AtomicUsize) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Tally {
    fn untold(&self, instruction: Instruction) {
        self.untold.lock().unwrap_or_else(PoisonError::into_inner).push(instruction);
    }

    fn take_untold(&self) -> Vec<Instruction> {
        mem::take(&mut *self.untold.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// One line says why; the others fail for the same reason.
    fn warn(&self, order: &Order<'_>, error: &(dyn Error + 'static)) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            let cause = error.source().map(ToString::to_string);
            tracing::warn!(revocation.id = %order.revocation, channel = "self_built", %error, cause, "a device could not be told yet");
        }
    }
}

impl SelfBuiltClient {
    async fn give(&self, order: &Order<'_>, group: Vec<(usize, Instruction)>, tally: &Tally) -> Vec<(usize, Answer)> {
        let (slots, kept): (Vec<usize>, Vec<Instruction>) = group.into_iter().unzip();
        let all = |answer: &Answer| slots.iter().map(|slot| (*slot, answer.clone())).collect();
        if self.clock.now() >= order.call_until {
            return all(&Answer::NotTried);
        }
        if let Err(error) = self.outbox.keep(&kept).await {
            tracing::warn!(revocation.id = %order.revocation, channel = "self_built", %error, "instructions could not be kept");
            return all(&Answer::Failed(transient("self_built:store_unavailable")));
        }
        stream::iter(kept)
            .for_each_concurrent(DEVICES_AT_ONCE, |instruction| self.tell(order, instruction, tally))
            .await;
        all(&Answer::Ended {
            outcome: Outcome::Overwritten,
            reason: STORED.to_owned(),
        })
    }

    /// Tells a device over all its connections, until time is up.
    async fn tell(&self, order: &Order<'_>, instruction: Instruction, tally: &Tally) {
        if self.clock.now() >= order.call_until {
            return tally.untold(instruction);
        }
        let device = instruction.device();
        let connections = match self.connections.connections(&device).await {
            Ok(connections) => connections,
            Err(error) => {
                tally.warn(order, &error);
                return tally.untold(instruction);
            }
        };
        let frame = ToDevice::Revoke(instruction);
        let mut everybody = true;
        for connection in connections {
            match self.links.post(&connection, &frame).await {
                Ok(Posted::Yes) => count(&tally.told),
                Ok(Posted::Gone) => {
                    count(&tally.gone);
                    // If this fails, the next one who posts finds it gone again.
                    let _ = self.connections.end(&device, &connection).await;
                }
                Err(error) => {
                    tally.warn(order, &error);
                    everybody = false;
                }
            }
        }
        if let (false, ToDevice::Revoke(instruction)) = (everybody, frame) {
            tally.untold(instruction);
        }
    }

    /// A gateway that was busy for a moment has no device wait until it registers again.
    async fn tell_again(&self, order: &Order<'_>, tally: &Tally) {
        for _ in 0..LATER_ROUNDS {
            stream::iter(tally.take_untold())
                .for_each_concurrent(DEVICES_AT_ONCE, |instruction| self.tell(order, instruction, tally))
                .await;
        }
    }
}

impl ChannelClient for SelfBuiltClient {
    fn revoke<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Vec<(usize, Answer)>> {
        async move {
            let started = Instant::now();
            let tally = Tally::default();
            let (given, without) = instructions(order);
            let mut answers: Vec<_> = without.into_iter().map(|slot| (slot, without_handle())).collect();
            let groups: Vec<_> = given.chunks(GROUP).map(<[_]>::to_vec).collect();
            let mut asked = stream::iter(groups)
                .map(|group| self.give(order, group, &tally))
                .buffer_unordered(GROUPS_AT_ONCE);
            while let Some(group) = asked.next().await {
                answers.extend(group);
            }
            drop(asked);
            self.tell_again(order, &tally).await;
            let kept = answers
                .iter()
                .filter(|(_, answer)| matches!(answer, Answer::Ended { reason, .. } if reason == STORED));
            tracing::info!(
                revocation.id = %order.revocation,
                channel = "self_built",
                deliveries = order.calls.len(),
                kept = kept.count(),
                told = tally.told.load(Ordering::Relaxed),
                gone = tally.gone.load(Ordering::Relaxed),
                untold = tally.take_untold().len(),
                duration_ms = elapsed_ms(started),
                "kept instructions for devices"
            );
            answers
        }
        .boxed()
    }
}
