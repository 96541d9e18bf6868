//! Keeps which messages went to a target, and finds them again.
//!
//! Plain puts, a few at a time: a message has few targets, and a role that may
//! write in batches may delete in them, too.

use std::collections::BTreeSet;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use revocation_app::ports::{PushListPage, PushListQuery, StoreError, TargetIndex};
use revocation_rules::ids::{PushRef, TargetId};
use revocation_rules::push::Push;

use super::DynamoPushStore;
use super::list_page::{Page, place_of};
use crate::failure::unavailable;
use crate::items::push::listed_time;
use crate::items::{Item, is_over, key, target, text};

const PUTS_AT_ONCE: usize = 32;
/// What `BatchGetItem` takes in one call.
const KEYS: usize = 100;

impl TargetIndex for DynamoPushStore {
    async fn index_targets(&self, of: &Push, targets: &BTreeSet<&TargetId>) -> Result<(), StoreError> {
        let items: Vec<Item> = targets.iter().map(|one| target::write(of, one)).collect();
        stream::iter(items)
            .map(|item| self.table.put(item))
            .buffer_unordered(PUTS_AT_ONCE)
            .try_collect()
            .await
    }
}

impl DynamoPushStore {
    /// The pushes of a query that names a target.
    pub(super) async fn list_of_target(
        &self,
        query: &PushListQuery,
        of: &TargetId,
        before: Option<String>,
    ) -> Result<PushListPage, StoreError> {
        let from = listed_time(query.from);
        let to = format!("{}~", listed_time(query.to));
        let up_to = before.clone().map_or(to.clone(), |before| before.min(to));
        let mut page = Page::new(query, before, self.now());
        if from > up_to {
            return Ok(page.finish());
        }
        let mut start = None;
        loop {
            let answer = self
                .table
                .query()
                .consistent_read(true)
                .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
                .expression_attribute_values(":pk", text(key::target(&query.tenant, query.push_type, of)))
                .expression_attribute_values(":from", text(from.as_str()))
                .expression_attribute_values(":to", text(up_to.as_str()))
                .scan_index_forward(false)
                .limit(i32::try_from(page.wanted().min(KEYS)).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| unavailable("Query", &error))?;
            let goes_on = self.take_named(query, &answer.items.unwrap_or_default(), &mut page).await?;
            start = answer.last_evaluated_key;
            if !goes_on || start.is_none() {
                return Ok(page.finish());
            }
        }
    }

    /// Takes the pushes that the items name. False when the page is over.
    async fn take_named(&self, query: &PushListQuery, items: &[Item], page: &mut Page<'_>) -> Result<bool, StoreError> {
        let keys = items.iter().map(|item| {
            let push = PushRef {
                tenant: query.tenant.clone(),
                kind: query.push_type.kind(),
                id: target::read(item)?,
            };
            Ok((key::push(&push), key::PUSH.to_owned()))
        });
        let keys = keys.collect::<Result<Vec<_>, StoreError>>()?;
        if keys.is_empty() {
            return Ok(true);
        }
        let found = self.table.get_all(&keys, None).await?;
        let now = self.now();
        for (item, key) in items.iter().zip(&keys) {
            // One that is past its time names a push of an earlier life.
            let push = found.get(key).filter(|_| !is_over(item, now));
            if !page.take(place_of(item, "sk")?, push)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
