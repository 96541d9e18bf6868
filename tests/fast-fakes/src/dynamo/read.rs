//! Items by their keys.

use serde_json::{Value, json};

use super::expression::{Terms, projected};
use super::size::{read_units, size};
use super::tables::{Refused, Tables, key_of, table_of};
use crate::counts::Counts;
use crate::swarm::Item;

impl Tables {
    pub(super) fn get_item(&self, asked: &Value, counts: &mut Counts) -> Result<String, Refused> {
        let item = self.read(table_of(asked)?, &asked["Key"], asked, 1.0, counts)?;
        Ok(item.map_or_else(|| "{}".to_owned(), |item| json!({"Item": item}).to_string()))
    }

    pub(super) fn batch_get_item(&self, asked: &Value, counts: &mut Counts) -> Result<String, Refused> {
        let mut responses = serde_json::Map::new();
        for (table, wanted) in asked["RequestItems"].as_object().into_iter().flatten() {
            let keys = wanted["Keys"].as_array().into_iter().flatten();
            let found = keys.map(|key| self.read(table, key, wanted, 1.0, counts));
            let found: Vec<Option<Item>> = found.collect::<Result<_, _>>()?;
            responses.insert(table.clone(), found.into_iter().flatten().map(Value::Object).collect());
        }
        Ok(json!({"Responses": responses, "UnprocessedKeys": {}}).to_string())
    }

    pub(super) fn transact_get_items(&self, asked: &Value, counts: &mut Counts) -> Result<String, Refused> {
        let gets = asked["TransactItems"].as_array().into_iter().flatten();
        let read = gets.map(|get| {
            let get = &get["Get"];
            let item = self.read(table_of(get)?, &get["Key"], get, 2.0, counts)?;
            Ok(item.map_or_else(|| json!({}), |item| json!({"Item": item})))
        });
        let responses: Vec<Value> = read.collect::<Result<_, Refused>>()?;
        Ok(json!({"Responses": responses}).to_string())
    }

    /// `asked` says how: consistently, and which attributes. `times`: what a unit counts.
    fn read(&self, table: &str, key: &Value, asked: &Value, times: f64, counts: &mut Counts) -> Result<Option<Item>, Refused> {
        let found = self.find(table, &key_of(key)?);
        let consistent = times > 1.0 || asked["ConsistentRead"] == true;
        counts.read_units += times * read_units(found.as_ref().map_or(0, size), consistent);
        let wanted = Terms(asked).projection();
        Ok(found.map(|item| projected(&item, wanted.as_deref())))
    }
}
