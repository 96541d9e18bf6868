//! Which route a request is for.
//!
//! The same table serves behind API Gateway and behind `cargo lambda watch`,
//! so a function reads the path itself. It comes decoded: what is in a segment
//! stands for itself.

use http::Method;

use super::path::{Path, fits};
use super::table::{ROUTES, Route};
use crate::audit::Asked;
use crate::problem::{Problem, ProblemKind};

/// The longest path is `v1/{kind}/{id}/revocations/{rvk}/outcomes`.
const MOST_SEGMENTS: usize = 6;

/// Reads a path (decoded, without query) and method as one of the routes `R` of a function.
/// No slash is passed over: an id that ends with one is another id.
///
/// # Errors
/// 404 for an unknown path and for another function's, 405 for a known path with another method,
/// 400 for an id that cannot be one.
pub fn route<R: TryFrom<Route>>(method: &Method, path: &str) -> Result<(Asked, R), Problem> {
    let nothing = || Problem::new(ProblemKind::NotFound);
    let segments: Vec<&str> = path.strip_prefix('/').unwrap_or(path).splitn(MOST_SEGMENTS + 1, '/').collect();
    // Some proxies make one slash of two: what has an empty segment names nothing, or something else.
    if segments.contains(&"") {
        return Err(nothing());
    }
    let mut other_methods = Vec::new();
    for spec in ROUTES.iter().filter(|spec| fits(spec.path(), &segments)) {
        let Some(read) = spec.read else { continue };
        if spec.method() != method.as_str() {
            other_methods.push(spec.method());
            continue;
        }
        let path = Path {
            pattern: spec.path(),
            segments: &segments,
        };
        let route = R::try_from(read(&path)?).map_err(|_| nothing())?;
        let asked = Asked::new(spec.key, spec.permission);
        let asked = match path.pushed() {
            Some(push) => asked.about(push.kind, &push.id),
            None => asked,
        };
        return Ok((asked, route));
    }
    if other_methods.is_empty() {
        return Err(nothing());
    }
    Err(Problem::new(ProblemKind::MethodNotAllowed).with_detail(format!("use {}", other_methods.join(", "))))
}
