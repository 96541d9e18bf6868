//! Finds the operation that a request belongs to.

use serde_json::Value;

pub enum Operation<'a> {
    Described(&'a Value),
    /// The path is described, but not with this method.
    OtherMethod,
    UnknownPath,
}

pub fn find<'a>(document: &'a Value, method: &str, path: &str) -> Operation<'a> {
    let paths = document["paths"].as_object();
    let Some((_, item)) = paths.into_iter().flatten().find(|(template, _)| fits(template, path)) else {
        return Operation::UnknownPath;
    };
    item.get(method.to_ascii_lowercase())
        .map_or(Operation::OtherMethod, Operation::Described)
}

/// No template of ours fits a path that another one names without parameters.
fn fits(template: &str, path: &str) -> bool {
    let segments = |text: &str| text.trim_matches('/').split('/').map(str::to_owned).collect::<Vec<_>>();
    let (template, path) = (segments(template), segments(path));
    template.len() == path.len()
        && template.iter().zip(&path).all(|(wanted, given)| {
            if wanted.starts_with('{') {
                !given.is_empty()
            } else {
                wanted == given
            }
        })
}
