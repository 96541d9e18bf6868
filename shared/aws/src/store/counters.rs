//! Counters: for people, spread over items, summed when read.

use std::collections::BTreeMap;

use revocation_app::ports::{Counters, StoreError};
use revocation_rules::channel::Channel;
use revocation_rules::counters::ChannelCounters;
use revocation_rules::ids::{PushRef, RevocationId};

use super::DynamoPushStore;
use super::transact::Transacted;
use crate::dice::random_text;
use crate::failure::{AwsFailure, unavailable};
use crate::items::counters::{self, Sum, nth_spread};
use crate::items::{at, key, text};

impl Counters for DynamoPushStore {
    /// A transaction of one write: its token keeps a repetition from counting twice.
    async fn add_late(&self, push: &PushRef, revocation: &RevocationId, channel: Channel, count: u64) -> Result<(), StoreError> {
        let add = counters::add_late(revocation, channel, count, self.now());
        let first = rand::random_range(0..counters::SPREAD);
        let writes = |nth| {
            let sk = key::counters(revocation, channel, nth_spread(first, nth));
            Ok(vec![self.update_of(at(key::push(push), sk), &add)?])
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
        let mut items = self
            .table
            .query()
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(key::push(push)))
            .expression_attribute_values(":prefix", text(key::counters_of(revocation)))
            .into_paginator()
            .items()
            .send();
        let mut sum = Sum::default();
        while let Some(item) = items.next().await {
            sum.add(&item.map_err(|error| unavailable("Query", &error))?)?;
        }
        Ok(sum.finish().remove(revocation).unwrap_or_default())
    }
}
