//! What waits for devices: written in calls of 25, read in pages.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use revocation_app::ports::{DeviceOutbox, InstructionPage, StoreError};
use revocation_rules::device::Device;
use revocation_rules::instruction::{Instruction, InstructionId};

use super::{DynamoDevices, items, key};
use crate::failure::{AwsFailure, unavailable, worn_out};
use crate::items::text;
use crate::pause::{TRIES, before_try};

const WRITE: &str = "BatchWriteItem";
/// What `DynamoDB` takes in one call.
const WRITES: usize = 25;
const PAGE: i32 = 100;

impl DynamoDevices {
    /// Writes up to 25 items. Those that `DynamoDB` had no time for are written again.
    async fn write_all(&self, mut writes: Vec<WriteRequest>) -> Result<(), StoreError> {
        for nth in 0..TRIES {
            before_try(nth).await;
            let request = self.client.batch_write_item().request_items(&self.table, writes);
            let answer = request.send().await.map_err(|error| unavailable(WRITE, &error))?;
            writes = answer
                .unprocessed_items
                .into_iter()
                .flat_map(HashMap::into_values)
                .flatten()
                .collect();
            if writes.is_empty() {
                return Ok(());
            }
        }
        Err(worn_out(WRITE))
    }

    async fn page(&self, device: &Device, after: Option<&InstructionId>) -> Result<InstructionPage, StoreError> {
        let pk = key::device(device);
        let start = after.map(|id| HashMap::from([("pk".to_owned(), text(pk.clone())), ("sk".to_owned(), text(key::instruction(id)))]));
        let answer = self
            .client
            .query()
            .table_name(&self.table)
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
    fn keep<'a>(&'a self, instructions: &'a [Instruction]) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            for some in instructions.chunks(WRITES) {
                let write = |instruction: &Instruction| {
                    let put = PutRequest::builder().set_item(Some(items::instruction(instruction))).build();
                    put.map(|put| WriteRequest::builder().put_request(put).build())
                };
                let writes: Vec<_> = some
                    .iter()
                    .map(write)
                    .collect::<Result<_, _>>()
                    .map_err(|error| StoreError::Unavailable(Box::new(AwsFailure::new(WRITE, error.to_string()))))?;
                self.write_all(writes).await?;
            }
            Ok(())
        }
        .boxed()
    }

    fn instruction<'a>(&'a self, device: &'a Device, id: &'a InstructionId) -> BoxFuture<'a, Result<Option<Instruction>, StoreError>> {
        async move {
            let item = self.get(key::device(device), &key::instruction(id)).await?;
            item.as_ref().map(|item| items::read_instruction(device, item)).transpose()
        }
        .boxed()
    }

    fn instructions<'a>(
        &'a self,
        device: &'a Device,
        after: Option<&'a InstructionId>,
    ) -> BoxFuture<'a, Result<InstructionPage, StoreError>> {
        self.page(device, after).boxed()
    }

    fn remove<'a>(&'a self, device: &'a Device, id: &'a InstructionId) -> BoxFuture<'a, Result<(), StoreError>> {
        async move { self.delete(key::device(device), &key::instruction(id)).await }.boxed()
    }
}
