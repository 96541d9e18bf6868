//! Reads JSON that others wrote, one value at a time: whatever one of them is,
//! the others are read, and a value is only looked into when somebody asks.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde::Deserializer as _;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::document::bare;

/// Calls `each` with every value of a list or an object. `None` if `json` is no JSON.
pub(super) fn each_value<'a>(json: &'a str, each: impl FnMut(&'a str)) -> Option<()> {
    struct Each<F>(F);

    impl<'de, F: FnMut(&'de str)> Visitor<'de> for Each<F> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list or an object")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut all: A) -> Result<(), A::Error> {
            while let Some(value) = all.next_element::<&RawValue>()? {
                (self.0)(value.get());
            }
            Ok(())
        }

        fn visit_map<A: MapAccess<'de>>(mut self, mut all: A) -> Result<(), A::Error> {
            while all.next_key_seed(Name(&[]))?.is_some() {
                (self.0)(all.next_value::<&RawValue>()?.get());
            }
            Ok(())
        }
    }

    let mut input = serde_json::Deserializer::from_str(json);
    input.deserialize_any(Each(each)).ok()?;
    input.end().ok()
}

/// The values of an object's fields of these names; of one that stands twice, the
/// last. `None` if it is no object, nor a text that is one.
pub(super) fn fields<'a, const N: usize>(json: &'a str, names: [&str; N]) -> Option<[Field<'a>; N]> {
    if json.starts_with('"') {
        let inside: String = serde_json::from_str(json).ok()?;
        let inside = bare(&inside);
        // Not again: a text in a text in a text is nobody's.
        return if inside.starts_with('{') {
            fields(inside, names).map(|found| found.map(Field::into_owned))
        } else {
            None
        };
    }
    let mut input = serde_json::Deserializer::from_str(json);
    let found = input.deserialize_map(Fields(names)).ok()?;
    input.end().ok()?;
    Some(found)
}

struct Fields<'n, const N: usize>([&'n str; N]);

impl<'de, const N: usize> Visitor<'de> for Fields<'_, N> {
    type Value = [Field<'de>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Self::Value, A::Error> {
        let mut found = std::array::from_fn(|_| Field(None));
        while let Some(at) = all.next_key_seed(Name(&self.0))? {
            match found.get_mut(at) {
                Some(field) => *field = Field(Some(Cow::Borrowed(all.next_value::<&RawValue>()?.get()))),
                None => {
                    all.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

/// Which of these names a key is; their number if it is none. By its bytes, as a
/// key that is no proper text must not lose the rest of its object.
struct Name<'n>(&'n [&'n str]);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = usize;

    fn deserialize<D: serde::Deserializer<'de>>(self, key: D) -> Result<usize, D::Error> {
        key.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_bytes<E>(self, key: &[u8]) -> Result<usize, E> {
        Ok(self.0.iter().position(|name| name.as_bytes() == key).unwrap_or(self.0.len()))
    }

    fn visit_str<E>(self, key: &str) -> Result<usize, E> {
        Ok(self.0.iter().position(|name| *name == key).unwrap_or(self.0.len()))
    }
}

/// A field as it was sent; absent if it is left out or `null`.
#[derive(Clone)]
pub(super) struct Field<'a>(Option<Cow<'a, str>>);

/// What a field says when one value is asked for.
pub(super) enum One<'a> {
    /// Left out, `null` or blank.
    Nothing,
    Text(Cow<'a, str>),
    /// Something else: a list, an object, a yes or no, a text that is none.
    Odd,
}

impl Field<'_> {
    fn into_owned<'b>(self) -> Field<'b> {
        Field(self.0.map(|json| Cow::Owned(json.into_owned())))
    }

    /// The field's own JSON, if it has a value.
    pub(super) fn json(&self) -> Option<&str> {
        self.0.as_deref().filter(|json| *json != "null")
    }

    pub(super) fn is_null(&self) -> bool {
        self.0.as_deref() == Some("null")
    }

    /// Its text, or the digits of its number.
    pub(super) fn one(&self) -> One<'_> {
        match self.json() {
            None => One::Nothing,
            Some(json) => one(json),
        }
    }
}

/// One value of a list, as [`Field::one`].
pub(super) fn one(json: &str) -> One<'_> {
    let text = match json.as_bytes().first() {
        Some(b'"') => match unquoted(json) {
            Some(text) => text,
            None => return One::Odd,
        },
        Some(b'-' | b'0'..=b'9') => Cow::Borrowed(json),
        _ => return One::Odd,
    };
    if bare(&text).is_empty() { One::Nothing } else { One::Text(text) }
}

fn unquoted(json: &str) -> Option<Cow<'_, str>> {
    match serde_json::from_str::<&str>(json) {
        Ok(text) => Some(Cow::Borrowed(text)),
        // It has escapes.
        Err(_) => serde_json::from_str::<String>(json).ok().map(Cow::Owned),
    }
}

/// A whole number: `2`, `2.0`, `2e0`.
pub(super) fn whole(text: &str) -> Option<i64> {
    let text = bare(text);
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        let is_whole = number.is_finite() && number.fract() == 0.0;
        is_whole.then(|| format!("{number:.0}").parse().ok()).flatten()
    })
}

/// A time in seconds, milliseconds or microseconds since 1970, or as ISO 8601
/// writes it. The three do not meet: before 1973 nobody sent a push, and the
/// year 5138 is far.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    const SECONDS_END: i64 = 100_000_000_000;
    let text = bare(text);
    let number = text
        .split_once('.')
        .map_or_else(|| whole(text), |(before, _)| whole(text).or_else(|| whole(before)));
    match number {
        Some(..=0) => None,
        Some(seconds) if seconds < SECONDS_END => Timestamp::from_second(seconds).ok(),
        Some(milliseconds) if milliseconds < SECONDS_END * 1_000 => Timestamp::from_millisecond(milliseconds).ok(),
        Some(microseconds) => Timestamp::from_millisecond(microseconds / 1_000).ok(),
        None => {
            let said: Timestamp = text.parse().ok()?;
            Timestamp::from_millisecond(said.as_millisecond()).ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_however_it_is_written() {
        for two in ["2", "2.0", "2e0", " 2 ", "+2", "\u{feff}2"] {
            assert_eq!(whole(two), Some(2), "{two}");
        }
        for none in ["", "2.5", "two", "1e300", "NaN", "0x2", "2 2", "inf"] {
            assert_eq!(whole(none), None, "{none}");
        }
    }

    #[test]
    fn a_time_is_told_by_its_size_and_an_impossible_one_is_none() {
        let at = Timestamp::from_millisecond(1_489_993_883_189).unwrap();
        for same in [
            "1489993883189",
            "1489993883189.0",
            "1.489993883189E12",
            "1489993883189000",
            "2017-03-20T07:11:23.189Z",
        ] {
            assert_eq!(time(same), Some(at), "{same}");
        }
        for second in ["1489993883", "1489993883.9"] {
            assert_eq!(time(second), Timestamp::from_second(1_489_993_883).ok(), "{second}");
        }
        for none in ["", "0", "-5", "soon", "9223372036854775807", "1e300"] {
            assert_eq!(time(none), None, "{none}");
        }
    }

    #[test]
    fn a_key_or_a_value_that_is_no_text_loses_no_other() {
        let json = r#"{"\ud800": 1, "a": "\ud800", "b": [1, {"a": 2}], "c": null, "a": 7, "d": "x"}"#;
        let mut seen = 0;
        each_value(json, |_| seen += 1).unwrap();
        assert_eq!(seen, 6);
        let [twice, list, null, text, missing] = fields(json, ["a", "b", "c", "d", "e"]).unwrap();
        assert!(matches!(twice.one(), One::Text(text) if text == "7"), "the last one");
        assert!(matches!(list.one(), One::Odd));
        assert!(null.json().is_none() && missing.json().is_none());
        assert!(matches!(text.one(), One::Text(text) if text == "x"));
        let [odd] = fields(r#"{"a": "\ud800"}"#, ["a"]).unwrap();
        assert!(matches!(odd.one(), One::Odd));
        let [inside] = fields(r#""{\"a\": \"y\"}""#, ["a"]).unwrap();
        assert!(matches!(inside.one(), One::Text(text) if text == "y"));
        for none in ["[]", "7", "\"x\"", "{", r#""\"{}\"""#] {
            assert!(fields(none, ["a"]).is_none(), "{none}");
        }
    }
}
