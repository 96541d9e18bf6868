//! JSON objects as proto3 reads them: a field has two names, `collapseKey` and `collapse_key`, and `null` is absent.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What is wrong, with the field that it is wrong with. No values.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    pub field: String,
    pub what: String,
}

pub fn wrong<T>(field: &str, what: &str) -> Result<T, Wrong> {
    Err(Wrong {
        field: field.to_owned(),
        what: what.to_owned(),
    })
}

/// An object whose fields are all known, by their names with underscores.
pub struct Fields<'a> {
    /// Where it stands, such as `message.android`.
    place: &'a str,
    by_name: BTreeMap<String, &'a Value>,
}

impl<'a> Fields<'a> {
    pub fn read(place: &'a str, value: &'a Value, known: &[&str]) -> Result<Self, Wrong> {
        let mut by_name = BTreeMap::new();
        for (name, value) in object(place, value)? {
            let name = with_underscores(name);
            if !known.contains(&name.as_str()) {
                return wrong(place, "an unknown field");
            }
            if value.is_null() {
                continue;
            }
            if by_name.insert(name, value).is_some() {
                return wrong(place, "a field twice");
            }
        }
        Ok(Self { place, by_name })
    }

    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.by_name.get(name).copied()
    }

    pub fn text(&self, name: &str) -> Result<Option<&'a str>, Wrong> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => wrong(&self.place_of(name), "not a text"),
        }
    }

    pub fn flag(&self, name: &str) -> Result<bool, Wrong> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => wrong(&self.place_of(name), "not a boolean"),
        }
    }

    /// A field with one of these names; JSON of proto3 takes them in any case, and says so nowhere.
    pub fn one_of(&self, name: &str, names: &[&str]) -> Result<(), Wrong> {
        match self.text(name)? {
            Some(said) if !names.iter().any(|known| known.eq_ignore_ascii_case(said)) => wrong(&self.place_of(name), "an unknown name"),
            Some(_) | None => Ok(()),
        }
    }

    /// A map of texts, empty when absent.
    pub fn texts(&self, name: &str) -> Result<BTreeMap<&'a str, &'a str>, Wrong> {
        let Some(value) = self.get(name) else {
            return Ok(BTreeMap::new());
        };
        let place = self.place_of(name);
        let entries = object(&place, value)?.iter();
        let texts = entries.map(|(key, value)| value.as_str().map(|text| (key.as_str(), text)));
        texts.collect::<Option<_>>().map_or_else(|| wrong(&place, "not a map of texts"), Ok)
    }

    pub fn place_of(&self, name: &str) -> String {
        format!("{}.{name}", self.place)
    }
}

fn object<'a>(place: &str, value: &'a Value) -> Result<&'a Map<String, Value>, Wrong> {
    value.as_object().map_or_else(|| wrong(place, "not an object"), Ok)
}

/// `collapseKey` is `collapse_key`, and `collapse_key` itself.
fn with_underscores(name: &str) -> String {
    let mut underscored = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            underscored.push('_');
        }
        underscored.push(letter.to_ascii_lowercase());
    }
    underscored
}
