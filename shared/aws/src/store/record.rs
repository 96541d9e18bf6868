//! Keeps a batch: payload first, header second.
//!
//! The header is the commit point. A payload lies under its own digest, so a
//! batch that loses the race for its id never touches the payload of the one
//! that won; what is left over expires by itself.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use revocation_app::ports::{BatchRecorder, Recorded, StoreError};
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::window::KEPT;

use super::DynamoPushStore;
use crate::failure::unavailable;
use crate::items::{Item, batch, gone_since};

impl BatchRecorder for DynamoPushStore {
    async fn record(&self, header: &BatchHeader, deliveries: &[Delivery]) -> Result<Recorded, StoreError> {
        let written = batch::write(header, deliveries)?;
        if let Some(payload) = written.payload {
            self.put(payload).await?;
        }
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(written.header))
            // What is past its time makes room for a new recording.
            .condition_expression("attribute_not_exists(pk) OR sent_at <= :gone")
            .expression_attribute_values(":gone", gone_since(self.now(), KEPT))
            .return_values_on_condition_check_failure(AllOld);
        let Err(error) = put.send().await else {
            return Ok(Recorded::New);
        };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(lost)) => {
                let there = lost.item().ok_or(StoreError::Damaged {
                    item: "batch header",
                    attribute: "pk",
                })?;
                if batch::read_digest(there)? == header.digest {
                    Ok(Recorded::Same)
                } else {
                    Ok(Recorded::Conflict)
                }
            }
            _ => Err(unavailable("PutItem", &error)),
        }
    }
}

impl DynamoPushStore {
    /// Writes an item, whatever was there.
    pub(super) async fn put(&self, item: Item) -> Result<(), StoreError> {
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .send()
            .await
            .map_err(|error| unavailable("PutItem", &error))?;
        Ok(())
    }
}
