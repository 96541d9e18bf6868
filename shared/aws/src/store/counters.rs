//! Counters: for people, spread over items, summed when read.

use std::collections::{BTreeMap, HashMap};

use futures::future::try_join;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use revocation_app::ports::{Counters, StoreError};
use revocation_rules::channel::Channel;
use revocation_rules::counters::ChannelCounters;
use revocation_rules::ids::{PushRef, RevocationId};

use super::DynamoPushStore;
use super::transact::Transacted;
use crate::dice::random_text;
use crate::failure::{AwsFailure, unavailable};
use crate::items::counters::{self, Sum, nth_spread, spread};
use crate::items::{Item, at, key, text};
use crate::table::READS;

/// Calls on the way at once.
const CALLS: usize = 8;

impl Counters for DynamoPushStore {
    /// A transaction of one write: its token keeps a repetition from counting twice.
    async fn add_late(&self, push: &PushRef, revocation: &RevocationId, channel: Channel, count: u64) -> Result<(), StoreError> {
        let add = counters::add_late(channel, count, self.now());
        let first = rand::random_range(0..spread(push.kind));
        let writes = |nth| {
            let (pk, sk) = key::counters(push, revocation, nth_spread(first, nth, push.kind));
            Ok(vec![self.update_of(at(pk, sk), &add)?])
        };
        match self.transact(&random_text(), writes).await? {
            Transacted::Written => Ok(()),
            // There is no condition that could fail.
            Transacted::Refused(_) => Err(StoreError::Unavailable(Box::new(AwsFailure::new(
                "TransactWriteItems",
                "an update without a condition was refused for its condition",
            )))),
        }
    }

    async fn counters(&self, push: &PushRef, revocation: &RevocationId) -> Result<BTreeMap<Channel, ChannelCounters>, StoreError> {
        let of_this_one = [revocation];
        let (counted, older) = try_join(self.counted(push, &of_this_one), self.older_counters(push, revocation)).await?;
        let mut sum = Sum::default();
        for (revocation, item) in &counted {
            sum.add(revocation, item)?;
        }
        for item in &older {
            sum.add_older(item)?;
        }
        Ok(sum.finish().remove(revocation).unwrap_or_default())
    }
}

impl DynamoPushStore {
    /// The items that count these revocations. Read consistently: whether a revocation can settle, and with what, may
    /// hang on them. They lie apart from each other, so no partition minds.
    pub(super) async fn counted<'a>(
        &self,
        push: &PushRef,
        revocations: &[&'a RevocationId],
    ) -> Result<Vec<(&'a RevocationId, Item)>, StoreError> {
        let of_one = |revocation: &&'a RevocationId| {
            let revocation = *revocation;
            (0..spread(push.kind)).map(move |nth| (key::counters(push, revocation, nth), revocation))
        };
        let revocation_of: HashMap<(String, String), &RevocationId> = revocations.iter().flat_map(of_one).collect();
        let keys: Vec<_> = revocation_of.keys().cloned().collect();
        let calls: Vec<Vec<_>> = keys.chunks(READS).map(<[_]>::to_vec).collect();
        let found: Vec<HashMap<_, Item>> = stream::iter(calls)
            .map(|keys| async move { self.table.get_all(&keys, None).await })
            .buffer_unordered(CALLS)
            .try_collect()
            .await?;
        let items = found.into_iter().flatten();
        Ok(items.filter_map(|(key, item)| Some((*revocation_of.get(&key)?, item))).collect())
    }

    /// What older code counted beside the push. None once it is 67 days old.
    async fn older_counters(&self, push: &PushRef, revocation: &RevocationId) -> Result<Vec<Item>, StoreError> {
        let mut items = self
            .table
            .query()
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(key::push(push)))
            .expression_attribute_values(":prefix", text(key::older_counters_of(revocation)))
            .into_paginator()
            .items()
            .send();
        let mut found = Vec::new();
        while let Some(item) = items.next().await {
            found.push(item.map_err(|error| unavailable("Query", &error))?);
        }
        Ok(found)
    }
}
