//! Keeps instructions, then tells the devices that are connected.
//!
//! All are kept first and devices are told second, so that no device, however slow its connections are, has
//! another's instruction wait to be kept. The connections are read after keeping, consistently; a device that
//! registers writes its connection first and reads second. Whatever the order, one of the two sees the other. That
//! a device could not be told is no failure: the instruction waits for it.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::mem;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use futures::future::join_all;
use futures::{FutureExt, StreamExt, stream};
use revocation_app::MOST_CONNECTIONS;
use revocation_app::ports::{ChannelClient, Clock, DeviceConnections, DeviceLinks, DeviceOutbox, Order, Posted};
use revocation_rules::device::{ConnectionId, Device};
use revocation_rules::frame::ToDevice;
use revocation_rules::instruction::Instruction;
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;
use tokio::time::Instant;

use super::request::instructions;
use crate::answers::{transient, without_handle};
use crate::elapsed::elapsed_ms;

/// Kept in one write; fails or succeeds as one.
const GROUP: usize = 25;
/// Groups that are kept at once.
const GROUPS_AT_ONCE: usize = 4;
/// Devices that are told at once, each over all its connections.
const DEVICES_AT_ONCE: usize = 32;
/// Frames on the way over one connection at once.
const FRAMES_AT_ONCE: usize = 4;
/// Most frames that one order sends over one connection: a device with more of them waiting hears of the rest when
/// it registers next.
const MOST_FRAMES: usize = 100;
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
    /// More than are sent over one connection.
    left: AtomicUsize,
    warned: AtomicBool,
}

fn count(counter: &AtomicUsize) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Tally {
    fn untold(&self, instructions: impl IntoIterator<Item = Instruction>) {
        self.untold.lock().unwrap_or_else(PoisonError::into_inner).extend(instructions);
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

fn by_device(instructions: Vec<Instruction>) -> BTreeMap<Device, Vec<Instruction>> {
    let mut of: BTreeMap<Device, Vec<Instruction>> = BTreeMap::new();
    for instruction in instructions {
        of.entry(instruction.device()).or_default().push(instruction);
    }
    of
}

impl SelfBuiltClient {
    fn is_late(&self, order: &Order<'_>) -> bool {
        self.clock.now() >= order.call_until
    }

    /// Keeps a group of instructions. They come back if they are kept.
    async fn keep(&self, order: &Order<'_>, group: Vec<(usize, Instruction)>) -> (Vec<(usize, Answer)>, Vec<Instruction>) {
        let (slots, instructions): (Vec<usize>, Vec<Instruction>) = group.into_iter().unzip();
        let all = |answer: &Answer| slots.iter().map(|slot| (*slot, answer.clone())).collect();
        if self.is_late(order) {
            return (all(&Answer::NotTried), Vec::new());
        }
        if let Err(error) = self.outbox.keep(&instructions).await {
            tracing::warn!(revocation.id = %order.revocation, channel = "self_built", %error, "instructions could not be kept");
            return (all(&Answer::Failed(transient("self_built:store_unavailable"))), Vec::new());
        }
        let stored = Answer::Ended {
            outcome: Outcome::Overwritten,
            reason: STORED.to_owned(),
        };
        (all(&stored), instructions)
    }

    /// Tells devices until time is up. Who is not told then hears of it when it registers.
    async fn tell(&self, order: &Order<'_>, instructions: Vec<Instruction>, tally: &Tally) {
        stream::iter(by_device(instructions))
            .for_each_concurrent(DEVICES_AT_ONCE, |(device, waiting)| async move {
                self.tell_device(order, &device, waiting, tally).await;
            })
            .await;
    }

    /// Tells a device over all its connections at once: one that is slow holds up no other.
    async fn tell_device(&self, order: &Order<'_>, device: &Device, mut waiting: Vec<Instruction>, tally: &Tally) {
        if self.is_late(order) {
            return tally.untold(waiting);
        }
        let connections = match self.connections.connections(device).await {
            Ok(connections) => connections,
            Err(error) => {
                tally.warn(order, &error);
                return tally.untold(waiting);
            }
        };
        if connections.is_empty() {
            return;
        }
        let left = waiting.split_off(waiting.len().min(MOST_FRAMES));
        tally.left.fetch_add(left.len(), Ordering::Relaxed);
        let frames: Vec<ToDevice> = waiting.into_iter().map(ToDevice::Revoke).collect();
        let told = connections.iter().take(MOST_CONNECTIONS);
        let told = told.map(|connection| self.send(order, device, connection, &frames, tally));
        let failed: BTreeSet<usize> = join_all(told).await.into_iter().flatten().collect();
        tally.untold(frames.into_iter().enumerate().filter_map(|(nth, frame)| match frame {
            ToDevice::Revoke(instruction) if failed.contains(&nth) => Some(instruction),
            ToDevice::Revoke(_)
            | ToDevice::Registered { .. }
            | ToDevice::Acked { .. }
            | ToDevice::Noted { .. }
            | ToDevice::Pong
            | ToDevice::Error { .. } => None,
        }));
    }

    /// Sends frames over one connection, and stops at the first that does not go. Which did not go, by their place.
    async fn send(&self, order: &Order<'_>, device: &Device, connection: &ConnectionId, frames: &[ToDevice], tally: &Tally) -> Vec<usize> {
        let mut sent = 0;
        for some in frames.chunks(FRAMES_AT_ONCE) {
            if self.is_late(order) {
                break;
            }
            let posts = join_all(some.iter().map(|frame| self.links.post(connection, frame))).await;
            let mut failed = Vec::new();
            for (nth, post) in posts.into_iter().enumerate() {
                match post {
                    Ok(Posted::Yes) => count(&tally.told),
                    Ok(Posted::Gone) => {
                        count(&tally.gone);
                        // If this fails, the next one who posts finds it gone again.
                        let _ = self.connections.end(device, connection).await;
                        return Vec::new();
                    }
                    Err(error) => {
                        tally.warn(order, &error);
                        failed.push(sent + nth);
                    }
                }
            }
            sent += some.len();
            if !failed.is_empty() {
                failed.extend(sent..frames.len());
                return failed;
            }
        }
        (sent..frames.len()).collect()
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
            let mut kept = Vec::new();
            let mut keeping = stream::iter(groups)
                .map(|group| self.keep(order, group))
                .buffer_unordered(GROUPS_AT_ONCE);
            while let Some((some, instructions)) = keeping.next().await {
                answers.extend(some);
                kept.extend(instructions);
            }
            drop(keeping);
            self.tell(order, kept, &tally).await;
            for _ in 0..LATER_ROUNDS {
                // A gateway that was busy for a moment has no device wait until it registers again.
                self.tell(order, tally.take_untold(), &tally).await;
            }
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
                untold = tally.take_untold().len() + tally.left.load(Ordering::Relaxed),
                duration_ms = elapsed_ms(started),
                "kept instructions for devices"
            );
            answers
        }
        .boxed()
    }
}
