//! The ports on memory, and what tests are written with.
//!
//! | what | file |
//! |---|---|
//! | every store port | [`MemoryStore`] |
//! | the queue: at least once, in any order | [`MemoryQueue`] |
//! | time and chance that tests hold in their hands | [`ManualClock`], [`SeededDice`], [`Chance`] |
//! | the time as it is, for those who judge signatures by it | [`WallClock`] |
//! | a vendor and the devices behind it | [`FakeChannel`] |
//! | an order for a channel's client; the tenant's credentials | [`Case`], [`Documents`] |
//! | devices of the self-built channel, and what is sent to them | [`MemoryDevices`], [`MemoryLinks`] |
//! | access keys, and their secrets | [`MemoryAccessKeys`], [`MemorySeal`] |
//! | who may record over the queue | [`MemorySenders`] |
//! | spent nonces | [`MemoryNonces`] |
//! | vendor sessions | [`MemorySessions`] |
//! | all of these as one world | [`Memory`] |
//! | one push from its recording to its settling | [`Scene`] |
//! | crashes, lost answers and interleavings between any two port calls | [`Weather`] |
//! | pushes, batches and revocations that read as sentences | [`builders`] |
//! | large numbers in tables for people | [`grouped`] |
//! | device tokens as long and random as vendors' | [`token`] |
//! | what every implementation of a port must do | [`contract`] |

#![expect(clippy::unwrap_used, reason = "a test kit: what goes wrong here fails the test that asked")]
#![expect(clippy::missing_panics_doc, reason = "a test kit: what goes wrong here fails the test that asked")]

pub mod builders;
mod case;
mod chance;
mod clock;
pub mod contract;
mod documents;
mod fake_channel;
mod grouped;
mod memory;
mod memory_devices;
mod memory_keys;
mod memory_nonces;
mod memory_queue;
mod memory_senders;
mod memory_sessions;
mod memory_store;
mod scene;
mod token;
mod weather;

pub use case::Case;
pub use chance::{Chance, SeededDice};
pub use clock::{ManualClock, WallClock};
pub use documents::Documents;
pub use fake_channel::{Call, FakeChannel, Mood, Shown};
pub use grouped::grouped;
pub use memory::Memory;
pub use memory_devices::{CountingSecrets, MemoryDevices, MemoryLinks};
pub use memory_keys::{MemoryAccessKeys, MemorySeal};
pub use memory_nonces::MemoryNonces;
pub use memory_queue::{MemoryQueue, Receipt};
pub use memory_senders::MemorySenders;
pub use memory_sessions::MemorySessions;
pub use memory_store::{CommittedBatch, Kept, MemoryStore};
pub use scene::{Batch, Scene};
pub use token::token;
pub use weather::{Running, Weather};

/// Polls a future on this thread until it is done. Enough for ports on memory.
pub fn run<F: Future>(future: F) -> F::Output {
    futures::executor::block_on(future)
}
