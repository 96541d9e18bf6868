//! Everything about a push: it lies under one key.

use revocation_app::ports::{Overview, PushOverview, StoreError};
use revocation_rules::ids::PushRef;
use revocation_rules::push::Push;
use revocation_rules::revocation::Revocation;

use aws_sdk_dynamodb::types::AttributeValue;

use super::DynamoPushStore;
use crate::failure::unavailable;
use crate::items::counters::Sum;
use crate::items::{key, push, revocation, text};

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
        let mut revocations: Vec<Revocation> = Vec::new();
        let mut counters = Sum::default();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| unavailable("Query", &error))?;
            match item.get("sk") {
                Some(AttributeValue::S(sk)) if sk == key::PUSH => found = Some(push::read(&item)?),
                Some(AttributeValue::S(sk)) if sk.starts_with(key::REVOCATION) => revocations.push(revocation::read(of, &item)?),
                Some(AttributeValue::S(sk)) if sk.starts_with(key::COUNTERS) => counters.add(&item)?,
                // What a newer version keeps here.
                _ => {}
            }
        }
        let Some(push) = found.filter(|push| push.is_kept(self.now())) else {
            return Ok(None);
        };
        // An earlier life of the push may have left some behind.
        revocations.retain(|revocation| push.has_revocation(&revocation.id));
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
