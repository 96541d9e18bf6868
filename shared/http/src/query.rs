//! Reads a query string: known names only, each once.

use percent_encoding::percent_decode_str;

use crate::problem::{FieldError, Problem};

/// The parameters of one request.
#[derive(Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// # Errors
    /// 400 for a parameter that is not in `known`, that stands twice, or that is not UTF-8.
    pub fn parse(query: &str, known: &[&str]) -> Result<Self, Problem> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(name), Some(value)) = (decoded(name), decoded(value)) else {
                return Err(Problem::invalid("?", "is not UTF-8"));
            };
            if !known.contains(&name.as_str()) {
                return Err(Problem::invalid(
                    "?",
                    format!("has an unknown parameter; known are {}", known.join(", ")),
                ));
            }
            if pairs.iter().any(|(seen, _)| *seen == name) {
                return Err(Problem::invalid(format!("?{name}"), "is given twice"));
            }
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Reads an optional parameter. `expected` completes "must be ...".
    ///
    /// # Errors
    /// 400 when `read` does not know the value.
    pub fn read<T>(&self, name: &str, expected: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Problem> {
        self.get(name)
            .map(|value| {
                read(value).ok_or_else(|| {
                    Problem::invalid_all(vec![FieldError {
                        pointer: format!("?{name}"),
                        detail: format!("must be {expected}"),
                    }])
                })
            })
            .transpose()
    }
}

/// The first value of `name`, whatever else the query has.
pub fn value(query: &str, name: &str) -> Option<String> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(known, _)| *known == name)
        .and_then(|(_, value)| decoded(value))
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8()
        .ok()
        .map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_decoded_once() {
        let query = Query::parse("target=a%2523b%2B+c%26d%3De&channel=", &["target", "channel"]).unwrap();
        assert_eq!(query.get("target"), Some("a%23b+ c&d=e"));
        assert_eq!(query.get("channel"), Some(""));
        // Nothing of it ends a query, and what is no escape stands for itself.
        let query = Query::parse("target=a#b?c;d%zz%", &["target"]).unwrap();
        assert_eq!(query.get("target"), Some("a#b?c;d%zz%"));
    }

    #[test]
    fn what_is_unknown_twice_or_no_text_is_refused() {
        for bad in [
            "other=1",
            "target=a&target=a",
            "target=a&t%61rget=b",
            "target=%ff",
            "%ff=a",
            "=a",
            "a",
        ] {
            assert!(Query::parse(bad, &["target"]).is_err(), "{bad}");
        }
        assert!(Query::parse("&&", &["target"]).is_ok());
    }

    #[test]
    fn the_first_value_is_found_among_others() {
        assert_eq!(value("x=1&key=a%2Bb&y", "key").as_deref(), Some("a+b"));
        assert_eq!(value("key=a&key=b", "key").as_deref(), Some("a"));
        assert_eq!(value("key=%ff", "key"), None);
        assert_eq!(value("key", "key"), None);
    }
}
