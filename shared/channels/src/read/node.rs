//! A JSON text as a tree of bounded size.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Deserializer, Number};

use super::plain::text;

/// Most values that are read of one answer: 1,000 devices with 20 fields fit.
/// A body of 2 MiB can hold a million values, which would be 100 MB here.
const MAX_VALUES: usize = 20_000;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Object(HashMap<String, Node>),
    /// Said twice, differently: nobody can say which is meant.
    Contradiction,
}

/// What is asked of an answer that cannot be read: nothing is there.
const MISSING: &Node = &Node::Null;

impl Node {
    /// `None` for a body that is no JSON. What follows the first value is left
    /// alone unless it could be another answer: then nobody can say which counts.
    pub fn parse(body: &[u8]) -> Option<Self> {
        Self::read(&text(body)).map(Self::opened)
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let mut values = Deserializer::from_str(text).into_iter::<Raw>();
        let first = values.next()?.ok()?.0;
        let rest = text.get(values.byte_offset()..).unwrap_or_default();
        (!rest.contains(['{', '['])).then_some(first)
    }

    /// The field; nothing where there is none, and in what is no object.
    pub fn field(&self, name: &str) -> &Self {
        match self {
            Self::Object(fields) => fields.get(name).unwrap_or(MISSING),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) | Self::Contradiction => MISSING,
        }
    }

    /// The field, taken out.
    pub fn take(&mut self, name: &str) -> Self {
        match self {
            Self::Object(fields) => fields.remove(name).unwrap_or(Self::Null),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) | Self::Contradiction => Self::Null,
        }
    }

    /// Nothing is said: absent, null, blank, an empty object or list.
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::List(list) => list.is_empty(),
            Self::Object(fields) => fields.is_empty(),
            Self::Bool(_) | Self::Number(_) | Self::Contradiction => false,
        }
    }
}

/// A node of its own answer, counted from nought.
struct Raw(Node);

impl<'de> serde::Deserialize<'de> for Raw {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Counted(&Cell::new(MAX_VALUES)).deserialize(deserializer).map(Self)
    }
}

/// Reads a node, as long as there are values left.
#[derive(Clone, Copy)]
struct Counted<'c>(&'c Cell<usize>);

impl<'de> DeserializeSeed<'de> for Counted<'_> {
    type Value = Node;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        let left = self.0.get().checked_sub(1).ok_or_else(|| D::Error::custom("too many values"))?;
        self.0.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Counted<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        Ok(Number::from_f64(value).map_or(Node::Contradiction, Node::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element_seed(self)? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut fields = HashMap::new();
        while let Some(name) = map.next_key::<String>()? {
            let node = map.next_value_seed(self)?;
            let twice = fields.get(&name).is_some_and(|before| *before != node);
            fields.insert(name, if twice { Node::Contradiction } else { node });
        }
        Ok(Node::Object(fields))
    }
}
