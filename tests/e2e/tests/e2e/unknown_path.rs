//! What the gateway has no route for comes to the function that answers for everything else.

use reqwest::Method;
use stand::Stand;

use crate::Outcome;
use crate::fixture::expect_problem;

pub async fn what_no_route_takes_is_answered_with_a_problem(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("paths", "default").await?;
    expect_problem(&tenant.viewer.get("/v1/nothing/here").await?, 404, "not-found")?;
    let delete = tenant.viewer.request(Method::DELETE, "/v1/tasks/t1");
    expect_problem(&tenant.viewer.send(delete, "").await?, 405, "method-not-allowed")
}
