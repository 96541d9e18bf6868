//! Changes one attribute of a key: its state, its label, how its secret is kept.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use revocation_app::ports::{KeptSecret, KeyState, SecretText, StoreError};
use revocation_rules::actor::KeyLabel;
use revocation_rules::ids::KeyId;

use super::DynamoAccessKeys;
use crate::failure::unavailable;
use crate::items::access_key::{LABEL, SECRET, STATE, keep_secret, state_name};
use crate::items::text;
use crate::items::update::Update;

impl DynamoAccessKeys {
    /// Disables a key, or allows it again. Whether there is such a key.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn set_state(&self, id: &KeyId, state: KeyState) -> Result<bool, StoreError> {
        self.change(id, Update::default().set(STATE, text(state_name(state)))).await
    }

    /// Calls a key something else; `None` takes its label away. Whether there is such a key.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn set_label(&self, id: &KeyId, label: Option<&KeyLabel>) -> Result<bool, StoreError> {
        let update = match label {
            Some(label) => Update::default().set(LABEL, text(label.as_str())),
            None => Update::default().remove(LABEL),
        };
        self.change(id, update).await
    }

    /// Keeps a secret that was readable in another form. Whether the key still had it so.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn seal(&self, id: &KeyId, readable: &SecretText, kept: &KeptSecret) -> Result<bool, StoreError> {
        let mut update = keep_secret(kept);
        update.values.insert(":readable".to_owned(), text(readable.expose()));
        update.condition = Some(format!("#{SECRET} = :readable"));
        self.change(id, update).await
    }

    async fn change(&self, id: &KeyId, update: Update) -> Result<bool, StoreError> {
        let expression = update.expression();
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(id.as_str()))
            .update_expression(expression)
            .condition_expression(update.condition.unwrap_or_else(|| "attribute_exists(pk)".to_owned()))
            .set_expression_attribute_names(Some(update.names))
            // Removing takes no value, and an empty list of values is refused.
            .set_expression_attribute_values(Some(update.values).filter(|values| !values.is_empty()));
        let Err(error) = request.send().await else {
            return Ok(true);
        };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
            _ => Err(unavailable("UpdateItem", &error)),
        }
    }
}
