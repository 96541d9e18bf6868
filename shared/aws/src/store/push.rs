//! Registers pushes and reads them back, by their ids and tasks by their numbers.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::CancellationReason;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use jiff::Timestamp;
use revocation_app::ports::{Inserted, PushStore, StoreError, TaskNumbers};
use revocation_rules::ids::{PushRef, Tenant};
use revocation_rules::push::{KEPT, Push};
use revocation_rules::task_number::TaskNumber;

use super::DynamoPushStore;
use super::put_progress::VersionIs;
use super::transact::Transacted;
use crate::dice::random_text;
use crate::failure::{unavailable, worn_out};
use crate::items::{gone_since, is_over, key, number as number_of, push, task_number, text};
use crate::pause::{TRIES, before_try};

impl PushStore for DynamoPushStore {
    async fn push(&self, of: &PushRef) -> Result<Option<Push>, StoreError> {
        let item = self.get(key::push(of), key::PUSH.to_owned()).await?;
        let push = item.as_ref().map(push::read).transpose()?;
        Ok(push.filter(|push| push.is_kept(self.now())))
    }

    async fn insert_push(&self, new: &Push) -> Result<Inserted<Push>, StoreError> {
        match new.registration.push.task_number().filter(|number| number.is_made()) {
            Some(number) => self.insert_with_number(new, number).await,
            None => self.insert_alone(new).await,
        }
    }
}

impl TaskNumbers for DynamoPushStore {
    async fn task_numbered(&self, tenant: &Tenant, number: TaskNumber) -> Result<Option<PushRef>, StoreError> {
        let item = self.get(key::number(tenant, number), key::NUMBER.to_owned()).await?;
        let item = item.filter(|item| !is_over(item, self.now()));
        item.as_ref().map(|item| task_number::read(tenant, item)).transpose()
    }
}

/// The condition that no push is in the way: none is there, or one that is past
/// its time by what [`Push::kept_until`] goes by.
fn free(now: Timestamp) -> VersionIs {
    VersionIs {
        text: "attribute_not_exists(pk) OR (registered_at <= :gone \
               AND (send_until_at <= :gone OR (attribute_not_exists(send_until_at) AND sent_at <= :gone)))",
        names: None,
        values: Some(HashMap::from([(":gone".to_owned(), gone_since(now, KEPT))])),
    }
}

impl DynamoPushStore {
    /// The push and its number are one transaction: whatever is registered is found by its number.
    async fn insert_with_number(&self, new: &Push, number: TaskNumber) -> Result<Inserted<Push>, StoreError> {
        let named = &new.registration.push;
        let push_item = push::write(new);
        let number_item = task_number::write(new, number);
        let now = self.now();
        // A number that an expired push of the same id left behind is its own again.
        let free_number = VersionIs {
            text: "attribute_not_exists(pk) OR push_id = :id OR expires_at <= :now",
            names: None,
            values: Some(HashMap::from([
                (":id".to_owned(), text(named.id.as_str())),
                (":now".to_owned(), number_of(now.as_second())),
            ])),
        };
        let writes = |_| {
            Ok(vec![
                self.put_of(push_item.clone(), free(now))?,
                self.put_of(number_item.clone(), free_number.clone())?,
            ])
        };
        let reasons = match self.transact(&random_text(), writes).await? {
            Transacted::Written => return Ok(Inserted::New),
            Transacted::Refused(reasons) => reasons,
        };
        let in_the_way = |at: usize| reasons.get(at).and_then(CancellationReason::item);
        if let Some(there) = in_the_way(0) {
            let there = push::read(there)?;
            // The number alone may be in the way of one that takes the place of an expired push.
            if there.is_kept(now) {
                return Ok(Inserted::Existing(there));
            }
        }
        // Two ids of one number, one in 2^52: the second can not be had.
        let other = match in_the_way(1) {
            Some(taken) => self.push(&task_number::read(&named.tenant, taken)?).await?,
            None => None,
        };
        other.map(Inserted::Existing).ok_or(StoreError::Damaged {
            item: "task number",
            attribute: task_number::ID,
        })
    }

    async fn insert_alone(&self, new: &Push) -> Result<Inserted<Push>, StoreError> {
        let item = push::write(new);
        for nth in 0..TRIES {
            before_try(nth).await;
            let free = free(self.now());
            let put = self
                .client
                .put_item()
                .table_name(&self.table)
                .set_item(Some(item.clone()))
                .condition_expression(free.text)
                .set_expression_attribute_values(free.values)
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
