//! Every bad request has its own answer and stores nothing.

use jiff::SignedDuration;
use libtest_mimic::Failed;
use reqwest::Method;
use serde_json::{Value, json};
use stand::{Answer, Api, Stand, Tenant};

use crate::Outcome;
use crate::fixture::{ago, batch, check, expect_problem, items, now, task, text, tokens};

pub async fn every_bad_request_has_its_own_answer_and_stores_nothing(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("bad", "default").await?;
    let other = stand.tenant("bad", "other").await?;
    let push = task(&tenant, "t1").await?;
    let scene = Scene {
        deliveries: format!("{push}/deliveries"),
        revocations: format!("{push}/revocations"),
        push,
        tenant,
        other,
    };
    let batch = batch("huawei", "b1", &tokens("huawei", "bad", 3));
    let recorded = scene.tenant.sender.post(&scene.deliveries, &batch).await?;
    check(recorded.status == 200, || format!("{}", recorded.body))?;
    let before = items(stand, &scene.tenant).await?;
    bad_keys(&scene).await?;
    unknown_and_foreign(&scene).await?;
    bad_batches(&scene).await?;
    bad_revocations(&scene).await?;
    bad_sizes_and_types(&scene).await?;
    bad_registrations(&scene).await?;
    bad_queries(&scene).await?;
    let after = items(stand, &scene.tenant).await?;
    check(before == after, || format!("{before} items became {after}"))
}

/// A push with one batch, and somebody else.
struct Scene {
    tenant: Tenant,
    other: Tenant,
    push: String,
    deliveries: String,
    revocations: String,
}

fn good(id: &str) -> Value {
    batch("huawei", id, &tokens("huawei", "bad-more", 3))
}

fn reason() -> Value {
    json!({"reason": "wrong price"})
}

fn future() -> String {
    (now() + SignedDuration::from_hours(1)).to_string()
}

fn old() -> String {
    ago(SignedDuration::from_hours(7 * 24 + 1)).to_string()
}

async fn bad_keys(scene: &Scene) -> Outcome {
    expect_problem(
        &scene.tenant.sender.with_key("").post(&scene.deliveries, &good("b2")).await?,
        401,
        "unauthenticated",
    )?;
    expect_problem(
        &scene
            .tenant
            .sender
            .with_key("key-0.nothing")
            .post(&scene.deliveries, &good("b2"))
            .await?,
        401,
        "unauthenticated",
    )?;
    let forged = format!("{}x", scene.tenant.sender.key);
    expect_problem(
        &scene.tenant.sender.with_key(&forged).post(&scene.deliveries, &good("b2")).await?,
        401,
        "unauthenticated",
    )?;
    expect_problem(&scene.tenant.viewer.post(&scene.deliveries, &good("b2")).await?, 403, "forbidden")?;
    expect_problem(&scene.tenant.viewer.post(&scene.revocations, &reason()).await?, 403, "forbidden")?;
    expect_problem(&scene.tenant.sender.post(&scene.revocations, &reason()).await?, 403, "forbidden")?;
    Ok(())
}

async fn unknown_and_foreign(scene: &Scene) -> Outcome {
    let foreign = scene.other.operator.post(&scene.revocations, &reason()).await?;
    let unknown = scene.other.operator.post("/v1/tasks/nobody/revocations", &reason()).await?;
    expect_problem(&foreign, 404, "push-not-found")?;
    expect_problem(&unknown, 404, "push-not-found")?;
    check(foreign.body["detail"] == unknown.body["detail"], || {
        "a foreign push is answered in other words".to_owned()
    })?;
    expect_problem(
        &scene.other.sender.post(&scene.deliveries, &good("b2")).await?,
        404,
        "push-not-found",
    )?;
    expect_problem(
        &scene.tenant.sender.post("/v1/tasks/nobody/deliveries", &good("b2")).await?,
        404,
        "push-not-found",
    )?;
    expect_problem(&scene.other.viewer.get(&scene.push).await?, 404, "push-not-found")?;
    expect_problem(
        &scene.tenant.viewer.get(&format!("{}/rvk_none", scene.revocations)).await?,
        404,
        "revocation-not-found",
    )?;
    Ok(())
}

async fn bad_batches(scene: &Scene) -> Outcome {
    refused(
        &raw(&scene.tenant.sender, Method::POST, &scene.deliveries, "{\"batch_id\":").await?,
        "",
    )?;
    refused(
        &scene
            .tenant
            .sender
            .post(&scene.deliveries, &with(good("b2"), "colour", json!("red")))
            .await?,
        "/colour",
    )?;
    refused(
        &scene
            .tenant
            .sender
            .post(&scene.deliveries, &with(good("b2"), "channel", json!("fax")))
            .await?,
        "/channel",
    )?;
    refused(
        &scene
            .tenant
            .sender
            .post(&scene.deliveries, &batch("huawei", "b2", &tokens("huawei", "many", 1_001)))
            .await?,
        "/deliveries",
    )?;
    refused(
        &scene.tenant.sender.post(&scene.deliveries, &batch("huawei", "b2", &[])).await?,
        "/deliveries",
    )?;
    let twice = vec!["same".to_owned(), "other".to_owned(), "same".to_owned()];
    refused(
        &scene.tenant.sender.post(&scene.deliveries, &batch("huawei", "b2", &twice)).await?,
        "/deliveries/2/token",
    )?;
    refused(
        &scene
            .tenant
            .sender
            .post(&scene.deliveries, &with(good("b2"), "notify_id", json!(0)))
            .await?,
        "/deliveries/0/notify_id",
    )?;
    refused(
        &scene
            .tenant
            .sender
            .post(&scene.deliveries, &with(good("b2"), "collapse_id", json!("c")))
            .await?,
        "/collapse_id",
    )?;
    refused(
        &scene
            .tenant
            .sender
            .post(&scene.deliveries, &with(good("b 2"), "batch_id", json!("a b")))
            .await?,
        "/batch_id",
    )?;
    refused(
        &scene
            .tenant
            .sender
            .post(&scene.deliveries, &with(good("b2"), "sent_at", json!(future())))
            .await?,
        "/sent_at",
    )?;
    refused(
        &scene
            .tenant
            .sender
            .post(&scene.deliveries, &with(good("b2"), "sent_at", json!(old())))
            .await?,
        "/sent_at",
    )?;
    expect_problem(
        &scene
            .tenant
            .sender
            .post(&scene.deliveries, &batch("huawei", "b1", &tokens("huawei", "bad", 4)))
            .await?,
        409,
        "batch-conflict",
    )?;
    Ok(())
}

async fn bad_revocations(scene: &Scene) -> Outcome {
    refused(&scene.tenant.operator.post(&scene.revocations, &json!({})).await?, "")?;
    refused(
        &scene.tenant.operator.post(&scene.revocations, &json!({"reason": " "})).await?,
        "/reason",
    )?;
    refused(
        &scene
            .tenant
            .operator
            .post(&scene.revocations, &with(reason(), "scope", json!({"channels": []})))
            .await?,
        "/scope/channels",
    )?;
    let long = json!({"title": "x".repeat(41), "text": "ok"});
    refused(
        &scene
            .tenant
            .operator
            .post(&scene.revocations, &with(reason(), "notice", long))
            .await?,
        "/notice/title",
    )?;
    Ok(())
}

async fn bad_sizes_and_types(scene: &Scene) -> Outcome {
    let large = with(good("b2"), "batch_id", json!("x".repeat(1_100_000)));
    expect_problem(
        &scene.tenant.sender.post(&scene.deliveries, &large).await?,
        413,
        "payload-too-large",
    )?;
    let request = scene
        .tenant
        .sender
        .request(Method::POST, &scene.deliveries)
        .header("content-type", "text/plain")
        .body(good("b2").to_string());
    expect_problem(
        &scene.tenant.sender.send(request, &scene.deliveries).await?,
        415,
        "unsupported-media-type",
    )?;
    Ok(())
}

async fn bad_registrations(scene: &Scene) -> Outcome {
    let registration = |sent_at: &str| json!({"type": "batch", "title": "t", "sent_at": sent_at});
    refused(
        &scene.tenant.sender.put("/v1/tasks/t2", &registration(&future())).await?,
        "/sent_at",
    )?;
    refused(&scene.tenant.sender.put("/v1/tasks/t2", &registration(&old())).await?, "/sent_at")?;
    refused(
        &scene.tenant.sender.put("/v1/tasks/t2", &registration("yesterday")).await?,
        "/sent_at",
    )?;
    refused(
        &scene
            .tenant
            .sender
            .put("/v1/messages/t2", &registration(&now().to_string()))
            .await?,
        "/type",
    )?;
    refused(
        &scene
            .tenant
            .sender
            .put("/v1/tasks/a%01b", &registration(&now().to_string()))
            .await?,
        "{id}",
    )?;
    refused(
        &scene
            .tenant
            .sender
            .put(&format!("/v1/tasks/{}", "x".repeat(10_000)), &registration(&now().to_string()))
            .await?,
        "{id}",
    )?;
    let other_title = json!({"type": "batch", "title": "another", "sent_at": now().to_string()});
    expect_problem(&scene.tenant.sender.put(&scene.push, &other_title).await?, 409, "push-conflict")?;
    Ok(())
}

async fn bad_queries(scene: &Scene) -> Outcome {
    refused(&scene.tenant.viewer.get("/v1/pushes").await?, "?type")?;
    refused(&scene.tenant.viewer.get("/v1/pushes?type=batch&colour=red").await?, "?")?;
    refused(&scene.tenant.viewer.get("/v1/pushes?type=batch&cursor=nonsense").await?, "?cursor")?;
    refused(
        &scene.tenant.sender.get(&format!("{}/gate?channel=fax", scene.push)).await?,
        "?channel",
    )?;
    Ok(())
}

pub async fn an_unknown_path_is_answered_with_a_problem(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("paths", "default").await?;
    expect_problem(&tenant.viewer.get("/v1/nothing/here").await?, 404, "not-found")?;
    expect_problem(&tenant.viewer.get("/v1").await?, 404, "not-found")?;
    expect_problem(
        &tenant
            .viewer
            .send(tenant.viewer.request(Method::DELETE, "/v1/tasks/t1"), "")
            .await?,
        405,
        "method-not-allowed",
    )
}

/// Demands `invalid-request` with its first mistake at `pointer`.
fn refused(answer: &Answer, pointer: &str) -> Outcome {
    expect_problem(answer, 400, "invalid-request")?;
    let first = text(&answer.body["errors"][0]["pointer"]);
    check(first == pointer, || {
        format!("the mistake is named at {first} and not {pointer}: {}", answer.body)
    })
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

async fn raw(api: &Api, method: Method, path: &str, body: &'static str) -> Result<Answer, Failed> {
    let request = api.request(method, path).header("content-type", "application/json").body(body);
    Ok(api.send(request, path).await?)
}
