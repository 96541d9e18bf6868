//! Makes items.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Serialize;

use super::VERSION;

pub type Item = HashMap<String, AttributeValue>;

pub fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

#[expect(clippy::needless_pass_by_value, reason = "numbers are copied; a reference at every call says less")]
pub fn number(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// Epoch milliseconds.
pub fn time(at: Timestamp) -> AttributeValue {
    number(at.as_millisecond())
}

pub fn json_text(value: &impl Serialize) -> String {
    // Cannot fail: our types have text keys and no serializer of their own that refuses.
    #[expect(clippy::expect_used, reason = "only types of shared/rules come here")]
    serde_json::to_string(value).expect("a value of the rules is JSON")
}

/// The key of an item.
pub fn at(pk: impl Into<String>, sk: impl Into<String>) -> Item {
    Item::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

/// The key of an item in a table that has no sort key.
pub fn keyed(pk: impl Into<String>) -> Item {
    Item::from([("pk".to_owned(), text(pk))])
}

/// An item in the making.
pub struct Writer(Item);

impl Writer {
    /// An item with its key.
    pub fn at(pk: String, sk: &str) -> Self {
        Self::keyed(pk).text("sk", sk)
    }

    /// An item of a table that has no sort key.
    pub fn keyed(pk: String) -> Self {
        Self(Item::new()).with("v", number(VERSION)).text("pk", pk)
    }

    pub fn with(mut self, attribute: &'static str, value: AttributeValue) -> Self {
        self.0.insert(attribute.to_owned(), value);
        self
    }

    pub fn text(self, attribute: &'static str, value: impl Into<String>) -> Self {
        self.with(attribute, text(value))
    }

    pub fn text_if(self, attribute: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(attribute, value),
            None => self,
        }
    }

    pub fn number(self, attribute: &'static str, value: impl ToString) -> Self {
        self.with(attribute, number(value))
    }

    pub fn time(self, attribute: &'static str, at: Timestamp) -> Self {
        self.with(attribute, time(at))
    }

    pub fn time_if(self, attribute: &'static str, at: Option<Timestamp>) -> Self {
        match at {
            Some(at) => self.time(attribute, at),
            None => self,
        }
    }

    pub fn json(self, attribute: &'static str, value: &impl Serialize) -> Self {
        self.text(attribute, json_text(value))
    }

    /// A map that is read back as empty where it is not there.
    pub fn json_unless_empty<K: Serialize + Ord, V: Serialize>(self, attribute: &'static str, map: &BTreeMap<K, V>) -> Self {
        if map.is_empty() { self } else { self.json(attribute, map) }
    }

    pub fn bytes(self, attribute: &'static str, bytes: Vec<u8>) -> Self {
        self.with(attribute, AttributeValue::B(Blob::new(bytes)))
    }

    pub fn finish(self) -> Item {
        self.0
    }
}
