//! Writes, alone and several at once. Conditions always hold.

use serde_json::{Value, json};

use super::expression::update;
use super::size::write_units;
use super::tables::{Refused, Tables, key_of, table_of};
use crate::counts::Counts;

/// What a unit counts in a transaction.
const TRANSACTED: f64 = 2.0;

impl Tables {
    pub(super) fn batch_write_item(&mut self, asked: &Value, counts: &mut Counts) -> Result<String, Refused> {
        for (table, writes) in asked["RequestItems"].as_object().into_iter().flatten() {
            for write in writes.as_array().into_iter().flatten() {
                let (kind, mut inner) = only(write)?;
                inner["TableName"] = table.as_str().into();
                self.write(kind.strip_suffix("Request").unwrap_or(kind), &inner, 1.0, counts)?;
            }
        }
        Ok(json!({"UnprocessedItems": {}}).to_string())
    }

    pub(super) fn transact_write_items(&mut self, asked: &Value, counts: &mut Counts) -> Result<String, Refused> {
        for write in asked["TransactItems"].as_array().into_iter().flatten() {
            let (kind, inner) = only(write)?;
            self.write(kind, &inner, TRANSACTED, counts)?;
        }
        Ok("{}".to_owned())
    }

    pub(super) fn write(&mut self, kind: &str, asked: &Value, times: f64, counts: &mut Counts) -> Result<(), Refused> {
        let table = table_of(asked)?;
        let key = key_of(if kind == "Put" { &asked["Item"] } else { &asked["Key"] })?;
        let before = self.find(table, &key);
        let after = match kind {
            "Put" => asked["Item"].as_object().cloned(),
            "Update" => {
                let mut item = before.clone().or_else(|| asked["Key"].as_object().cloned()).unwrap_or_default();
                update(&mut item, asked)?;
                Some(item)
            }
            "Delete" => None,
            "ConditionCheck" => {
                counts.write_units += times;
                return Ok(());
            }
            _ => return Err(Refused(format!("there is no write {kind}"))),
        };
        counts.write_units += times * write_units(before.as_ref(), after.as_ref());
        self.keep(table, key, after);
        Ok(())
    }
}

/// The one field that such an entry has.
fn only(entry: &Value) -> Result<(&str, Value), Refused> {
    let field = entry.as_object().and_then(|entry| entry.iter().next());
    let (kind, inner) = field.ok_or_else(|| Refused("an empty write".to_owned()))?;
    Ok((kind, inner.clone()))
}
