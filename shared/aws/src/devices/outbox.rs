//! What waits for devices: written in calls of 25, read in pages.

use futures::FutureExt as _;
use revocation_app::ports::{DeviceOutbox, InstructionPage, StoreError, StoreFuture};
use revocation_rules::device::Device;
use revocation_rules::instruction::{Instruction, InstructionId};

use super::{DynamoDevices, items, key};
use crate::failure::unavailable;
use crate::items::{at, text};

const PAGE: i32 = 100;

impl DynamoDevices {
    async fn page(&self, device: &Device, after: Option<&InstructionId>) -> Result<InstructionPage, StoreError> {
        let pk = key::device(device);
        let start = after.map(|id| at(pk.clone(), key::instruction(id)));
        let answer = self
            .table
            .query()
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":sk", text(key::INSTRUCTION))
            .limit(PAGE)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| unavailable("Query", &error))?;
        let read = |item| items::read_instruction(device, item);
        let instructions: Vec<Instruction> = answer.items().iter().map(read).collect::<Result<_, _>>()?;
        let more = answer.last_evaluated_key.is_some();
        Ok(InstructionPage {
            next: instructions.last().filter(|_| more).map(|last| last.id.clone()),
            instructions,
        })
    }
}

impl DeviceOutbox for DynamoDevices {
    fn keep<'a>(&'a self, instructions: &'a [Instruction]) -> StoreFuture<'a, ()> {
        self.table.put_all(instructions.iter().map(items::instruction), 1).boxed()
    }

    fn instruction<'a>(&'a self, device: &'a Device, id: &'a InstructionId) -> StoreFuture<'a, Option<Instruction>> {
        async move {
            let item = self.table.get(at(key::device(device), key::instruction(id))).await?;
            item.as_ref().map(|item| items::read_instruction(device, item)).transpose()
        }
        .boxed()
    }

    fn instructions<'a>(&'a self, device: &'a Device, after: Option<&'a InstructionId>) -> StoreFuture<'a, InstructionPage> {
        self.page(device, after).boxed()
    }

    fn remove<'a>(&'a self, device: &'a Device, id: &'a InstructionId) -> StoreFuture<'a, ()> {
        self.table.delete(at(key::device(device), key::instruction(id))).boxed()
    }
}
