//! Devices of the self-built channel in memory, and frames that reach them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use jiff::Timestamp;
use revocation_app::ports::{
    ConnectionId, Device, DeviceConnections, DeviceLinks, DeviceOutbox, DeviceTokens, Instruction, InstructionId, InstructionPage,
    KeptToken, LinkError, Posted, SecretMaker, StoreError, ToDevice,
};

use crate::Weather;
use crate::weather::Lost;

type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

#[derive(Debug, Default)]
struct Items {
    tokens: BTreeMap<Device, KeptToken>,
    ways_back: BTreeMap<ConnectionId, Device>,
    connections: BTreeSet<(Device, ConnectionId)>,
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
}

impl DeviceConnections for MemoryDevices {
    fn begin<'a>(&'a self, connection: &'a ConnectionId, device: &'a Device, _now: Timestamp) -> Answer<'a, ()> {
        self.does(move |items| {
            items.ways_back.insert(connection.clone(), device.clone());
        })
        .boxed()
    }

    fn device_of<'a>(&'a self, connection: &'a ConnectionId) -> Answer<'a, Option<Device>> {
        self.does(move |items| items.ways_back.get(connection).cloned()).boxed()
    }

    fn enlist<'a>(&'a self, device: &'a Device, connection: &'a ConnectionId, _now: Timestamp) -> Answer<'a, ()> {
        self.does(move |items| {
            items.connections.insert((device.clone(), connection.clone()));
        })
        .boxed()
    }

    fn connections<'a>(&'a self, device: &'a Device) -> Answer<'a, Vec<ConnectionId>> {
        self.does(move |items| {
            let of_device = items.connections.iter().filter(|(of, _)| of == device);
            of_device.map(|(_, connection)| connection.clone()).collect()
        })
        .boxed()
    }

    fn end<'a>(&'a self, device: &'a Device, connection: &'a ConnectionId) -> Answer<'a, ()> {
        self.does(move |items| {
            items.connections.remove(&(device.clone(), connection.clone()));
            items.ways_back.remove(connection);
        })
        .boxed()
    }
}

impl DeviceOutbox for MemoryDevices {
    /// One after the other: a crash in between leaves some of them kept.
    fn keep<'a>(&'a self, instructions: &'a [Instruction]) -> Answer<'a, ()> {
        async move {
            for instruction in instructions {
                let key = (instruction.device(), instruction.id.clone());
                self.does(|items| items.instructions.insert(key, instruction.clone())).await?;
            }
            Ok(())
        }
        .boxed()
    }

    fn instruction<'a>(&'a self, device: &'a Device, id: &'a InstructionId) -> Answer<'a, Option<Instruction>> {
        self.does(move |items| items.instructions.get(&(device.clone(), id.clone())).cloned())
            .boxed()
    }

    fn instructions<'a>(&'a self, device: &'a Device, after: Option<&'a InstructionId>) -> Answer<'a, InstructionPage> {
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

    fn remove<'a>(&'a self, device: &'a Device, id: &'a InstructionId) -> Answer<'a, ()> {
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
            self.weather.before().await.map_err(lost)?;
            let posted = {
                let mut wires = self.wires.lock().unwrap();
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
}
