//! Writes a progress under the condition that nobody wrote since it was read.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use revocation_app::ports::StoreError;

use super::DynamoPushStore;
use crate::failure::{unavailable, worn_out};
use crate::items::{Item, number, written_by};
use crate::pause::{TRIES, before_try};

/// A condition on what is stored; mostly that its version is `before`, where 0 means that nothing is.
#[derive(Clone)]
pub struct VersionIs {
    pub text: &'static str,
    pub names: Option<HashMap<String, String>>,
    pub values: Option<HashMap<String, AttributeValue>>,
}

impl VersionIs {
    pub fn new(before: u64) -> Self {
        if before == 0 {
            Self {
                text: "attribute_not_exists(pk)",
                names: None,
                values: None,
            }
        } else {
            Self {
                text: "#version = :before",
                names: Some(HashMap::from([("#version".to_owned(), "version".to_owned())])),
                values: Some(HashMap::from([(":before".to_owned(), number(before))])),
            }
        }
    }
}

impl DynamoPushStore {
    /// Whether it was written; `false` means that somebody else wrote first.
    pub(super) async fn put_progress(&self, item: Item, before: u64, name: &str) -> Result<bool, StoreError> {
        for nth in 0..TRIES {
            before_try(nth).await;
            let if_version = VersionIs::new(before);
            let put = self
                .client
                .put_item()
                .table_name(&self.table)
                .set_item(Some(item.clone()))
                .condition_expression(if_version.text)
                .set_expression_attribute_names(if_version.names)
                .set_expression_attribute_values(if_version.values)
                .return_values_on_condition_check_failure(AllOld);
            let Err(error) = put.send().await else {
                return Ok(true);
            };
            match error.as_service_error() {
                // The SDK asks again when an answer is lost, and then meets what it wrote itself.
                Some(PutItemError::ConditionalCheckFailedException(lost)) => {
                    return Ok(written_by::is(lost.item(), name));
                }
                Some(PutItemError::TransactionConflictException(_)) => {}
                _ => return Err(unavailable("PutItem", &error)),
            }
        }
        Err(worn_out("PutItem"))
    }
}
