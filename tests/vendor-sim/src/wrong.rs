//! What is wrong with a request.

use crate::wire::without_values;

/// The code to answer, and words without any of the request's values.
#[derive(Debug)]
pub struct Wrong<C = i64> {
    pub code: C,
    pub what: String,
}

pub fn wrong<T, C>(code: C, what: &str) -> Result<T, Wrong<C>> {
    Err(Wrong {
        code,
        what: what.to_owned(),
    })
}

/// Of a JSON body: `structure` for fields that are not those that are described, `syntax` for what is no JSON.
pub fn misread<C>(error: &serde_json::Error, structure: C, syntax: C) -> Wrong<C> {
    Wrong {
        code: if error.is_data() { structure } else { syntax },
        what: without_values(error),
    }
}
