//! Disables a key, or allows it again.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use revocation_app::ports::{KeyState, StoreError};
use revocation_rules::ids::KeyId;

use super::DynamoAccessKeys;
use crate::failure::unavailable;
use crate::items::access_key::{STATE, state_name};
use crate::items::text;
use crate::items::update::Update;

impl DynamoAccessKeys {
    /// Whether there is such a key.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn set_state(&self, id: &KeyId, state: KeyState) -> Result<bool, StoreError> {
        let update = Update::default().set(STATE, text(state_name(state)));
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(id.as_str()))
            .update_expression(update.expression())
            .condition_expression("attribute_exists(pk)")
            .set_expression_attribute_names(Some(update.names))
            .set_expression_attribute_values(Some(update.values));
        let Err(error) = request.send().await else {
            return Ok(true);
        };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
            _ => Err(unavailable("UpdateItem", &error)),
        }
    }
}
