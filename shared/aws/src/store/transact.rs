//! One transaction, tried until it is written, refused for good, or given up.
//!
//! Each try has a token of its own making: the SDK's repetition of a call whose
//! answer was lost carries the same token and is answered as the first was. Only
//! a try that `DynamoDB` has cancelled, so one that wrote nothing, is followed by
//! another with a new token.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use aws_sdk_dynamodb::types::{self, CancellationReason, TransactWriteItem};
use revocation_app::ports::StoreError;

use super::DynamoPushStore;
use crate::failure::{unavailable, worn_out};
use crate::items::Item;
use crate::items::condition::Condition;
use crate::items::update::Update;
use crate::pause::{TRIES, before_try};
use crate::table::not_built;

const OPERATION: &str = "TransactWriteItems";
const CONDITION_FAILED: &str = "ConditionalCheckFailed";

pub enum Transacted {
    Written,
    /// A condition did not hold. The reasons are in the order of the writes.
    Refused(Vec<CancellationReason>),
}

impl DynamoPushStore {
    /// Runs the transaction that `writes` makes for each try. `name` names this
    /// call, in 32 characters or less.
    pub(super) async fn transact(
        &self,
        name: &str,
        writes: impl Fn(u32) -> Result<Vec<TransactWriteItem>, StoreError>,
    ) -> Result<Transacted, StoreError> {
        self.transact_again(name, 0, writes).await
    }

    /// The same when it was run in so many `rounds` before: whatever became of those, none of their tokens is used again.
    pub(super) async fn transact_again(
        &self,
        name: &str,
        rounds: u32,
        writes: impl Fn(u32) -> Result<Vec<TransactWriteItem>, StoreError>,
    ) -> Result<Transacted, StoreError> {
        for nth in 0..TRIES {
            before_try(nth).await;
            let nth = rounds * TRIES + nth;
            let sent = self
                .table
                .client
                .transact_write_items()
                .client_request_token(format!("{name}-{nth}"))
                .set_transact_items(Some(writes(nth)?))
                .send()
                .await;
            let Err(error) = sent else {
                return Ok(Transacted::Written);
            };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
                return Err(unavailable(OPERATION, &error));
            };
            let reasons = cancelled.cancellation_reasons();
            if reasons.iter().any(|reason| reason.code() == Some(CONDITION_FAILED)) {
                return Ok(Transacted::Refused(reasons.to_vec()));
            }
            if !reasons.iter().all(passes) {
                return Err(unavailable(OPERATION, &error));
            }
        }
        Err(worn_out(OPERATION))
    }
}

impl DynamoPushStore {
    /// An update as part of a transaction.
    pub(super) fn update_of(&self, key: Item, update: &Update) -> Result<TransactWriteItem, StoreError> {
        let update = types::Update::builder()
            .table_name(&self.table.name)
            .set_key(Some(key))
            .update_expression(update.expression())
            .set_condition_expression(update.condition.clone())
            .set_expression_attribute_names(Some(update.names.clone()))
            .set_expression_attribute_values(Some(update.values.clone()))
            .return_values_on_condition_check_failure(AllOld)
            .build()
            .map_err(|error| not_built(OPERATION, &error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// A put as part of a transaction.
    pub(super) fn put_of(&self, item: Item, condition: &Condition) -> Result<TransactWriteItem, StoreError> {
        let put = types::Put::builder()
            .table_name(&self.table.name)
            .set_item(Some(item))
            .condition_expression(condition.text)
            .set_expression_attribute_names(condition.names.clone())
            .set_expression_attribute_values(condition.values.clone())
            .return_values_on_condition_check_failure(AllOld)
            .build()
            .map_err(|error| not_built(OPERATION, &error))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

/// Does this reason go away by waiting?
fn passes(reason: &CancellationReason) -> bool {
    matches!(
        reason.code(),
        None | Some("None" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")
    )
}
