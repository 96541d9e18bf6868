//! Revocations whose time has come, over the index `open`. Only keys are read.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use revocation_app::ports::StoreError;
use revocation_rules::ids::{PushRef, RevocationId};

use super::DynamoPushStore;
use crate::failure::unavailable;
use crate::items::revocation::OPEN;
use crate::items::{Item, key, text, time};

const INDEX: &str = "open";

impl DynamoPushStore {
    pub(super) async fn due_revocations(&self, now: Timestamp, limit: usize) -> Result<Vec<(PushRef, RevocationId)>, StoreError> {
        let mut due = Vec::new();
        let mut start = None;
        while due.len() < limit {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(INDEX)
                .projection_expression("pk, sk")
                .key_condition_expression("open_pk = :open AND due_at <= :now")
                .expression_attribute_values(":open", text(OPEN))
                .expression_attribute_values(":now", time(now))
                .limit(i32::try_from(limit - due.len()).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| unavailable("Query", &error))?;
            for item in page.items.unwrap_or_default() {
                match self.named(&item).await {
                    Ok(Some(one)) => due.push(one),
                    Ok(None) => {}
                    // One entry that is not ours must not hold up every other revocation.
                    Err(error) => tracing::error!(%error, "the index of open revocations has an entry that can not be read"),
                }
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        Ok(due)
    }
}

impl DynamoPushStore {
    /// `None` for an entry whose revocation is gone since.
    async fn named(&self, item: &Item) -> Result<Option<(PushRef, RevocationId)>, StoreError> {
        let (pk, sk) = (text_of(item, "pk")?, text_of(item, "sk")?);
        // The index has keys only, and not every id stands in its key.
        let whole = if key::has_digest(pk) {
            match self.get(pk.to_owned(), sk.to_owned()).await? {
                Some(whole) => Some(whole),
                None => return Ok(None),
            }
        } else {
            None
        };
        let id = whole.as_ref().map(|whole| text_of(whole, "push_id")).transpose()?;
        let push = key::parse_push(pk, id).ok_or_else(|| damaged("pk"))?;
        let revocation = sk.strip_prefix(key::REVOCATION).and_then(|id| id.parse().ok());
        Ok(Some((push, revocation.ok_or_else(|| damaged("sk"))?)))
    }
}

fn text_of<'a>(item: &'a Item, attribute: &'static str) -> Result<&'a str, StoreError> {
    match item.get(attribute) {
        Some(AttributeValue::S(text)) => Ok(text),
        _ => Err(damaged(attribute)),
    }
}

const fn damaged(attribute: &'static str) -> StoreError {
    StoreError::Damaged {
        item: "revocation",
        attribute,
    }
}
