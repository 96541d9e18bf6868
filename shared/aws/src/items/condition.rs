//! A condition on what is stored.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::writer::number;

#[derive(Clone)]
pub struct Condition {
    pub text: &'static str,
    pub names: Option<HashMap<String, String>>,
    pub values: Option<HashMap<String, AttributeValue>>,
}

impl Condition {
    /// Nothing is there.
    pub const FREE: Self = Self {
        text: "attribute_not_exists(pk)",
        names: None,
        values: None,
    };

    /// The version of what is there is `before`, where 0 means that nothing is.
    pub fn version_is(before: u64) -> Self {
        if before == 0 {
            return Self::FREE;
        }
        Self {
            text: "#version = :before",
            names: Some(HashMap::from([("#version".to_owned(), "version".to_owned())])),
            values: Some(HashMap::from([(":before".to_owned(), number(before))])),
        }
    }

    /// This holds, with these values.
    pub fn of<const N: usize>(text: &'static str, values: [(&str, AttributeValue); N]) -> Self {
        Self {
            text,
            names: None,
            values: Some(values.map(|(name, value)| (name.to_owned(), value)).into()),
        }
    }
}
