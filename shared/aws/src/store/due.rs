//! What an entry of the index of open revocations names.

use aws_sdk_dynamodb::types::AttributeValue;
use revocation_app::ports::StoreError;
use revocation_rules::ids::{PushRef, RevocationId};

use super::DynamoPushStore;
use crate::items::{Item, at, key};

impl DynamoPushStore {
    /// `None` for an entry whose revocation is gone since.
    pub(super) async fn named(&self, item: &Item) -> Result<Option<(PushRef, RevocationId)>, StoreError> {
        let (pk, sk) = (text_of(item, "pk")?, text_of(item, "sk")?);
        // The index has keys only, and not every id stands in its key.
        let whole = if key::has_digest(pk) {
            match self.table.get(at(pk, sk)).await? {
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
