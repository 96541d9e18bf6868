//! Devices of the self-built channel: how they prove themselves, what waits for them, and how they are reached.
//!
//! An instruction is kept first and told second: a device that is not reached
//! finds it when it registers. The ports that a channel's client works with
//! can be made into objects.

use std::fmt;
use std::future::Future;

use futures::future::BoxFuture;
use jiff::Timestamp;
use revocation_rules::device::{ConnectionId, Device};
use revocation_rules::frame::ToDevice;
use revocation_rules::ids::KeyId;
use revocation_rules::instruction::{Instruction, InstructionId};

use super::{Source, StoreFuture, StoreResult};

/// What is kept of a device's token.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptToken {
    /// SHA-256 of the token's secret half.
    pub digest: [u8; 32],
    pub issued_at: Timestamp,
    /// The sender's key that asked for it; older versions did not say.
    pub issued_by: Option<KeyId>,
    /// From then on it lets nobody in.
    pub ends_at: Timestamp,
}

impl fmt::Debug for KeptToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptToken")
            .field("issued_at", &self.issued_at)
            .field("ends_at", &self.ends_at)
            .finish_non_exhaustive()
    }
}

pub trait DeviceTokens: Send + Sync {
    /// Keeps a device's token in the place of the one it had.
    fn put_token(&self, device: &Device, token: &KeptToken) -> impl Future<Output = StoreResult<()>> + Send;

    /// The device's token, good or run out. Consistent: a token that was replaced lets nobody in.
    fn token(&self, device: &Device) -> impl Future<Output = StoreResult<Option<KeptToken>>> + Send;

    /// From now on the device has none. Removing what is not there is no error.
    fn remove_token(&self, device: &Device) -> impl Future<Output = StoreResult<()>> + Send;
}

/// Makes what nobody can guess.
pub trait SecretMaker: Send + Sync {
    /// At least 128 random bits, as letters and digits.
    fn secret(&self) -> String;
}

/// Who is connected. A connection is known from its beginning, and its
/// device's from when it registers: before that nothing can be sent to it.
pub trait DeviceConnections: Send + Sync {
    /// Keeps that this connection is this device's.
    fn begin<'a>(&'a self, connection: &'a ConnectionId, device: &'a Device, now: Timestamp) -> StoreFuture<'a, ()>;

    /// The device of a connection that began and has not ended. Consistent.
    fn device_of<'a>(&'a self, connection: &'a ConnectionId) -> StoreFuture<'a, Option<Device>>;

    /// From now on the device is reached over this connection, too.
    fn enlist<'a>(&'a self, device: &'a Device, connection: &'a ConnectionId, now: Timestamp) -> StoreFuture<'a, ()>;

    /// Over which connections a device is reached, those that registered last first. Consistent: a device that
    /// does not find an instruction is found by who gives it. Of more than a hundred some may be left out.
    fn connections<'a>(&'a self, device: &'a Device) -> StoreFuture<'a, Vec<ConnectionId>>;

    /// Every connection of a device that began and has not ended, whether or not it registered. Consistent.
    fn begun<'a>(&'a self, device: &'a Device) -> StoreFuture<'a, Vec<ConnectionId>>;

    /// Forgets a connection. Forgetting what is not known is no error.
    fn end<'a>(&'a self, device: &'a Device, connection: &'a ConnectionId) -> StoreFuture<'a, ()>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstructionPage {
    pub instructions: Vec<Instruction>,
    /// Where the next page starts after; `None` at the end.
    pub next: Option<InstructionId>,
}

/// What waits for devices.
pub trait DeviceOutbox: Send + Sync {
    /// Keeps instructions of different ids until their windows close; one that
    /// is there already is written again. `Err` means that some may not be kept.
    fn keep<'a>(&'a self, instructions: &'a [Instruction]) -> StoreFuture<'a, ()>;

    fn instruction<'a>(&'a self, device: &'a Device, id: &'a InstructionId) -> StoreFuture<'a, Option<Instruction>>;

    /// A page of what waits for a device, whatever its window. Consistent.
    fn instructions<'a>(&'a self, device: &'a Device, after: Option<&'a InstructionId>) -> StoreFuture<'a, InstructionPage>;

    /// The device did as it was told.
    fn remove<'a>(&'a self, device: &'a Device, id: &'a InstructionId) -> StoreFuture<'a, ()>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    Yes,
    /// The connection has ended and never comes back.
    Gone,
}

#[derive(Debug, thiserror::Error)]
#[error("the gateway did not take a frame")]
pub struct LinkError(#[source] pub Source);

pub trait DeviceLinks: Send + Sync {
    /// Sends one frame. `Yes` means that the gateway took it, not that the device did. Ends within seconds,
    /// whatever the gateway does.
    fn post<'a>(&'a self, connection: &'a ConnectionId, frame: &'a ToDevice) -> BoxFuture<'a, Result<Posted, LinkError>>;

    /// Ends a connection. Ending what has ended is no error.
    fn close<'a>(&'a self, connection: &'a ConnectionId) -> BoxFuture<'a, Result<(), LinkError>>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use revocation_rules::ids::Tenant;

    #[test]
    fn what_is_logged_of_a_device_or_a_token_shows_neither() {
        let device = Device {
            tenant: Tenant {
                app: "shop".parse().unwrap(),
                workspace: "default".parse().unwrap(),
            },
            id: "planted".parse().unwrap(),
        };
        let token = KeptToken {
            digest: [7; 32],
            issued_at: Timestamp::UNIX_EPOCH,
            issued_by: None,
            ends_at: Timestamp::UNIX_EPOCH,
        };
        let shown = format!("{device:?} {token:?}");
        assert!(!shown.contains("planted") && !shown.contains("7, 7"), "{shown}");
    }
}
