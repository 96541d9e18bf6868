//! What is wrong with a request.

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
