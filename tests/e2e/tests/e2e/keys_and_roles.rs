//! Access keys and what their roles allow.

use serde_json::json;
use stand::Stand;

use crate::Outcome;
use crate::fixture::{check, expect, expect_problem, now, task};

pub async fn each_role_may_do_what_it_is_for_and_no_more(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("roles", "default").await?;
    let push = task(&tenant, "t1").await?;
    let gate = format!("{push}/gate");
    let revocations = format!("{push}/revocations");
    let dry_run = json!({"reason": "wrong price", "dry_run": true});
    let registration = json!({"type": "batch", "title": "t", "sent_at": now().to_string()});

    for api in [&tenant.sender, &tenant.viewer, &tenant.operator, &tenant.admin] {
        expect(&api.get(&gate).await?, 200)?;
    }
    for api in [&tenant.viewer, &tenant.operator, &tenant.admin] {
        expect(&api.get(&push).await?, 200)?;
        expect(&api.get("/v1/pushes?type=batch").await?, 200)?;
    }
    for api in [&tenant.operator, &tenant.admin] {
        expect(&api.post(&revocations, &dry_run).await?, 200)?;
    }
    expect(&tenant.admin.put("/v1/tasks/t2", &registration).await?, 201)?;

    expect_problem(&tenant.sender.get(&push).await?, 403, "forbidden")?;
    expect_problem(&tenant.sender.post(&revocations, &dry_run).await?, 403, "forbidden")?;
    expect_problem(&tenant.viewer.post(&revocations, &dry_run).await?, 403, "forbidden")?;
    expect_problem(&tenant.viewer.put("/v1/tasks/t3", &registration).await?, 403, "forbidden")?;
    expect_problem(&tenant.operator.put("/v1/tasks/t3", &registration).await?, 403, "forbidden")?;

    let listed = tenant.viewer.get("/v1/pushes?type=batch").await?;
    let ids: Vec<_> = listed.body["pushes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|push| push["id"].clone())
        .collect();
    check(ids == [json!("t2"), json!("t1")], || format!("the list of pushes is {ids:?}"))?;
    expect(&tenant.viewer.with_key("").get("/v1/openapi.json").await?, 200)
}

pub async fn a_disabled_key_is_refused(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("disabled", "default").await?;
    let key = stand.new_key("disabled", "default", "viewer").await?;
    let id = key.split('.').next().unwrap_or_default();
    let listed = stand.keys(&["list"]).await?;
    check(listed.contains(id) && !listed.contains(&key), || {
        "the list names keys without their secrets".to_owned()
    })?;
    stand.keys(&["disable", id]).await?;
    let api = tenant.viewer.with_key(&key);
    expect_problem(&api.get("/v1/pushes?type=batch").await?, 401, "unauthenticated")?;
    stand.keys(&["enable", id]).await?;
    expect(&api.get("/v1/pushes?type=batch").await?, 200)?;
    check(stand.keys(&["disable", "key-unknown"]).await.is_err(), || {
        "an unknown key was disabled".to_owned()
    })
}
