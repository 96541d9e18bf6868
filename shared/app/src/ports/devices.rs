//! Devices of the self-built channel: who they are, what waits for them, and how they are reached.
//!
//! An instruction is kept first and told second: a device that is not reached
//! finds it when it registers. The ports that a channel's client works with
//! can be made into objects.

use std::fmt;
use std::future::Future;
use std::str::FromStr;

use futures::future::BoxFuture;
use jiff::Timestamp;
use revocation_rules::ids::{BatchId, BatchRef, DeviceToken, IdError, KeyId, PushId, PushKind, RevocationId, Tenant};
use revocation_rules::notice::Notice;
use revocation_rules::receipt::ReceiptEvent;
use sha2::{Digest, Sha256};

use super::{Source, StoreError};

type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// A device, by the name under which its sender delivers to it. The tenant is
/// part of the name: two tenants' devices of the same name are two devices.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Device {
    pub tenant: Tenant,
    pub id: DeviceToken,
}

/// Longest connection id that is taken; real ones have 16 characters.
const MAX_CONNECTION_BYTES: usize = 128;

/// Names one connection. Made by the gateway and opaque to us.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(String);

impl ConnectionId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ConnectionId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.is_empty() {
            Err(IdError::Empty)
        } else if text.len() > MAX_CONNECTION_BYTES {
            Err(IdError::TooLong { max: MAX_CONNECTION_BYTES })
        } else if text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError::NotAName)
        }
    }
}

/// Names one instruction to one device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstructionId(String);

impl InstructionId {
    const PREFIX: &'static str = "ins_";

    /// The same revocation of the same delivery is the same instruction, however often it is given.
    pub fn of(revocation: &RevocationId, batch: &BatchRef, slot: usize) -> Self {
        use std::fmt::Write as _;

        let mut hash = Sha256::new();
        let mut field = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        };
        field(revocation.as_str());
        field(batch.batch.as_str());
        hash.update((slot as u64).to_be_bytes());
        let mut id = Self::PREFIX.to_owned();
        for byte in &hash.finalize()[..16] {
            // Cannot fail: writing to a String.
            let _ = write!(id, "{byte:02x}");
        }
        Self(id)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for InstructionId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let digits = text
            .strip_prefix(Self::PREFIX)
            .ok_or(IdError::WrongPrefix { expected: Self::PREFIX })?;
        let well_formed = digits.len() == 32 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError::NotAName)
        }
    }
}

/// Take one message off one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    pub id: InstructionId,
    /// The device, as the delivery names it; its tenant is the push's.
    pub device: DeviceToken,
    /// The batch its delivery was recorded in.
    pub batch: BatchRef,
    pub notify_id: u32,
    pub notice: Notice,
    pub revoked_at: Timestamp,
    /// From then on it is no longer given to the device.
    pub closes_at: Timestamp,
}

impl Instruction {
    pub fn device(&self) -> Device {
        Device {
            tenant: self.batch.push.tenant.clone(),
            id: self.device.clone(),
        }
    }
}

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
    fn put_token(&self, device: &Device, token: &KeptToken) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The device's token, good or run out. Consistent: a token that was replaced lets nobody in.
    fn token(&self, device: &Device) -> impl Future<Output = Result<Option<KeptToken>, StoreError>> + Send;

    /// From now on the device has none. Removing what is not there is no error.
    fn remove_token(&self, device: &Device) -> impl Future<Output = Result<(), StoreError>> + Send;
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
    fn begin<'a>(&'a self, connection: &'a ConnectionId, device: &'a Device, now: Timestamp) -> Answer<'a, ()>;

    /// The device of a connection that began and has not ended. Consistent.
    fn device_of<'a>(&'a self, connection: &'a ConnectionId) -> Answer<'a, Option<Device>>;

    /// From now on the device is reached over this connection, too.
    fn enlist<'a>(&'a self, device: &'a Device, connection: &'a ConnectionId, now: Timestamp) -> Answer<'a, ()>;

    /// Over which connections a device is reached, those that registered last first. Consistent: a device that
    /// does not find an instruction is found by who gives it. Of more than a hundred some may be left out.
    fn connections<'a>(&'a self, device: &'a Device) -> Answer<'a, Vec<ConnectionId>>;

    /// Every connection of a device that began and has not ended, whether or not it registered. Consistent.
    fn begun<'a>(&'a self, device: &'a Device) -> Answer<'a, Vec<ConnectionId>>;

    /// Forgets a connection. Forgetting what is not known is no error.
    fn end<'a>(&'a self, device: &'a Device, connection: &'a ConnectionId) -> Answer<'a, ()>;
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
    fn keep<'a>(&'a self, instructions: &'a [Instruction]) -> Answer<'a, ()>;

    fn instruction<'a>(&'a self, device: &'a Device, id: &'a InstructionId) -> Answer<'a, Option<Instruction>>;

    /// A page of what waits for a device, whatever its window. Consistent.
    fn instructions<'a>(&'a self, device: &'a Device, after: Option<&'a InstructionId>) -> Answer<'a, InstructionPage>;

    /// The device did as it was told.
    fn remove<'a>(&'a self, device: &'a Device, id: &'a InstructionId) -> Answer<'a, ()>;
}

/// What is said to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToDevice {
    /// It is reached over this connection now. `more`: register again once these are acknowledged.
    Registered {
        missed: usize,
        more: bool,
    },
    Revoke(Instruction),
    Acked {
        instruction: InstructionId,
    },
    /// Its receipt is kept.
    Noted {
        receipt: DeviceReceipt,
    },
    Pong,
    /// What it sent was not done. Never holds what it sent.
    Error {
        detail: &'static str,
    },
}

/// What a device says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromDevice {
    Register,
    /// It did as it was told; `event` is what became of the message.
    Ack {
        instruction: InstructionId,
        event: ReceiptEvent,
    },
    Receipt(DeviceReceipt),
    Ping,
}

/// A device's word on a message that it got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceReceipt {
    pub kind: PushKind,
    pub id: PushId,
    pub batch: BatchId,
    pub event: ReceiptEvent,
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
    use revocation_rules::ids::PushRef;

    fn batch(id: &str) -> BatchRef {
        BatchRef {
            push: PushRef {
                tenant: Tenant {
                    app: "shop".parse().unwrap(),
                    workspace: "default".parse().unwrap(),
                },
                kind: PushKind::Task,
                id: "t".parse().unwrap(),
            },
            shard: 0,
            batch: id.parse().unwrap(),
        }
    }

    #[test]
    fn an_instruction_is_named_by_its_revocation_batch_and_slot() {
        let (one, two) = ("rvk_1".parse().unwrap(), "rvk_2".parse().unwrap());
        let id = InstructionId::of(&one, &batch("b"), 7);
        assert_eq!(id, InstructionId::of(&one, &batch("b"), 7));
        for other in [
            InstructionId::of(&two, &batch("b"), 7),
            InstructionId::of(&one, &batch("c"), 7),
            InstructionId::of(&one, &batch("b"), 8),
        ] {
            assert_ne!(id, other);
        }
        assert_eq!(id.as_str().parse(), Ok(id));
    }

    #[test]
    fn a_text_that_is_no_id_is_none() {
        for bad in [
            "",
            "ins_",
            "ins_xyz",
            &format!("ins_{}", "A".repeat(32)),
            &format!("rvk_{}", "0".repeat(32)),
        ] {
            assert!(bad.parse::<InstructionId>().is_err(), "{bad}");
        }
        for bad in ["", "a b", "a\n", &"x".repeat(129)] {
            assert!(bad.parse::<ConnectionId>().is_err(), "{bad}");
        }
        assert!("L0SM9cOFvHcCIhw=".parse::<ConnectionId>().is_ok());
    }

    #[test]
    fn what_is_logged_of_a_device_or_a_token_shows_neither() {
        let device = Device {
            tenant: batch("b").push.tenant,
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
