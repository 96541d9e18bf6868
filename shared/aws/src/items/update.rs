//! An update in the making: what is set, added and removed, with its condition.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::writer::number;

/// Every attribute is named by a placeholder, since half of our words are `DynamoDB`'s.
#[derive(Default)]
pub struct Update {
    set: Vec<String>,
    add: Vec<String>,
    remove: Vec<String>,
    pub condition: Option<String>,
    pub names: HashMap<String, String>,
    pub values: HashMap<String, AttributeValue>,
}

impl Update {
    fn name(&mut self, attribute: &str) {
        self.names.insert(format!("#{attribute}"), attribute.to_owned());
    }

    pub fn set(mut self, attribute: &str, value: AttributeValue) -> Self {
        self.name(attribute);
        self.values.insert(format!(":{attribute}"), value);
        self.set.push(format!("#{attribute} = :{attribute}"));
        self
    }

    pub fn add(mut self, attribute: &str, difference: i64) -> Self {
        self.name(attribute);
        self.values.insert(format!(":{attribute}"), number(difference));
        self.add.push(format!("#{attribute} :{attribute}"));
        self
    }

    pub fn remove(mut self, attribute: &str) -> Self {
        self.name(attribute);
        self.remove.push(format!("#{attribute}"));
        self
    }

    /// Raises `version` by one, under the condition that it is `read` still.
    pub fn raise_version(mut self, read: u64) -> Self {
        self = self.set("version", number(read + 1));
        self.values.insert(":read".to_owned(), number(read));
        self.condition = Some("#version = :read".to_owned());
        self
    }

    /// One more condition: that this attribute has this value.
    pub fn and_is(mut self, attribute: &str, value: AttributeValue) -> Self {
        self.name(attribute);
        self.values.insert(format!(":is_{attribute}"), value);
        let is = format!("#{attribute} = :is_{attribute}");
        self.condition = Some(match self.condition {
            Some(condition) => format!("{condition} AND {is}"),
            None => is,
        });
        self
    }

    pub fn expression(&self) -> String {
        [("SET", &self.set), ("ADD", &self.add), ("REMOVE", &self.remove)]
            .into_iter()
            .filter(|(_, parts)| !parts.is_empty())
            .map(|(word, parts)| format!("{word} {}", parts.join(", ")))
            .collect::<Vec<_>>()
            .join(" ")
    }
}
