//! What `infra/template.yaml` deploys. It is generated, so that a line says a thing in one way only.

use std::collections::BTreeSet;

use crate::error::{StackError, file};
use crate::project;

/// Every function, without the name of the stack.
pub fn functions() -> Result<Vec<String>, StackError> {
    all("FunctionName: !Sub ${AWS::StackName}-", "")
}

/// The binaries; one can be deployed as more than one function.
pub fn binaries() -> Result<BTreeSet<String>, StackError> {
    all("CodeUri: ../target/lambda/", "/bootstrap.zip")
}

/// What stands between the two in a line.
fn all<Found: FromIterator<String>>(before: &str, after: &str) -> Result<Found, StackError> {
    let path = project::template();
    let text = std::fs::read_to_string(&path).map_err(file("reading the template", &path))?;
    let between = |line: &str| line.trim_start().strip_prefix(before)?.strip_suffix(after).map(str::to_owned);
    Ok(text.lines().filter_map(between).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_and_binaries_are_found_in_the_template() {
        let functions = functions().unwrap();
        assert!(functions.contains(&"dispatch-self-built".to_owned()));
        let binaries = binaries().unwrap();
        assert!(binaries.contains("dispatch") && binaries.len() < functions.len());
    }
}
