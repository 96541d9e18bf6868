//! Moves a revocation on, unless somebody else did since it was read.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use revocation_app::ports::{Saved, StoreError};
use revocation_rules::revocation::Revocation;

use super::DynamoPushStore;
use crate::dice::random_text;
use crate::failure::{unavailable, worn_out};
use crate::items::{key, revocation, text, written_by};
use crate::pause::{TRIES, before_try};

impl DynamoPushStore {
    pub(super) async fn save(&self, moved: &Revocation) -> Result<Saved, StoreError> {
        let name = random_text();
        let update = revocation::update(moved).set(written_by::ATTRIBUTE, text(name.as_str()));
        for nth in 0..TRIES {
            before_try(nth).await;
            let request = self
                .client
                .update_item()
                .table_name(&self.table)
                .key("pk", text(key::push(&moved.push)))
                .key("sk", text(key::revocation(&moved.id)))
                .update_expression(update.expression())
                .set_condition_expression(update.condition.clone())
                .set_expression_attribute_names(Some(update.names.clone()))
                .set_expression_attribute_values(Some(update.values.clone()))
                .return_values_on_condition_check_failure(AllOld);
            let Err(error) = request.send().await else {
                return Ok(Saved::Yes);
            };
            match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(lost)) => {
                    let ours = written_by::is(lost.item(), &name);
                    return Ok(if ours { Saved::Yes } else { Saved::Outdated });
                }
                Some(UpdateItemError::TransactionConflictException(_)) => {}
                _ => return Err(unavailable("UpdateItem", &error)),
            }
        }
        Err(worn_out("UpdateItem"))
    }
}
