//! Registers pushes and reads them back.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use revocation_app::ports::{Inserted, PushStore, StoreError};
use revocation_rules::ids::PushRef;
use revocation_rules::push::Push;

use super::DynamoPushStore;
use crate::failure::{unavailable, worn_out};
use crate::items::{key, push};
use crate::pause::{TRIES, before_try};

impl PushStore for DynamoPushStore {
    async fn push(&self, of: &PushRef) -> Result<Option<Push>, StoreError> {
        let item = self.get(key::push(of), key::PUSH.to_owned()).await?;
        item.as_ref().map(push::read).transpose()
    }

    async fn insert_push(&self, new: &Push) -> Result<Inserted<Push>, StoreError> {
        let item = push::write(new);
        for nth in 0..TRIES {
            before_try(nth).await;
            let put = self
                .client
                .put_item()
                .table_name(&self.table)
                .set_item(Some(item.clone()))
                .condition_expression("attribute_not_exists(pk)")
                .return_values_on_condition_check_failure(AllOld);
            let Err(error) = put.send().await else {
                return Ok(Inserted::New);
            };
            match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(lost)) => {
                    let there = lost.item().ok_or(StoreError::Damaged {
                        item: "push",
                        attribute: "pk",
                    })?;
                    return push::read(there).map(Inserted::Existing);
                }
                Some(PutItemError::TransactionConflictException(_)) => {}
                _ => return Err(unavailable("PutItem", &error)),
            }
        }
        Err(worn_out("PutItem"))
    }
}
