//! What has a limit, held to it while it is read: a text or a list that is too
//! long is refused before it is copied or kept, whatever is still to come.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A text of at most `MAX` bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Text<const MAX: usize>(pub(crate) String);

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfText<const MAX: usize>;
        impl<const MAX: usize> Visitor<'_> for OfText<MAX> {
            type Value = Text<MAX>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<MAX>, E> {
                if text.len() > MAX {
                    return Err(E::custom(format_args!("must have at most {MAX} bytes")));
                }
                Ok(Text(text.to_owned()))
            }
        }
        deserializer.deserialize_str(OfText)
    }
}

/// At most `MAX` of something; `what` completes "must have at most 1000 ...".
fn too_many<E: Error>(max: usize, what: &str) -> E {
    E::custom(format_args!("must have at most {max} {what}"))
}

/// A list of at most `MAX` entries.
#[derive(Debug)]
pub(crate) struct List<T, const MAX: usize>(pub(crate) Vec<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for List<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfList<T, const MAX: usize>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for OfList<T, MAX> {
            type Value = List<T, MAX>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<List<T, MAX>, A::Error> {
                let mut list = Vec::new();
                while list.len() < MAX {
                    let Some(entry) = entries.next_element()? else {
                        return Ok(List(list));
                    };
                    list.push(entry);
                }
                match entries.next_element::<IgnoredAny>()? {
                    None => Ok(List(list)),
                    Some(IgnoredAny) => Err(too_many(MAX, "entries")),
                }
            }
        }
        deserializer.deserialize_seq(OfList(PhantomData))
    }
}

/// A set of at most `MAX` entries. What stands twice in it is one.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(crate) struct Set<T, const MAX: usize>(pub(crate) BTreeSet<T>);

impl<'de, T: Deserialize<'de> + Ord, const MAX: usize> Deserialize<'de> for Set<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfSet<T, const MAX: usize>(PhantomData<T>);
        impl<'de, T: Deserialize<'de> + Ord, const MAX: usize> Visitor<'de> for OfSet<T, MAX> {
            type Value = Set<T, MAX>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Set<T, MAX>, A::Error> {
                let mut set = BTreeSet::new();
                while let Some(entry) = entries.next_element()? {
                    set.insert(entry);
                    if set.len() > MAX {
                        return Err(too_many(MAX, "entries"));
                    }
                }
                Ok(Set(set))
            }
        }
        deserializer.deserialize_seq(OfSet(PhantomData))
    }
}

/// Values by name, at most `MAX` of them.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(crate) struct Map<K, V, const MAX: usize>(pub(crate) BTreeMap<K, V>);

impl<K, V, const MAX: usize> Map<K, V, MAX> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K, V, const MAX: usize> Default for Map<K, V, MAX> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>, const MAX: usize> Deserialize<'de> for Map<K, V, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMap<K, V, const MAX: usize>(PhantomData<(K, V)>);
        impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>, const MAX: usize> Visitor<'de> for OfMap<K, V, MAX> {
            type Value = Map<K, V, MAX>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Map<K, V, MAX>, A::Error> {
                let mut map = BTreeMap::new();
                while let Some((name, value)) = entries.next_entry()? {
                    map.insert(name, value);
                    if map.len() > MAX {
                        return Err(too_many(MAX, "entries"));
                    }
                }
                Ok(Map(map))
            }
        }
        deserializer.deserialize_map(OfMap(PhantomData))
    }
}

/// What has a limit, as clients read it. A text's limit is one of bytes; where characters count, its field says so.
#[cfg(feature = "description")]
mod schema {
    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    use super::{List, Map, Set, Text};

    impl<const MAX: usize> JsonSchema for Text<MAX> {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> Cow<'static, str> {
            format!("Text{MAX}").into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({ "type": "string", "minLength": 1, "maxLength": MAX })
        }
    }

    impl<T: JsonSchema, const MAX: usize> JsonSchema for List<T, MAX> {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> Cow<'static, str> {
            format!("ListOf{}", T::schema_name()).into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            json_schema!({ "type": "array", "items": generator.subschema_for::<T>(), "minItems": 1, "maxItems": MAX })
        }
    }

    impl<T: JsonSchema, const MAX: usize> JsonSchema for Set<T, MAX> {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> Cow<'static, str> {
            format!("SetOf{}", T::schema_name()).into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let mut list = List::<T, MAX>::json_schema(generator);
            list.insert("uniqueItems".to_owned(), true.into());
            list
        }
    }

    impl<K: JsonSchema, V: JsonSchema, const MAX: usize> JsonSchema for Map<K, V, MAX> {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> Cow<'static, str> {
            format!("MapOf{}", V::schema_name()).into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "type": "object",
                "maxProperties": MAX,
                "propertyNames": generator.subschema_for::<K>(),
                "additionalProperties": generator.subschema_for::<V>()
            })
        }
    }
}

/// What is left out of an answer unless it is so.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) const fn is_false(said: &bool) -> bool {
    !*said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_as_much_as_it_may_is_taken_and_one_more_is_not() {
        assert_eq!(serde_json::from_str::<Text<3>>(r#""abc""#).unwrap().0, "abc");
        assert!(serde_json::from_str::<Text<3>>(r#""促a""#).is_err());
        assert_eq!(serde_json::from_str::<List<u8, 2>>("[1,2]").unwrap().0, [1, 2]);
        assert!(serde_json::from_str::<List<u8, 2>>("[1,2,3]").is_err());
        assert_eq!(serde_json::from_str::<Set<u8, 2>>("[1,2,1,2,1]").unwrap().0.len(), 2);
        assert!(serde_json::from_str::<Set<u8, 2>>("[1,2,3]").is_err());
        assert_eq!(serde_json::from_str::<Map<String, u8, 1>>(r#"{"a":1,"a":2}"#).unwrap().0["a"], 2);
        assert!(serde_json::from_str::<Map<String, u8, 1>>(r#"{"a":1,"b":2}"#).is_err());
    }

    #[test]
    fn nothing_is_read_behind_the_last_one_that_may_be() {
        // What comes after would not even be JSON.
        let error = serde_json::from_str::<List<u8, 1>>("[1,2,no").unwrap_err();
        assert_eq!(error.to_string(), "must have at most 1 entries at line 1 column 5");
    }
}
