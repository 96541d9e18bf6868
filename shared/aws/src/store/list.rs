//! Lists pushes, newest first, over the index `listed`: one key per day.
//!
//! Walks from the day of `to` down to the day of `from`, and never over more
//! than [`MAX_DAYS`] days, which bounds what one call costs. Both ends belong
//! to the list.

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{PushList, PushListPage, PushListQuery, StoreError};

use super::DynamoPushStore;
use super::list_page::{Page, Place, place_of};
use crate::failure::unavailable;
use crate::items::push::{listed_pk, listed_time};
use crate::items::text;

const INDEX: &str = "listed";
const MAX_DAYS: i32 = 31;
const DAY: SignedDuration = SignedDuration::from_hours(24);

impl PushList for DynamoPushStore {
    async fn list(&self, query: &PushListQuery) -> Result<Option<PushListPage>, StoreError> {
        let place = match query.after.as_deref().map(Place::parse) {
            Some(None) => return Ok(None),
            Some(place) => place,
            None => None,
        };
        let page = match &query.target {
            Some(target) => self.list_of_target(query, target, place.map(|(before, _)| before)).await?,
            None => self.list_of_days(query, place).await?,
        };
        Ok(Some(page))
    }
}

impl DynamoPushStore {
    async fn list_of_days(&self, query: &PushListQuery, place: Option<(String, Timestamp)>) -> Result<PushListPage, StoreError> {
        let earliest = query.to.saturating_sub(DAY * MAX_DAYS).unwrap_or(Timestamp::MIN);
        let from = query.from.max(earliest);
        let (before, mut day) = match place {
            Some((before, at)) => (Some(before), at.min(query.to)),
            None => (None, query.to),
        };
        // `~` comes after every digit and after `#`: all of the last millisecond is in.
        let to = format!("{}~", listed_time(query.to));
        let up_to = before.clone().map_or(to.clone(), |before| before.min(to));
        let mut page = Page::new(query, before, self.now());
        while !page.is_over() && day_of(day) >= day_of(from) {
            let pk = listed_pk(&query.tenant, query.push_type, day);
            self.take_day(pk, &listed_time(from), &up_to, &mut page).await?;
            day = day.saturating_sub(DAY).unwrap_or(Timestamp::MIN);
        }
        Ok(page.finish())
    }

    /// Takes the pushes of one day, latest first, until the page is over.
    async fn take_day(&self, pk: String, from: &str, up_to: &str, page: &mut Page<'_>) -> Result<(), StoreError> {
        if from > up_to {
            return Ok(());
        }
        let mut start = None;
        loop {
            let answer = self
                .table
                .query()
                .index_name(INDEX)
                .key_condition_expression("listed_pk = :pk AND listed_sk BETWEEN :from AND :to")
                .expression_attribute_values(":pk", text(pk.as_str()))
                .expression_attribute_values(":from", text(from))
                .expression_attribute_values(":to", text(up_to))
                .scan_index_forward(false)
                .limit(i32::try_from(page.wanted()).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| unavailable("Query", &error))?;
            for item in answer.items.iter().flatten() {
                if !page.take(place_of(item, "listed_sk")?, Some(item))? {
                    return Ok(());
                }
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(());
            }
        }
    }
}

/// Days since 1970, in UTC.
fn day_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(86_400)
}
