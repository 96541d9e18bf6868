//! Writes a session under the condition that nobody wrote since it was read.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use revocation_app::ports::{Saved, SessionKey, SessionRecord, StoreError};

use super::DynamoVendorSessions;
use crate::dice::random_text;
use crate::failure::unavailable;
use crate::items::{vendor_session, written_by};
use crate::store::VersionIs;

impl DynamoVendorSessions {
    pub(super) async fn put(&self, key: &SessionKey, record: &SessionRecord, before: u64) -> Result<Saved, StoreError> {
        let name = random_text();
        let if_version = VersionIs::new(before);
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(vendor_session::write(key, record, &name)))
            .condition_expression(if_version.text)
            .set_expression_attribute_names(if_version.names)
            .set_expression_attribute_values(if_version.values)
            .return_values_on_condition_check_failure(AllOld);
        let Err(error) = put.send().await else {
            return Ok(Saved::Yes);
        };
        match error.as_service_error() {
            // The SDK asks again when an answer is lost, and then meets what it wrote itself.
            Some(PutItemError::ConditionalCheckFailedException(lost)) if written_by::is(lost.item(), &name) => Ok(Saved::Yes),
            Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(Saved::Outdated),
            _ => Err(unavailable("PutItem", &error)),
        }
    }
}
