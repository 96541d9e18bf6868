//! What is kept, and which operation is asked for.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::size::size;
use crate::counts::Counts;
use crate::swarm::{Item, Swarm};

/// Not understood, and why.
#[derive(Debug)]
pub(crate) struct Refused(pub String);

pub(super) type Key = (String, String);

#[derive(Default)]
pub(crate) struct Tables {
    /// By the name of the table and the key.
    kept: HashMap<String, BTreeMap<Key, Item>>,
    pub frozen: bool,
    pub swarm: Option<Swarm>,
}

impl Tables {
    /// The text of the answer.
    pub fn answer(&mut self, operation: &str, asked: &Value, counts: &mut Counts) -> Result<String, Refused> {
        match operation {
            "GetItem" => self.get_item(asked, counts),
            "BatchGetItem" => self.batch_get_item(asked, counts),
            "TransactGetItems" => self.transact_get_items(asked, counts),
            "Query" => self.query(asked, counts),
            "PutItem" | "UpdateItem" | "DeleteItem" => {
                let kind = operation.strip_suffix("Item").unwrap_or(operation);
                self.write(kind, asked, 1.0, counts)?;
                Ok("{}".to_owned())
            }
            "BatchWriteItem" => self.batch_write_item(asked, counts),
            "TransactWriteItems" => self.transact_write_items(asked, counts),
            _ => Err(Refused(format!("tables do no {operation}"))),
        }
    }

    /// As storage is counted: every item takes 100 bytes beside its own.
    pub fn bytes(&self) -> u64 {
        let items = self.kept.values().flat_map(BTreeMap::values);
        items.map(|item| size(item) as u64 + 100).sum()
    }

    pub(super) fn table(&self, name: &str) -> impl Iterator<Item = (&Key, &Item)> {
        self.kept.get(name).into_iter().flatten()
    }

    /// The items of one `pk`, from `from` on, in the order of `sk`.
    pub(super) fn partition(&self, table: &str, pk: &str, from: &str) -> impl Iterator<Item = (&Key, &Item)> {
        let first = (pk.to_owned(), from.to_owned());
        let kept = self.kept.get(table);
        kept.into_iter()
            .flat_map(move |kept| kept.range(first.clone()..))
            .take_while(move |((found, _), _)| found == pk)
    }

    pub(super) fn find(&self, table: &str, key: &Key) -> Option<Item> {
        let kept = self.kept.get(table)?;
        if let Some(item) = kept.get(key) {
            return Some(item.clone());
        }
        let alias = self.swarm.as_ref()?.alias(&key.0, &key.1)?;
        let recorded = kept.get(&(alias.pk.clone(), alias.sk.clone()))?;
        Some(alias.rename(recorded))
    }

    pub(super) fn keep(&mut self, table: &str, key: Key, item: Option<Item>) {
        if self.frozen {
            return;
        }
        let kept = self.kept.entry(table.to_owned()).or_default();
        match item {
            Some(item) => kept.insert(key, item),
            None => kept.remove(&key),
        };
    }
}

/// The key of an item, or what stands for one.
pub(super) fn key_of(item: &Value) -> Result<Key, Refused> {
    let pk = item["pk"]["S"].as_str().ok_or_else(|| Refused("no pk".to_owned()))?;
    let sk = item["sk"]["S"].as_str().unwrap_or_default();
    Ok((pk.to_owned(), sk.to_owned()))
}

pub(super) fn table_of(asked: &Value) -> Result<&str, Refused> {
    asked["TableName"].as_str().ok_or_else(|| Refused("no table".to_owned()))
}
