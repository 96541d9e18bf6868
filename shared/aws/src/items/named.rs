//! Reads one entry out of what an item holds for every revocation, and makes nothing of the others.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;

/// The value under `name` in a JSON object, which may be there or not; `None` for a text that is no such object.
#[expect(clippy::option_option, reason = "no object, and an object without the name, are two things")]
pub fn value_of<T: DeserializeOwned>(object: &str, name: &str) -> Option<Option<T>> {
    // Most are empty, and so many are read.
    if object == "{}" {
        return Some(None);
    }
    let mut json = Deserializer::from_str(object);
    let found = json.deserialize_map(InMap(name, PhantomData)).ok()?;
    json.end().ok().map(|()| found)
}

/// Is `name` in a JSON array of texts? `None` for a text that is no such array.
pub fn is_in(array: &str, name: &str) -> Option<bool> {
    let mut json = Deserializer::from_str(array);
    let found = json.deserialize_seq(InList(name)).ok()?;
    json.end().ok().map(|()| found)
}

struct InMap<'a, T>(&'a str, PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for InMap<'_, T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<T>, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if key == self.0 {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

struct InList<'a>(&'a str);

impl<'de> Visitor<'de> for InList<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of texts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        let mut found = false;
        while let Some(text) = list.next_element::<Cow<'de, str>>()? {
            found |= text == self.0;
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_entry_is_read_and_the_others_are_not() {
        let object = r#"{"rvk_a":3,"rvk_b":{"not":"a number"},"rvk_\u0063":5}"#;
        assert_eq!(value_of::<u32>(object, "rvk_a"), Some(Some(3)));
        assert_eq!(value_of::<u32>(object, "rvk_c"), Some(Some(5)));
        assert_eq!(value_of::<u32>(object, "rvk_d"), Some(None));
        assert_eq!(value_of::<u32>("{}", "rvk_a"), Some(None));
        assert_eq!(value_of::<u32>(object, "rvk_b"), None, "it is not what it should be");
        for text in ["", "[]", "{", "{} {}", "7"] {
            assert_eq!(value_of::<u32>(text, "rvk_a"), None, "{text}");
        }
    }

    #[test]
    fn a_name_is_in_a_list_or_not() {
        assert_eq!(is_in(r#"["rvk_a","rvk_b"]"#, "rvk_b"), Some(true));
        assert_eq!(is_in(r#"["rvk_a"]"#, "rvk_b"), Some(false));
        assert_eq!(is_in("[]", "rvk_b"), Some(false));
        for text in ["", "{}", "[", "[7]", "[] []"] {
            assert_eq!(is_in(text, "rvk_b"), None, "{text}");
        }
    }
}
