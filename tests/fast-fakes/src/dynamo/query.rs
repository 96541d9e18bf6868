//! Items of one partition, page by page.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use serde_json::{Value, json};

use super::expression::{Terms, compare, projected};
use super::size::{read_units, size};
use super::tables::{Refused, Tables, table_of};
use crate::counts::Counts;
use crate::swarm::{Item, Swarm};

/// What is read for one page at most.
const PAGE: usize = 1024 * 1024;

/// The second half of a key condition.
enum Range<'a> {
    All,
    Begins(&'a str),
    Between(&'a Value, &'a Value),
    Than(&'static str, &'a Value),
}

/// `<partition> = :x`, alone or `AND` one condition on the sort key.
struct Condition<'a> {
    partition: String,
    is: &'a Value,
    sort: String,
    range: Range<'a>,
}

impl<'a> Condition<'a> {
    fn read(asked: &'a Value) -> Result<Self, Refused> {
        let terms = Terms(asked);
        let text = asked["KeyConditionExpression"].as_str().unwrap_or_default();
        let unknown = || Refused(format!("a query under {text}"));
        let (first, rest) = text.split_once(" AND ").map_or((text, None), |(first, rest)| (first, Some(rest)));
        let (partition, is) = first.split_once('=').ok_or_else(unknown)?;
        let (sort, range) = match rest {
            None => ("sk", Range::All),
            Some(rest) => {
                if let Some(inner) = rest.strip_prefix("begins_with(").and_then(|rest| rest.strip_suffix(')')) {
                    let (sort, prefix) = inner.split_once(',').ok_or_else(unknown)?;
                    let prefix = terms.value(prefix.trim())?["S"].as_str().ok_or_else(unknown)?;
                    (sort, Range::Begins(prefix))
                } else if let Some((sort, between)) = rest.split_once(" BETWEEN ") {
                    let (from, to) = between.split_once(" AND ").ok_or_else(unknown)?;
                    (sort, Range::Between(terms.value(from.trim())?, terms.value(to.trim())?))
                } else {
                    let than = ["<=", ">=", "<", ">"]
                        .into_iter()
                        .find(|than| rest.contains(than))
                        .ok_or_else(unknown)?;
                    let (sort, value) = rest.split_once(than).ok_or_else(unknown)?;
                    (sort, Range::Than(than, terms.value(value.trim())?))
                }
            }
        };
        Ok(Self {
            partition: terms.name(partition.trim()).to_owned(),
            is: terms.value(is.trim())?,
            sort: terms.name(sort.trim()).to_owned(),
            range,
        })
    }

    fn fits(&self, sort: &Value) -> bool {
        let is = |other: &Value, wanted: &[Ordering]| compare(sort, other).is_some_and(|found| wanted.contains(&found));
        match &self.range {
            Range::All => true,
            Range::Begins(prefix) => sort["S"].as_str().is_some_and(|text| text.starts_with(prefix)),
            Range::Between(from, to) => is(from, &[Ordering::Greater, Ordering::Equal]) && is(to, &[Ordering::Less, Ordering::Equal]),
            Range::Than("<=", other) => is(other, &[Ordering::Less, Ordering::Equal]),
            Range::Than(">=", other) => is(other, &[Ordering::Greater, Ordering::Equal]),
            Range::Than("<", other) => is(other, &[Ordering::Less]),
            Range::Than(_, other) => is(other, &[Ordering::Greater]),
        }
    }
}

/// A page in the making.
struct Page {
    items: Vec<String>,
    bytes: usize,
    limit: usize,
    last: Option<Value>,
}

impl Page {
    fn new(asked: &Value) -> Self {
        let limit = asked["Limit"].as_u64().and_then(|limit| usize::try_from(limit).ok());
        Self {
            items: Vec::new(),
            bytes: 0,
            limit: limit.unwrap_or(usize::MAX),
            last: None,
        }
    }

    /// One more item; ends the page when it is full.
    fn push(&mut self, text: String, bytes: usize, key: impl FnOnce() -> Value) -> ControlFlow<()> {
        self.items.push(text);
        self.bytes += bytes;
        if self.items.len() >= self.limit || self.bytes >= PAGE {
            self.last = Some(key());
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn finish(self, asked: &Value, counts: &mut Counts) -> String {
        counts.read_units += read_units(self.bytes, asked["ConsistentRead"] == true);
        let count = self.items.len();
        let items = if asked["Select"] == "COUNT" {
            String::new()
        } else {
            self.items.join(",")
        };
        let last = self.last.map_or_else(String::new, |key| format!(",\"LastEvaluatedKey\":{key}"));
        format!("{{\"Count\":{count},\"ScannedCount\":{count},\"Items\":[{items}]{last}}}")
    }
}

impl Tables {
    pub(super) fn query(&self, asked: &Value, counts: &mut Counts) -> Result<String, Refused> {
        if !asked["FilterExpression"].is_null() || asked["ScanIndexForward"] == false && asked["IndexName"].is_null() {
            return Err(Refused("a query with a filter, or backwards".to_owned()));
        }
        let condition = Condition::read(asked)?;
        let page = if asked["IndexName"].is_null() {
            self.of_table(asked, &condition)?
        } else {
            self.of_index(asked, &condition)?
        };
        Ok(page.finish(asked, counts))
    }

    fn of_table(&self, asked: &Value, condition: &Condition<'_>) -> Result<Page, Refused> {
        let (table, pk) = (table_of(asked)?, condition.is["S"].as_str().unwrap_or_default());
        let wanted = Terms(asked).projection();
        let after = asked["ExclusiveStartKey"]["sk"]["S"].as_str();
        if let (Some(swarm), Range::Begins(prefix)) = (&self.swarm, &condition.range)
            && let Some(shard) = swarm.shard_of(pk)
        {
            return Ok(self.of_swarm(asked, swarm, shard, prefix, wanted.as_deref()));
        }
        let mut page = Page::new(asked);
        let from = match &condition.range {
            Range::Begins(prefix) => prefix,
            Range::Between(from, _) => from["S"].as_str().unwrap_or_default(),
            Range::All | Range::Than(..) => "",
        };
        for ((pk, sk), item) in self.partition(table, pk, after.unwrap_or(from).max(from)) {
            if Some(sk.as_str()) == after || !condition.fits(&json!({"S": sk})) {
                continue;
            }
            let key = || json!({"pk": {"S": pk}, "sk": {"S": sk}});
            if page.push(text(&projected(item, wanted.as_deref())), size(item), key).is_break() {
                break;
            }
        }
        Ok(page)
    }

    /// The recorded item under every number of the shard.
    fn of_swarm(&self, asked: &Value, swarm: &Swarm, shard: u64, prefix: &str, wanted: Option<&[String]>) -> Page {
        let mut page = Page::new(asked);
        let recorded = swarm.recorded(prefix);
        let table = asked["TableName"].as_str().unwrap_or_default();
        let Some(item) = self.table(table).find(|(key, _)| **key == recorded).map(|(_, item)| item) else {
            return page;
        };
        let first = swarm.renamed(shard, swarm.number);
        let (model, bytes) = (text(&projected(&first.rename(item), wanted)), size(item));
        let id = swarm.renamed(shard, swarm.number).sk;
        let pieces: Vec<&str> = model.split(id.as_str()).collect();
        for number in swarm.numbers(shard, asked["ExclusiveStartKey"]["sk"]["S"].as_str()) {
            let named = swarm.renamed(shard, number);
            let key = || json!({"pk": {"S": named.pk}, "sk": {"S": format!("{prefix}{}", named.sk)}});
            if page.push(pieces.join(named.sk.as_str()), bytes, key).is_break() {
                break;
            }
        }
        page
    }

    /// Of an index: few items, so all are looked at.
    fn of_index(&self, asked: &Value, condition: &Condition<'_>) -> Result<Page, Refused> {
        let wanted = Terms(asked).projection();
        let all = self.table(table_of(asked)?);
        let mut found: Vec<(&Item, &Value)> = all
            .filter_map(|(_, item)| {
                let sort = item.get(&condition.sort)?;
                (item.get(&condition.partition) == Some(condition.is) && condition.fits(sort)).then_some((item, sort))
            })
            .collect();
        found.sort_by(|left, right| compare(left.1, right.1).unwrap_or(Ordering::Equal));
        if asked["ScanIndexForward"] == false {
            found.reverse();
        }
        let start = &asked["ExclusiveStartKey"];
        let is_start = |item: &Item| item.get("pk") == Some(&start["pk"]) && item.get("sk") == Some(&start["sk"]);
        let skip = found.iter().position(|(item, _)| is_start(item)).map_or(0, |at| at + 1);
        let mut page = Page::new(asked);
        for (item, sort) in found.into_iter().skip(skip) {
            let key = || json!({"pk": item["pk"], "sk": item["sk"], (&*condition.partition): condition.is, (&*condition.sort): sort});
            if page.push(text(&projected(item, wanted.as_deref())), size(item), key).is_break() {
                break;
            }
        }
        Ok(page)
    }
}

fn text(item: &Item) -> String {
    // Cannot fail: an item has only names that are texts.
    serde_json::to_string(item).unwrap_or_default()
}
