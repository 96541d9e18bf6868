//! The router of `cargo lambda watch`, a part of the root `Cargo.toml`.

use std::collections::BTreeMap;

use revocation_http::route::deployed;

use crate::error::GenerateError;
use crate::{in_project, read};

const BEGIN: &str = "# generated: begin\n";
const END: &str = "# generated: end\n";

/// `Cargo.toml` with the routes of today.
pub(crate) fn manifest() -> Result<String, GenerateError> {
    let text = read(&in_project("Cargo.toml"))?;
    let (before, rest) = text.split_once(BEGIN).ok_or(GenerateError::Markers)?;
    let (_, after) = rest.split_once(END).ok_or(GenerateError::Markers)?;
    Ok(format!("{before}{BEGIN}{}{END}{after}", router()))
}

/// One line for each path. The router has nothing for a method that it is not told of; where `$default` serves a path
/// anyway, it takes every method there, as it does behind API Gateway.
fn router() -> String {
    let routes = deployed();
    let mut paths: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut default = "";
    for route in &routes {
        let function = route.function.as_str();
        let (method, path) = route.key.split_once(' ').unwrap_or_else(|| {
            default = function;
            ("", "/{*unknown}")
        });
        paths.entry(path).or_default().push((method, function));
    }
    let line = |(path, functions): (&str, Vec<(&str, &str)>)| {
        if functions.iter().all(|(_, function)| *function == default) {
            return format!("{path:?} = {default:?}\n");
        }
        let one = |(method, function)| format!("{{ method = {method:?}, function = {function:?} }}");
        let functions: Vec<_> = functions.into_iter().map(one).collect();
        format!("{path:?} = [{}]\n", functions.join(", "))
    };
    let lines = paths.into_iter().map(line);
    "[workspace.metadata.lambda.watch.router]\n".to_owned() + &lines.collect::<String>()
}
