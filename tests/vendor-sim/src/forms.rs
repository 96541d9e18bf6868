//! Form bodies, read strictly: in UTF-8, no parameter twice.

use std::collections::HashMap;

use crate::wire::Call;

pub struct Form(HashMap<String, String>);

impl Form {
    /// The error says what is wrong without any of the values, or names, which may be values that
    /// were not encoded.
    pub fn read(call: &Call) -> Result<Self, &'static str> {
        if !call.is_utf8("application/x-www-form-urlencoded") {
            return Err("the content type is not a form in UTF-8");
        }
        if std::str::from_utf8(&call.body).is_err() {
            return Err("the body is not UTF-8");
        }
        let mut fields = HashMap::new();
        for (name, value) in form_urlencoded::parse(&call.body) {
            if fields.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err("a repeated parameter");
            }
        }
        Ok(Self(fields))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A parameter that is there and not empty.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn has_only(&self, known: &[&str]) -> bool {
        self.names().all(|name| known.contains(&name))
    }
}
