//! What a device of the self-built channel and we say to each other.

use crate::ids::{BatchId, PushId, PushKind};
use crate::instruction::{Instruction, InstructionId};
use crate::receipt::ReceiptEvent;

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
