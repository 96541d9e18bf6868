//! Reads items back. Nothing is guessed: what is missing or wrong is named.

use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use revocation_app::ports::StoreError;
use serde::de::DeserializeOwned;

use super::{Item, VERSION};

type Read<T> = Result<T, StoreError>;

pub struct Reader<'a> {
    what: &'static str,
    item: &'a Item,
}

impl<'a> Reader<'a> {
    /// Starts reading an item that is a `what`, if it is written as we write.
    pub fn new(what: &'static str, item: &'a Item) -> Read<Self> {
        let reader = Self { what, item };
        match reader.number::<u8>("v")? {
            VERSION => Ok(reader),
            _ => Err(reader.damaged("v")),
        }
    }

    pub fn damaged(&self, attribute: &'static str) -> StoreError {
        StoreError::Damaged {
            item: self.what,
            attribute,
        }
    }

    pub fn text(&self, attribute: &'static str) -> Read<&'a str> {
        match self.item.get(attribute) {
            Some(AttributeValue::S(text)) => Ok(text),
            _ => Err(self.damaged(attribute)),
        }
    }

    pub fn parsed<T: FromStr>(&self, attribute: &'static str) -> Read<T> {
        self.text(attribute)?.parse().map_err(|_| self.damaged(attribute))
    }

    /// A text that `parse` knows.
    pub fn known<T>(&self, attribute: &'static str, parse: impl FnOnce(&'a str) -> Option<T>) -> Read<T> {
        parse(self.text(attribute)?).ok_or_else(|| self.damaged(attribute))
    }

    pub fn number<T: FromStr>(&self, attribute: &'static str) -> Read<T> {
        match self.item.get(attribute) {
            Some(AttributeValue::N(digits)) => digits.parse().map_err(|_| self.damaged(attribute)),
            _ => Err(self.damaged(attribute)),
        }
    }

    pub fn time(&self, attribute: &'static str) -> Read<Timestamp> {
        Timestamp::from_millisecond(self.number(attribute)?).map_err(|_| self.damaged(attribute))
    }

    pub fn json<T: DeserializeOwned>(&self, attribute: &'static str) -> Read<T> {
        serde_json::from_str(self.text(attribute)?).map_err(|_| self.damaged(attribute))
    }

    pub fn bytes(&self, attribute: &'static str) -> Read<&'a [u8]> {
        match self.item.get(attribute) {
            Some(AttributeValue::B(bytes)) => Ok(bytes.as_ref()),
            _ => Err(self.damaged(attribute)),
        }
    }

    /// Reads an attribute that an item may do without.
    pub fn if_there<T>(&self, attribute: &'static str, read: impl FnOnce(&Self, &'static str) -> Read<T>) -> Read<Option<T>> {
        if self.item.contains_key(attribute) {
            read(self, attribute).map(Some)
        } else {
            Ok(None)
        }
    }
}
