//! Lists pushes, newest first, over the index `listed`: one key per day.
//!
//! Walks from the day of `to` down to the day of `from`, and never over more
//! than [`MAX_DAYS`] days, which bounds what one call costs. Both ends belong
//! to the list.

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{PushList, PushListPage, PushListQuery, StoreError};
use serde::{Deserialize, Serialize};

use super::DynamoPushStore;
use crate::failure::unavailable;
use crate::items::push::{listed_pk, listed_time};
use crate::items::{Item, json_text, push, text};

const INDEX: &str = "listed";
const MAX_DAYS: i32 = 31;
const DAY: SignedDuration = SignedDuration::from_hours(24);
const MAX_LIMIT: usize = 1_000;

/// Where a page ended: at this place in the order of the index.
#[derive(Serialize, Deserialize)]
#[serde(tag = "v")]
enum Place {
    #[serde(rename = "1")]
    V1 { before: String },
}

impl Place {
    fn parse(text: &str) -> Option<(String, Timestamp)> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let Self::V1 { before } = serde_json::from_slice(&bytes).ok()?;
        let time = before.split_once('#')?.0.parse().ok()?;
        let at = Timestamp::from_millisecond(time).ok()?;
        Some((before, at))
    }

    fn text(before: &str) -> String {
        URL_SAFE_NO_PAD.encode(json_text(&Self::V1 { before: before.to_owned() }))
    }
}

impl PushList for DynamoPushStore {
    async fn list(&self, query: &PushListQuery) -> Result<Option<PushListPage>, StoreError> {
        let earliest = query.to.saturating_sub(DAY * MAX_DAYS).unwrap_or(Timestamp::MIN);
        let from = query.from.max(earliest);
        let (mut day, before) = match &query.after {
            None => (query.to, None),
            Some(after) => match Place::parse(after) {
                Some((before, at)) => (at.min(query.to), Some(before)),
                None => return Ok(None),
            },
        };
        // `~` comes after every digit and after `#`: all of the last millisecond is in.
        let to = format!("{}~", listed_time(query.to));
        let up_to = before.clone().map_or(to.clone(), |before| before.min(to));
        let limit = query.limit.clamp(1, MAX_LIMIT);
        let mut found = Vec::new();
        while found.len() <= limit && day_of(day) >= day_of(from) {
            let pk = listed_pk(&query.tenant, query.push_type, day);
            // One more than asked for says whether there is a next page; another for the place itself.
            let wanted = limit + 2 - found.len();
            let items = self.one_day(pk, &listed_time(from), &up_to, wanted).await?;
            found.extend(items.into_iter().filter(|item| sk_of(item) != before.as_deref()));
            day = day.saturating_sub(DAY).unwrap_or(Timestamp::MIN);
        }
        let next = (found.len() > limit)
            .then(|| found.get(limit - 1).and_then(sk_of).map(Place::text))
            .flatten();
        found.truncate(limit);
        let pushes = found.iter().map(push::read).collect::<Result<_, _>>()?;
        Ok(Some(PushListPage { pushes, next }))
    }
}

impl DynamoPushStore {
    /// Up to `wanted` pushes of one day, latest first.
    async fn one_day(&self, pk: String, from: &str, up_to: &str, wanted: usize) -> Result<Vec<Item>, StoreError> {
        if from > up_to {
            return Ok(Vec::new());
        }
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(INDEX)
                .key_condition_expression("listed_pk = :pk AND listed_sk BETWEEN :from AND :to")
                .expression_attribute_values(":pk", text(pk.as_str()))
                .expression_attribute_values(":from", text(from))
                .expression_attribute_values(":to", text(up_to))
                .scan_index_forward(false)
                .limit(i32::try_from(wanted - items.len()).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| unavailable("Query", &error))?;
            items.extend(page.items.unwrap_or_default());
            start = page.last_evaluated_key;
            if start.is_none() || items.len() >= wanted {
                return Ok(items);
            }
        }
    }
}

fn sk_of(item: &Item) -> Option<&str> {
    match item.get("listed_sk") {
        Some(AttributeValue::S(sk)) => Some(sk),
        _ => None,
    }
}

/// Days since 1970, in UTC.
fn day_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(86_400)
}
