//! A page of a list in the making: bounded by what it holds, and by how much was looked at for it.

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use revocation_app::ports::{PushListPage, PushListQuery, StoreError};
use revocation_rules::push::Push;
use serde::{Deserialize, Serialize};

use crate::items::{Item, json_text, push};

const MAX_LIMIT: usize = 1_000;
/// Pushes that one call looks at when a filter lets few of them through.
const MAX_LOOKED: usize = 1_000;
/// Pushes that are read at once when a filter may drop them.
const FILTERED_AT_ONCE: usize = 250;

/// Where a page ended: at this place in the order of the list.
#[derive(Serialize, Deserialize)]
#[serde(tag = "v")]
pub enum Place {
    #[serde(rename = "1")]
    V1 { before: String },
}

impl Place {
    /// The place, and its time.
    pub fn parse(text: &str) -> Option<(String, Timestamp)> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let Self::V1 { before } = serde_json::from_slice(&bytes).ok()?;
        let time = before.split_once('#')?.0.parse().ok()?;
        let at = Timestamp::from_millisecond(time).ok()?;
        Some((before, at))
    }

    fn text(before: String) -> String {
        URL_SAFE_NO_PAD.encode(json_text(&Self::V1 { before }))
    }
}

/// An item's place in the order of its list: the attribute that it is sorted by.
pub fn place_of<'a>(item: &'a Item, attribute: &'static str) -> Result<&'a str, StoreError> {
    match item.get(attribute) {
        Some(AttributeValue::S(place)) => Ok(place),
        _ => Err(StoreError::Damaged { item: "push", attribute }),
    }
}

pub struct Page<'a> {
    query: &'a PushListQuery,
    /// By it a push is past its time.
    now: Timestamp,
    limit: usize,
    /// The place to go on from, which the page before ended with.
    after: Option<String>,
    pushes: Vec<Push>,
    looked: usize,
    last: Option<String>,
    more: bool,
}

impl<'a> Page<'a> {
    pub fn new(query: &'a PushListQuery, after: Option<String>, now: Timestamp) -> Self {
        Self {
            query,
            now,
            limit: query.limit.clamp(1, MAX_LIMIT),
            after,
            pushes: Vec::new(),
            looked: 0,
            last: None,
            more: false,
        }
    }

    pub fn is_over(&self) -> bool {
        self.more
    }

    /// How many items are worth reading: one says whether there is a next page, another is the place itself.
    pub fn wanted(&self) -> usize {
        if self.query.filter.is_empty() {
            self.limit - self.pushes.len() + 2
        } else {
            FILTERED_AT_ONCE.min(MAX_LOOKED - self.looked + 2)
        }
    }

    /// Looks at the next push; `None` is one that is gone. False when it is left for the next page.
    pub fn take(&mut self, place: &str, item: Option<&Item>) -> Result<bool, StoreError> {
        if self.after.as_deref() == Some(place) {
            return Ok(true);
        }
        if self.pushes.len() == self.limit || self.looked == MAX_LOOKED {
            self.more = true;
            return Ok(false);
        }
        self.looked += 1;
        self.last = Some(place.to_owned());
        if let Some(push) = item.map(push::read).transpose()?
            && push.is_kept(self.now)
            && self.query.filter.fits(&push)
        {
            self.pushes.push(push);
        }
        Ok(true)
    }

    pub fn finish(self) -> PushListPage {
        PushListPage {
            pushes: self.pushes,
            next: self.last.filter(|_| self.more).map(Place::text),
        }
    }
}
