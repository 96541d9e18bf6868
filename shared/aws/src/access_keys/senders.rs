//! Which identities of the senders' queue may record for which tenants: asked by `record-queued`, managed by the
//! keys command.

use aws_sdk_dynamodb::types::ReturnValue;
use jiff::Timestamp;
use revocation_app::ports::{QueueSenders, StoreError};
use revocation_rules::ids::Tenant;
use revocation_rules::queue_sender::QueueSender;

use super::DynamoAccessKeys;
use crate::failure::unavailable;
use crate::items::{keyed, queue_sender, text};

impl QueueSenders for DynamoAccessKeys {
    async fn is_bound(&self, sender: &QueueSender, tenant: &Tenant) -> Result<bool, StoreError> {
        let item = self.table.get(keyed(queue_sender::key(sender, tenant))).await?;
        // It says what its key says, or it counts for nothing.
        match item.as_ref().map(queue_sender::read).transpose()? {
            Some((named, of, _)) => Ok(named == *sender && of == *tenant),
            None => Ok(false),
        }
    }
}

impl DynamoAccessKeys {
    /// # Errors
    /// When the store does not answer.
    pub async fn bind_sender(&self, sender: &QueueSender, tenant: &Tenant, now: Timestamp) -> Result<(), StoreError> {
        self.table.put(queue_sender::write(sender, tenant, now)).await
    }

    /// Whether it was bound.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn unbind_sender(&self, sender: &QueueSender, tenant: &Tenant) -> Result<bool, StoreError> {
        let delete = self.table.client.delete_item().table_name(&self.table.name);
        let delete = delete.set_key(Some(keyed(queue_sender::key(sender, tenant))));
        let answer = delete.return_values(ReturnValue::AllOld).send().await;
        let answer = answer.map_err(|error| unavailable("DeleteItem", &error))?;
        Ok(answer.attributes.is_some())
    }

    /// Every binding, in the order of senders and tenants.
    ///
    /// # Errors
    /// When the store does not answer or holds a damaged binding.
    pub async fn bound_senders(&self) -> Result<Vec<(QueueSender, Tenant, Timestamp)>, StoreError> {
        let scan = self.table.scan();
        let scan = scan.filter_expression("begins_with(pk, :sender)");
        let scan = scan.expression_attribute_values(":sender", text(queue_sender::PREFIX));
        let mut items = scan.into_paginator().items().send();
        let mut bound = Vec::new();
        while let Some(item) = items.next().await {
            bound.push(queue_sender::read(&item.map_err(|error| unavailable("Scan", &error))?)?);
        }
        bound.sort_by(|(one, of, _), (other, to, _)| (one, of.to_string()).cmp(&(other, to.to_string())));
        Ok(bound)
    }
}
