//! Revocations: kept with their push's closure, read, moved on, found when due.

use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason};
use jiff::Timestamp;
use revocation_app::ports::{DuePage, DuePlace, RevocationStore, Saved, StoreError};
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::push::Push;
use revocation_rules::revocation::Revocation;

use super::DynamoPushStore;
use super::transact::Transacted;
use crate::dice::random_text;
use crate::failure::unavailable;
use crate::items::condition::Condition;
use crate::items::update::Update;
use crate::items::{Item, at, json_text, key, push, revocation, text, time, written_by};
use crate::table::Written;

/// Open revocations by when they are due. It has only keys.
const OPEN: &str = "open";

impl RevocationStore for DynamoPushStore {
    /// Closes the gate and keeps the revocation, both or neither (law L1).
    async fn insert_revocation(&self, read: &Push, new: &Revocation) -> Result<Saved, StoreError> {
        let written = revocation::write(new)?;
        let mut closures = read.closures.clone();
        closures.push(new.closure());
        let close = Update::default()
            .set("closures", text(json_text(&closures)))
            .raise_version(read.version)
            // Versions begin anew in another life of the same id.
            .and_is("registered_at", time(read.registered_at));
        let writes = |_| {
            let mut writes = vec![
                self.update_of(at(key::push(&new.push), key::PUSH), &close)?,
                self.put_of(written.revocation.clone(), &Condition::FREE)?,
            ];
            if let Some(targets) = &written.targets {
                writes.push(self.put_of(targets.clone(), &Condition::FREE)?);
            }
            Ok(writes)
        };
        match self.transact(&random_text(), writes).await? {
            Transacted::Written => Ok(Saved::Yes),
            Transacted::Refused(reasons) => {
                // The id is ours alone: a closure by it means that a lost answer said yes.
                let stored = reasons.first().and_then(CancellationReason::item).map(push::read).transpose()?;
                let ours = stored.is_some_and(|push| push.closures.iter().any(|closure| closure.by == new.id));
                Ok(if ours { Saved::Yes } else { Saved::Outdated })
            }
        }
    }

    async fn revocation(&self, push: &PushRef, id: &RevocationId) -> Result<Option<Revocation>, StoreError> {
        match self.table.get(at(key::push(push), key::revocation(id))).await? {
            Some(item) => self.whole_revocation(push, &item).await,
            None => Ok(None),
        }
    }

    async fn save_revocation(&self, moved: &Revocation) -> Result<Saved, StoreError> {
        let name = random_text();
        let update = revocation::update(moved).set(written_by::ATTRIBUTE, text(name.as_str()));
        let key = at(key::push(&moved.push), key::revocation(&moved.id));
        Ok(match self.table.update_if(key, &update).await? {
            Written::Yes => Saved::Yes,
            Written::No(there) if written_by::is(there.as_ref(), &name) => Saved::Yes,
            Written::No(_) => Saved::Outdated,
        })
    }

    async fn due(&self, part: u8, now: Timestamp, after: Option<&DuePlace>, limit: usize) -> Result<DuePage, StoreError> {
        let open_pk = key::open_part(part);
        let start = after.map(|after| start_after(&open_pk, after)).transpose()?;
        let page = self
            .table
            .query()
            .index_name(OPEN)
            .projection_expression("pk, sk")
            .key_condition_expression("open_pk = :open AND due_at <= :now")
            .expression_attribute_values(":open", text(open_pk))
            .expression_attribute_values(":now", time(now))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| unavailable("Query", &error))?;
        let next = page.last_evaluated_key.as_ref().map(place_of).transpose()?;
        let mut due = Vec::new();
        for item in page.items.unwrap_or_default() {
            match self.named(&item).await {
                Ok(Some(one)) => due.push(one),
                Ok(None) => {}
                // One entry that is not ours must not hold up every other revocation.
                Err(error) => tracing::error!(%error, "the index of open revocations has an entry that cannot be read"),
            }
        }
        Ok(DuePage { due, next })
    }
}

/// Where a page ended: `due_at`, `pk` and `sk` of its last entry.
fn place_of(last: &Item) -> Result<DuePlace, StoreError> {
    match (last.get("due_at"), last.get("pk"), last.get("sk")) {
        (Some(AttributeValue::N(due_at)), Some(AttributeValue::S(pk)), Some(AttributeValue::S(sk))) => {
            Ok(DuePlace(json_text(&(due_at, pk, sk))))
        }
        _ => Err(no_place()),
    }
}

fn start_after(open_pk: &str, place: &DuePlace) -> Result<Item, StoreError> {
    let (due_at, pk, sk): (String, String, String) = serde_json::from_str(&place.0).map_err(|_| no_place())?;
    let mut start = at(pk, sk);
    start.insert("open_pk".to_owned(), text(open_pk));
    start.insert("due_at".to_owned(), AttributeValue::N(due_at));
    Ok(start)
}

const fn no_place() -> StoreError {
    StoreError::Damaged {
        item: "revocation",
        attribute: "due_at",
    }
}
