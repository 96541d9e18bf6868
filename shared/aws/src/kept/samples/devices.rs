//! The table of devices of the self-built channel.

use revocation_app::ports::KeptToken;
use revocation_rules::device::Device;
use revocation_rules::instruction::{Instruction, InstructionId};

use super::common::{batch_ref, id, later, noon, notices, revocation_id, tenant};
use super::kind;
use crate::devices;
use crate::items::Item;
use crate::kept::{Kind, shown};

pub const KINDS: &[Kind] = &[
    kind("device token", device_token, |item, _| shown(devices::items::read_token(item))),
    kind(
        "instruction",
        || devices::items::instruction(&instruction()),
        |item, _| shown(devices::items::read_instruction(&device(), item)),
    ),
    kind(
        "connection",
        || devices::items::connection(&device(), &id("c1="), noon()),
        |item, _| shown(devices::items::read_connection(item)),
    ),
    kind(
        "connection that began",
        || devices::items::begun(&device(), &id("c1="), noon()),
        |item, _| shown(devices::items::read_begun(item)),
    ),
    kind(
        "way back",
        || devices::items::way_back(&id("c1="), &device(), noon()),
        |item, _| shown(devices::items::read_way_back(item)),
    ),
];

fn device() -> Device {
    Device {
        tenant: tenant(),
        id: id("phone-77"),
    }
}

fn device_token() -> Item {
    let token = KeptToken {
        digest: [9; 32],
        issued_at: noon(),
        issued_by: Some(id("key-1")),
        ends_at: later(86_400),
    };
    devices::items::token(&device(), &token)
}

fn instruction() -> Instruction {
    Instruction {
        id: InstructionId::of(&revocation_id(), &batch_ref(), 3),
        device: device().id,
        batch: batch_ref(),
        notify_id: 730_021,
        notice: notices().default,
        revoked_at: noon(),
        closes_at: later(7 * 86_400),
    }
}
