//! Devices of the self-built channel in memory, and frames that reach them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{
    Clock as _, DeviceConnections, DeviceLinks, DeviceOutbox, DeviceTokens, InstructionPage, KeptToken, LinkError, Posted, SecretMaker,
    StoreError, StoreFuture,
};
use revocation_rules::device::{ConnectionId, Device};
use revocation_rules::frame::ToDevice;
use revocation_rules::instruction::{Instruction, InstructionId};

use crate::weather::Lost;
use crate::{ManualClock, Weather};

#[derive(Debug, Default)]
struct Items {
    tokens: BTreeMap<Device, KeptToken>,
    ways_back: BTreeMap<ConnectionId, Device>,
    connections: BTreeMap<(Device, ConnectionId), Timestamp>,
    instructions: BTreeMap<(Device, InstructionId), Instruction>,
}

/// The store ports of devices. Nothing expires by itself.
#[derive(Debug, Clone)]
pub struct MemoryDevices {
    items: Arc<Mutex<Items>>,
    weather: Weather,
    page: usize,
}

impl Default for MemoryDevices {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryDevices {
    pub fn new() -> Self {
        Self {
            items: Arc::default(),
            weather: Weather::calm(),
            page: 100,
        }
    }

    #[must_use]
    pub fn in_weather(mut self, weather: &Weather) -> Self {
        self.weather = weather.clone();
        self
    }

    #[must_use]
    pub fn with_pages_of(mut self, page: usize) -> Self {
        self.page = page;
        self
    }

    fn items(&self) -> MutexGuard<'_, Items> {
        self.items.lock().unwrap()
    }

    /// Everything that waits for anybody.
    pub fn waiting(&self) -> Vec<Instruction> {
        self.items().instructions.values().cloned().collect()
    }

    async fn does<T: Send>(&self, effect: impl FnOnce(&mut Items) -> T + Send) -> Result<T, StoreError> {
        self.weather.before().await?;
        let done = effect(&mut self.items());
        self.weather.after().await?;
        Ok(done)
    }
}

impl DeviceTokens for MemoryDevices {
    async fn put_token(&self, device: &Device, token: &KeptToken) -> Result<(), StoreError> {
        self.does(|items| {
            items.tokens.insert(device.clone(), token.clone());
        })
        .await
    }

    async fn token(&self, device: &Device) -> Result<Option<KeptToken>, StoreError> {
        self.does(|items| items.tokens.get(device).cloned()).await
    }

    async fn remove_token(&self, device: &Device) -> Result<(), StoreError> {
        self.does(|items| {
            items.tokens.remove(device);
        })
        .await
    }
}

impl DeviceConnections for MemoryDevices {
    fn begin<'a>(&'a self, connection: &'a ConnectionId, device: &'a Device, _now: Timestamp) -> StoreFuture<'a, ()> {
        self.does(move |items| {
            items.ways_back.insert(connection.clone(), device.clone());
        })
        .boxed()
    }

    fn device_of<'a>(&'a self, connection: &'a ConnectionId) -> StoreFuture<'a, Option<Device>> {
        self.does(move |items| items.ways_back.get(connection).cloned()).boxed()
    }

    fn enlist<'a>(&'a self, device: &'a Device, connection: &'a ConnectionId, now: Timestamp) -> StoreFuture<'a, ()> {
        self.does(move |items| {
            items.connections.insert((device.clone(), connection.clone()), now);
        })
        .boxed()
    }

    fn connections<'a>(&'a self, device: &'a Device) -> StoreFuture<'a, Vec<ConnectionId>> {
        self.does(move |items| {
            let of_device = items.connections.iter().filter(|((of, _), _)| of == device);
            let mut found: Vec<_> = of_device.map(|((_, connection), at)| (*at, connection.clone())).collect();
            found.sort_by(|(one, _), (other, _)| other.cmp(one));
            found.into_iter().map(|(_, connection)| connection).collect()
        })
        .boxed()
    }

    fn begun<'a>(&'a self, device: &'a Device) -> StoreFuture<'a, Vec<ConnectionId>> {
        self.does(move |items| {
            let begun = items
                .ways_back
                .iter()
                .filter(|(_, of)| *of == device)
                .map(|(connection, _)| connection);
            let registered = items
                .connections
                .keys()
                .filter(|(of, _)| of == device)
                .map(|(_, connection)| connection);
            let all: BTreeSet<_> = begun.chain(registered).cloned().collect();
            all.into_iter().collect()
        })
        .boxed()
    }

    fn end<'a>(&'a self, device: &'a Device, connection: &'a ConnectionId) -> StoreFuture<'a, ()> {
        self.does(move |items| {
            items.connections.remove(&(device.clone(), connection.clone()));
            items.ways_back.remove(connection);
        })
        .boxed()
    }
}

impl DeviceOutbox for MemoryDevices {
    /// One after the other: a crash in between leaves some of them kept.
    fn keep<'a>(&'a self, instructions: &'a [Instruction]) -> StoreFuture<'a, ()> {
        async move {
            for instruction in instructions {
                let key = (instruction.device(), instruction.id.clone());
                self.does(|items| items.instructions.insert(key, instruction.clone())).await?;
            }
            Ok(())
        }
        .boxed()
    }

    fn instruction<'a>(&'a self, device: &'a Device, id: &'a InstructionId) -> StoreFuture<'a, Option<Instruction>> {
        self.does(move |items| items.instructions.get(&(device.clone(), id.clone())).cloned())
            .boxed()
    }

    fn instructions<'a>(&'a self, device: &'a Device, after: Option<&'a InstructionId>) -> StoreFuture<'a, InstructionPage> {
        self.does(move |items| {
            let of_device = items.instructions.values().filter(|instruction| instruction.device() == *device);
            let mut rest = of_device.filter(|instruction| after.is_none_or(|after| instruction.id > *after));
            let instructions: Vec<Instruction> = rest.by_ref().take(self.page).cloned().collect();
            InstructionPage {
                next: rest.next().and_then(|_| instructions.last()).map(|last| last.id.clone()),
                instructions,
            }
        })
        .boxed()
    }

    fn remove<'a>(&'a self, device: &'a Device, id: &'a InstructionId) -> StoreFuture<'a, ()> {
        self.does(move |items| {
            items.instructions.remove(&(device.clone(), id.clone()));
        })
        .boxed()
    }
}

/// Counts, so that every secret is another one and a test can tell which.
#[derive(Debug, Default)]
pub struct CountingSecrets(std::sync::atomic::AtomicU64);

impl SecretMaker for CountingSecrets {
    fn secret(&self) -> String {
        format!("secret{}", self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst))
    }
}

#[derive(Debug, Default)]
struct Wires {
    gone: BTreeSet<ConnectionId>,
    /// How often each still fails.
    broken: BTreeMap<ConnectionId, usize>,
    frames: Vec<(ConnectionId, ToDevice)>,
    closed: Vec<ConnectionId>,
    /// Connections over which nothing goes: how often each was tried, and what a try costs.
    stuck: BTreeMap<ConnectionId, (usize, ManualClock, SignedDuration)>,
    on_the_way: usize,
    most_on_the_way: usize,
}

/// Connections, and everything that was sent over them. Every connection is
/// there until it is gone.
#[derive(Debug, Clone)]
pub struct MemoryLinks {
    wires: Arc<Mutex<Wires>>,
    weather: Weather,
}

impl Default for MemoryLinks {
    fn default() -> Self {
        Self::in_weather(&Weather::calm())
    }
}

impl MemoryLinks {
    pub fn in_weather(weather: &Weather) -> Self {
        Self {
            wires: Arc::default(),
            weather: weather.clone(),
        }
    }

    /// The connection has ended; nobody was told.
    pub fn is_gone(&self, connection: &ConnectionId) {
        self.wires.lock().unwrap().gone.insert(connection.clone());
    }

    /// The gateway fails for this connection.
    pub fn is_broken(&self, connection: &ConnectionId) {
        self.fails(connection, usize::MAX);
    }

    /// The gateway fails for this connection so many times.
    pub fn fails(&self, connection: &ConnectionId, times: usize) {
        self.wires.lock().unwrap().broken.insert(connection.clone(), times);
    }

    /// Nothing goes over this connection any more: every try fails after a while.
    pub fn is_stuck(&self, connection: &ConnectionId, clock: &ManualClock, a_while: SignedDuration) {
        self.wires
            .lock()
            .unwrap()
            .stuck
            .insert(connection.clone(), (0, clock.clone(), a_while));
    }

    /// How often a connection was tried that is stuck.
    pub fn tried(&self, connection: &ConnectionId) -> usize {
        self.wires.lock().unwrap().stuck.get(connection).map_or(0, |(tries, ..)| *tries)
    }

    /// Which connections were closed from here.
    pub fn closed(&self) -> Vec<ConnectionId> {
        self.wires.lock().unwrap().closed.clone()
    }

    /// How many frames were on the way at once, at the most. Of use in weather: without it nothing waits.
    pub fn most_on_the_way(&self) -> usize {
        self.wires.lock().unwrap().most_on_the_way
    }

    /// What was sent over a connection, in order.
    pub fn sent_to(&self, connection: &ConnectionId) -> Vec<ToDevice> {
        let wires = self.wires.lock().unwrap();
        let to_it = wires.frames.iter().filter(|(to, _)| to == connection);
        to_it.map(|(_, frame)| frame.clone()).collect()
    }

    /// The instructions among them.
    pub fn instructions_to(&self, connection: &ConnectionId) -> Vec<Instruction> {
        let revokes = |frame| match frame {
            ToDevice::Revoke(instruction) => Some(instruction),
            ToDevice::Registered { .. } | ToDevice::Acked { .. } | ToDevice::Noted { .. } | ToDevice::Pong | ToDevice::Error { .. } => None,
        };
        self.sent_to(connection).into_iter().filter_map(revokes).collect()
    }
}

impl DeviceLinks for MemoryLinks {
    fn post<'a>(&'a self, connection: &'a ConnectionId, frame: &'a ToDevice) -> BoxFuture<'a, Result<Posted, LinkError>> {
        async move {
            let lost = |lost: Lost| LinkError(Box::new(lost));
            {
                let mut wires = self.wires.lock().unwrap();
                wires.on_the_way += 1;
                wires.most_on_the_way = wires.most_on_the_way.max(wires.on_the_way);
            }
            let before = self.weather.before().await;
            self.wires.lock().unwrap().on_the_way -= 1;
            before.map_err(lost)?;
            let posted = {
                let mut wires = self.wires.lock().unwrap();
                if let Some((tries, clock, a_while)) = wires.stuck.get_mut(connection) {
                    *tries += 1;
                    clock.set(clock.now() + *a_while);
                    return Err(lost(Lost::Call));
                }
                if let Some(times) = wires.broken.get_mut(connection).filter(|times| **times > 0) {
                    *times -= 1;
                    return Err(lost(Lost::Call));
                }
                if wires.gone.contains(connection) {
                    Posted::Gone
                } else {
                    wires.frames.push((connection.clone(), frame.clone()));
                    Posted::Yes
                }
            };
            self.weather.after().await.map_err(lost)?;
            Ok(posted)
        }
        .boxed()
    }

    fn close<'a>(&'a self, connection: &'a ConnectionId) -> BoxFuture<'a, Result<(), LinkError>> {
        async move {
            let lost = |lost: Lost| LinkError(Box::new(lost));
            self.weather.before().await.map_err(lost)?;
            {
                let mut wires = self.wires.lock().unwrap();
                wires.gone.insert(connection.clone());
                wires.closed.push(connection.clone());
            }
            self.weather.after().await.map_err(lost)
        }
        .boxed()
    }
}
