//! The parameters of a query or a form body (`application/x-www-form-urlencoded`).
//!
//! A parameter without a value is kept: old clients send such and sign them. A
//! name that stands twice is refused, since nobody could say which one is meant.

use std::borrow::Cow;

use percent_encoding::percent_decode;

use crate::encoding::encoded;

/// Why parameters cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParametersError {
    #[error("a parameter is not UTF-8")]
    NotText,
    #[error("the parameter {name} is given twice")]
    Twice { name: String },
}

/// Decoded parameters, in the order of their names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// # Errors
    /// When the text has something else than UTF-8, or a name twice.
    pub fn parse(form: &[u8]) -> Result<Self, ParametersError> {
        let mut pairs = Vec::new();
        for pair in form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let end = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = end.map_or((pair, &[][..]), |end| (&pair[..end], &pair[end + 1..]));
            pairs.push((decoded(name)?, decoded(value)?));
        }
        Self::of(pairs)
    }

    /// These and the others together.
    ///
    /// # Errors
    /// When a name is in both.
    pub fn and(mut self, others: Self) -> Result<Self, ParametersError> {
        self.0.extend(others.0);
        Self::of(self.0)
    }

    fn of(mut pairs: Vec<(String, String)>) -> Result<Self, ParametersError> {
        pairs.sort();
        match pairs.windows(2).find(|two| two[0].0 == two[1].0) {
            Some(two) => Err(ParametersError::Twice { name: two[0].0.clone() }),
            None => Ok(Self(pairs)),
        }
    }

    /// The value of `name`; the empty text for a parameter without one.
    pub fn get(&self, name: &str) -> Option<&str> {
        let at = self.0.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        self.0.get(at).map(|(_, value)| value.as_str())
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Sorted, encoded and joined, but for the parameter `without`.
    pub(crate) fn canonical(&self, without: Option<&str>) -> String {
        use std::fmt::Write as _;

        let mut text = String::new();
        for (name, value) in self.0.iter().filter(|(name, _)| Some(name.as_str()) != without) {
            let and = if text.is_empty() { "" } else { "&" };
            // Cannot fail: writing to a String.
            let _ = write!(text, "{and}{}={}", encoded(name), encoded(value));
        }
        text
    }
}

/// Values are ids of people's devices: only names are shown.
impl std::fmt::Debug for Parameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

fn decoded(text: &[u8]) -> Result<String, ParametersError> {
    let spaced: Cow<[u8]> = if text.contains(&b'+') {
        text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect()
    } else {
        text.into()
    };
    match percent_decode(&spaced).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(ParametersError::NotText),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(form: &str) -> Parameters {
        Parameters::parse(form.as_bytes()).unwrap()
    }

    #[test]
    fn a_form_is_read_as_clients_write_it() {
        let form = parsed("TargetId=user+1024%2F%E6%B5%8B~%2A%2B&AppId=A&Empty=&Bare&a%3Db=c%26d=e");
        assert_eq!(form.get("TargetId"), Some("user 1024/测~*+"));
        assert_eq!(form.get("Empty"), Some(""));
        assert_eq!(form.get("Bare"), Some(""));
        assert_eq!(form.get("a=b"), Some("c&d=e"));
        assert_eq!(form.get("Other"), None);
        assert_eq!(parsed("").names().count(), 0);
    }

    #[test]
    fn blank_values_stay_in_the_canonical_text() {
        let form = parsed("b=&a=x+y&Signature=s&c");
        assert_eq!(form.canonical(Some("Signature")), "a=x%20y&b=&c=");
    }

    #[test]
    fn names_are_sorted_by_their_bytes() {
        assert_eq!(
            parsed("b=1&B=2&a-b=3&a=4&%E6%B5%8B=5").canonical(None),
            "B=2&a=4&a-b=3&b=1&%E6%B5%8B=5"
        );
    }

    #[test]
    fn a_parameter_that_stands_twice_is_refused() {
        let twice = Err(ParametersError::Twice { name: "a".to_owned() });
        assert_eq!(Parameters::parse(b"a=1&a=1"), twice);
        assert_eq!(parsed("a=1").and(parsed("a=2&b=")), twice);
        assert_eq!(parsed("a=1").and(parsed("b=")).unwrap().canonical(None), "a=1&b=");
    }

    #[test]
    fn what_is_not_text_is_refused() {
        assert_eq!(Parameters::parse(b"a=%ff"), Err(ParametersError::NotText));
    }

    #[test]
    fn a_value_is_never_shown() {
        assert_eq!(format!("{:?}", parsed("TargetId=planted")), r#"["TargetId"]"#);
    }
}
