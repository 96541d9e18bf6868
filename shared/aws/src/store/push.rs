//! Registers pushes and reads them back, by their ids and tasks by their numbers.

use aws_sdk_dynamodb::types::CancellationReason;
use jiff::Timestamp;
use revocation_app::ports::{Inserted, PushStore, StoreError, TaskNumbers};
use revocation_rules::ids::{PushRef, Tenant};
use revocation_rules::push::{KEPT, Push};
use revocation_rules::task_number::TaskNumber;

use super::DynamoPushStore;
use super::transact::Transacted;
use crate::dice::random_text;
use crate::items::condition::Condition;
use crate::items::{at, gone_since, is_over, key, number as number_of, push, task_number, text};
use crate::table::Written;

impl PushStore for DynamoPushStore {
    async fn push(&self, of: &PushRef) -> Result<Option<Push>, StoreError> {
        let item = self.table.get(at(key::push(of), key::PUSH)).await?;
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
        let item = self.table.get(at(key::number(tenant, number), key::NUMBER)).await?;
        let item = item.filter(|item| !is_over(item, self.now()));
        item.as_ref().map(|item| task_number::read(tenant, item)).transpose()
    }
}

/// The condition that no push is in the way: none is there, or one that is past
/// its time by what [`Push::kept_until`] goes by.
fn free(now: Timestamp) -> Condition {
    Condition::of(
        "attribute_not_exists(pk) OR (registered_at <= :gone \
         AND (send_until_at <= :gone OR (attribute_not_exists(send_until_at) AND sent_at <= :gone)))",
        [(":gone", gone_since(now, KEPT))],
    )
}

impl DynamoPushStore {
    /// The push and its number are one transaction: whatever is registered is found by its number.
    async fn insert_with_number(&self, new: &Push, number: TaskNumber) -> Result<Inserted<Push>, StoreError> {
        let named = &new.registration.push;
        let push_item = push::write(new);
        let number_item = task_number::write(new, number);
        let now = self.now();
        // A number that an expired push of the same id left behind is its own again.
        let free_number = Condition::of(
            "attribute_not_exists(pk) OR push_id = :id OR expires_at <= :now",
            [(":id", text(named.id.as_str())), (":now", number_of(now.as_second()))],
        );
        let writes = |_| {
            Ok(vec![
                self.put_of(push_item.clone(), &free(now))?,
                self.put_of(number_item.clone(), &free_number)?,
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
        // Two ids of one number, one in 2^52: the second cannot be had.
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
        match self.table.put_if(&push::write(new), &free(self.now())).await? {
            Written::Yes => Ok(Inserted::New),
            Written::No(there) => {
                let there = there.ok_or(StoreError::Damaged {
                    item: "push",
                    attribute: "pk",
                })?;
                push::read(&there).map(Inserted::Existing)
            }
        }
    }
}
