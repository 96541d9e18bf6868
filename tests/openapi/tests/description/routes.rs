//! What is described is what the API routes, and nothing else of it.

use openapi_check::Description;
use revocation_http::problem::ProblemKind;
use revocation_http::route::{Route, route};

use crate::support::operations;

#[test]
fn every_operation_is_routed_and_every_other_method_is_refused() {
    let description = Description::load();
    let operations = operations(&description);
    for op in &operations {
        for method in ["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS"] {
            let described = operations.iter().any(|other| other.path == op.path && other.method == method);
            let routed = route::<Route>(&method.parse().unwrap(), &op.a_path());
            let expected = if described { Ok(()) } else { Err(ProblemKind::MethodNotAllowed) };
            assert_eq!(routed.map(|_| ()).map_err(|problem| problem.kind), expected, "{method} {}", op.path);
        }
    }
}
