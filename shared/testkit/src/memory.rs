//! The world in memory.

use revocation_app::ports::Ports;

use crate::{
    CountingSecrets, ManualClock, MemoryAccessKeys, MemoryDevices, MemoryLinks, MemoryNonces, MemoryQueue, MemorySeal, MemorySenders,
    MemoryStore, SeededDice,
};

#[derive(Debug)]
pub struct Memory;

impl Ports for Memory {
    type Store = MemoryStore;
    type Queue = MemoryQueue;
    type Keys = MemoryAccessKeys;
    type Senders = MemorySenders;
    type Seal = MemorySeal;
    type Nonces = MemoryNonces;
    type Devices = MemoryDevices;
    type Links = MemoryLinks;
    type Clock = ManualClock;
    type Dice = SeededDice;
    type Secrets = CountingSecrets;
}
