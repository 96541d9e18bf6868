//! An order becomes instructions. Pure.

use revocation_app::ports::Order;
use revocation_rules::batch::Handle;
use revocation_rules::instruction::{Instruction, InstructionId};
use revocation_rules::window;

/// The instructions with their slots, and the slots that name no notification to overwrite.
pub(super) fn instructions(order: &Order<'_>) -> (Vec<(usize, Instruction)>, Vec<usize>) {
    let mut given = Vec::with_capacity(order.calls.len());
    let mut without = Vec::new();
    for call in order.calls {
        match call.handle.and_then(Handle::notify_id) {
            Some(notify_id) => given.push((
                call.slot,
                Instruction {
                    id: InstructionId::of(order.revocation, &order.batch.batch, call.slot),
                    device: call.token.clone(),
                    batch: order.batch.batch.clone(),
                    notify_id,
                    notice: call.notice.clone(),
                    revoked_at: order.requested_at,
                    closes_at: window::closes_at(order.batch.sent_at),
                },
            )),
            None => without.push(call.slot),
        }
    }
    (given, without)
}
