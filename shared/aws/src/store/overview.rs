//! Everything about a push: it lies under one key, but for its counters.

use aws_sdk_dynamodb::types::AttributeValue;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use revocation_app::ports::{Overview, PushOverview, StoreError};
use revocation_rules::counters::are_shown;
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::push::Push;
use revocation_rules::revocation::Revocation;

use super::DynamoPushStore;
use crate::failure::unavailable;
use crate::items::counters::Sum;
use crate::items::{key, push, text};

/// Lists of targets that are read at once, if this process has not kept them.
const AT_ONCE: usize = 8;

impl PushOverview for DynamoPushStore {
    async fn overview(&self, of: &PushRef) -> Result<Option<Overview>, StoreError> {
        let mut items = self
            .table
            .query()
            .consistent_read(true)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(key::push(of)))
            .into_paginator()
            .items()
            .send();
        let mut found: Option<Push> = None;
        let mut revocation_items = Vec::new();
        let mut counters = Sum::default();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| unavailable("Query", &error))?;
            match item.get("sk") {
                Some(AttributeValue::S(sk)) if sk == key::PUSH => found = Some(push::read(&item)?),
                Some(AttributeValue::S(sk)) if sk.starts_with(key::REVOCATION) => {
                    revocation_items.push((sk[key::REVOCATION.len()..].to_owned(), item));
                }
                Some(AttributeValue::S(sk)) if sk.starts_with(key::OLDER_COUNTERS) => counters.add_older(&item)?,
                // What a newer version keeps here.
                _ => {}
            }
        }
        let Some(push) = found.filter(|push| push.is_kept(self.now())) else {
            return Ok(None);
        };
        // An earlier life of the push may have left some behind.
        revocation_items.retain(|(id, _)| id.parse().is_ok_and(|id| push.has_revocation(&id)));
        let revocations: Vec<Option<Revocation>> = stream::iter(revocation_items)
            .map(|(_, item)| async move { self.whole_revocation(of, &item).await })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let mut revocations: Vec<Revocation> = revocations.into_iter().flatten().collect();
        // At most as many as a push may have, 16 small items each.
        let counted: Vec<&RevocationId> = revocations.iter().filter(|one| are_shown(one)).map(|one| &one.id).collect();
        for (id, item) in &self.counted(of, &counted).await? {
            counters.add(id, item)?;
        }
        let mut counters = counters.finish();
        counters.retain(|id, _| push.has_revocation(id));
        revocations.sort_by(|one, other| (one.requested_at, &one.id).cmp(&(other.requested_at, &other.id)));
        Ok(Some(Overview {
            push,
            revocations,
            counters,
        }))
    }
}
