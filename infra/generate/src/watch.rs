//! The router of `cargo lambda watch`, a part of the root `Cargo.toml`.

use std::fmt::Write as _;

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

/// One line for each path. The router knows no function for other methods than those it is told of; where everything
/// else ends, `$default`, takes them, too.
fn router() -> String {
    let mut paths: Vec<(String, Vec<(String, &'static str)>)> = Vec::new();
    let mut default = "";
    for route in deployed() {
        let Some((method, path)) = route.key.split_once(' ') else {
            default = route.function.as_str();
            continue;
        };
        let to = (method.to_owned(), route.function.as_str());
        match paths.iter_mut().find(|(known, _)| known == path) {
            Some((_, functions)) => functions.push(to),
            None => paths.push((path.to_owned(), vec![to])),
        }
    }
    let mut text = "[workspace.metadata.lambda.watch.router]\n".to_owned();
    for (path, functions) in paths {
        if functions.iter().all(|(_, function)| *function == default) {
            let _ = writeln!(text, "\"{path}\" = \"{default}\"");
            continue;
        }
        let methods: Vec<_> = functions
            .iter()
            .map(|(method, function)| format!("{{ method = \"{method}\", function = \"{function}\" }}"))
            .collect();
        let _ = writeln!(text, "\"{path}\" = [{}]", methods.join(", "));
    }
    let _ = writeln!(text, "\"/{{*unknown}}\" = \"{default}\"");
    text
}
