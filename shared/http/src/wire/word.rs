//! A word of a closed set that may grow: a client of today reads what a server of tomorrow says.

use serde::de::value::{Error as WordError, StringDeserializer};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, IntoDeserializer as _};
use serde::{Serialize, Serializer};

/// A channel or an outcome in an answer. The functions say what they know; who reads it may be older than they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word<T> {
    Known(T),
    /// A word that this version does not know, as it was said.
    Newer(String),
}

impl<T> From<T> for Word<T> {
    fn from(word: T) -> Self {
        Self::Known(word)
    }
}

impl<T: Serialize> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(word) => word.serialize(serializer),
            Self::Newer(word) => serializer.serialize_str(word),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let known: StringDeserializer<WordError> = word.clone().into_deserializer();
        Ok(T::deserialize(known).map_or(Self::Newer(word), Self::Known))
    }
}

impl<T: std::fmt::Display> std::fmt::Display for Word<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Known(word) => word.fmt(f),
            Self::Newer(word) => f.write_str(word),
        }
    }
}

/// To the description it is the set.
#[cfg(feature = "description")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Word<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use revocation_rules::channel::Channel;

    use super::*;

    #[test]
    fn a_word_of_tomorrow_is_read_and_said_again() {
        let text = r#"{"apns":1,"pigeon":2}"#;
        let read: BTreeMap<Word<Channel>, u64> = serde_json::from_str(text).unwrap();
        assert_eq!(read[&Word::Known(Channel::Apns)], 1);
        assert_eq!(read[&Word::Newer("pigeon".to_owned())], 2);
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }
}
