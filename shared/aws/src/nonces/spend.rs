//! One conditional put. The stored time is compared: `DynamoDB` deletes late.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use jiff::Timestamp;
use revocation_app::ports::{Nonces, Spent, StoreError};
use revocation_rules::ids::KeyId;

use super::DynamoNonces;
use crate::dice::random_text;
use crate::failure::unavailable;
use crate::items::{nonce, time, written_by};

impl Nonces for DynamoNonces {
    async fn spend(&self, key: &KeyId, word: &str, now: Timestamp, until: Timestamp) -> Result<Spent, StoreError> {
        let name = random_text();
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(nonce::write(key, word, until, &name)))
            .condition_expression("attribute_not_exists(pk) OR #until < :now")
            .expression_attribute_names("#until", nonce::UNTIL)
            .expression_attribute_values(":now", time(now))
            .return_values_on_condition_check_failure(AllOld);
        let Err(error) = put.send().await else {
            return Ok(Spent::Now);
        };
        match error.as_service_error() {
            // The SDK asks again when an answer is lost, and then meets what it wrote itself.
            Some(PutItemError::ConditionalCheckFailedException(lost)) if written_by::is(lost.item(), &name) => Ok(Spent::Now),
            Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(Spent::Before),
            _ => Err(unavailable("PutItem", &error)),
        }
    }
}
