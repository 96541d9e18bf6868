//! Every bad request has its own answer and stores nothing.

use jiff::SignedDuration;
use libtest_mimic::Failed;
use reqwest::Method;
use serde_json::{Value, json};
use stand::{Answer, Api, Stand};

use crate::Outcome;
use crate::fixture::{ago, batch, check, expect_problem, items, now, task, text, tokens};

pub async fn every_bad_request_has_its_own_answer_and_stores_nothing(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("bad", "default").await?;
    let other = stand.tenant("bad", "other").await?;
    let push = task(&tenant, "t1").await?;
    let deliveries = format!("{push}/deliveries");
    let revocations = format!("{push}/revocations");
    let recorded = tenant
        .sender
        .post(&deliveries, &batch("huawei", "b1", &tokens("huawei", "bad", 3)))
        .await?;
    check(recorded.status == 200, || format!("{}", recorded.body))?;
    let before = items(stand).await?;

    let sender = &tenant.sender;
    let reason = json!({"reason": "wrong price"});
    let good = |id: &str| batch("huawei", id, &tokens("huawei", "bad-more", 3));

    // Who is asking.
    expect_problem(&sender.with_key("").post(&deliveries, &good("b2")).await?, 401, "unauthenticated")?;
    expect_problem(
        &sender.with_key("key-0.nothing").post(&deliveries, &good("b2")).await?,
        401,
        "unauthenticated",
    )?;
    let forged = format!("{}x", sender.key);
    expect_problem(
        &sender.with_key(&forged).post(&deliveries, &good("b2")).await?,
        401,
        "unauthenticated",
    )?;
    expect_problem(&tenant.viewer.post(&deliveries, &good("b2")).await?, 403, "forbidden")?;
    expect_problem(&tenant.viewer.post(&revocations, &reason).await?, 403, "forbidden")?;
    expect_problem(&tenant.sender.post(&revocations, &reason).await?, 403, "forbidden")?;

    // A foreign push is as unknown as one that does not exist.
    let foreign = other.operator.post(&revocations, &reason).await?;
    let unknown = other.operator.post("/v1/tasks/nobody/revocations", &reason).await?;
    expect_problem(&foreign, 404, "push-not-found")?;
    expect_problem(&unknown, 404, "push-not-found")?;
    check(foreign.body["detail"] == unknown.body["detail"], || {
        "a foreign push is answered in other words".to_owned()
    })?;
    expect_problem(&other.sender.post(&deliveries, &good("b2")).await?, 404, "push-not-found")?;
    expect_problem(
        &sender.post("/v1/tasks/nobody/deliveries", &good("b2")).await?,
        404,
        "push-not-found",
    )?;
    expect_problem(&other.viewer.get(&push).await?, 404, "push-not-found")?;
    expect_problem(
        &tenant.viewer.get(&format!("{revocations}/rvk_none")).await?,
        404,
        "revocation-not-found",
    )?;

    // Bodies that are not what they should be.
    refused(&raw(sender, Method::POST, &deliveries, "{\"batch_id\":").await?, "")?;
    refused(
        &sender.post(&deliveries, &with(good("b2"), "colour", json!("red"))).await?,
        "/colour",
    )?;
    refused(
        &sender.post(&deliveries, &with(good("b2"), "channel", json!("fax"))).await?,
        "/channel",
    )?;
    refused(
        &sender
            .post(&deliveries, &batch("huawei", "b2", &tokens("huawei", "many", 1_001)))
            .await?,
        "/deliveries",
    )?;
    refused(&sender.post(&deliveries, &batch("huawei", "b2", &[])).await?, "/deliveries")?;
    let twice = vec!["same".to_owned(), "other".to_owned(), "same".to_owned()];
    refused(
        &sender.post(&deliveries, &batch("huawei", "b2", &twice)).await?,
        "/deliveries/2/token",
    )?;
    refused(
        &sender.post(&deliveries, &with(good("b2"), "notify_id", json!(0))).await?,
        "/deliveries/0/notify_id",
    )?;
    refused(
        &sender.post(&deliveries, &with(good("b2"), "collapse_id", json!("c"))).await?,
        "/collapse_id",
    )?;
    refused(
        &sender.post(&deliveries, &with(good("b 2"), "batch_id", json!("a b"))).await?,
        "/batch_id",
    )?;
    let future = (now() + SignedDuration::from_hours(1)).to_string();
    refused(
        &sender.post(&deliveries, &with(good("b2"), "sent_at", json!(future))).await?,
        "/sent_at",
    )?;
    let old = ago(SignedDuration::from_hours(7 * 24 + 1)).to_string();
    refused(
        &sender.post(&deliveries, &with(good("b2"), "sent_at", json!(old))).await?,
        "/sent_at",
    )?;
    refused(&tenant.operator.post(&revocations, &json!({})).await?, "")?;
    refused(&tenant.operator.post(&revocations, &json!({"reason": " "})).await?, "/reason")?;
    refused(
        &tenant
            .operator
            .post(&revocations, &with(reason.clone(), "scope", json!({"channels": []})))
            .await?,
        "/scope/channels",
    )?;
    let long = json!({"title": "x".repeat(41), "text": "ok"});
    refused(
        &tenant.operator.post(&revocations, &with(reason.clone(), "notice", long)).await?,
        "/notice/title",
    )?;
    expect_problem(
        &sender
            .post(&deliveries, &batch("huawei", "b1", &tokens("huawei", "bad", 4)))
            .await?,
        409,
        "batch-conflict",
    )?;

    // Sizes and types.
    let large = with(good("b2"), "batch_id", json!("x".repeat(1_100_000)));
    expect_problem(&sender.post(&deliveries, &large).await?, 413, "payload-too-large")?;
    let request = sender
        .request(Method::POST, &deliveries)
        .header("content-type", "text/plain")
        .body(good("b2").to_string());
    expect_problem(&sender.send(request, &deliveries).await?, 415, "unsupported-media-type")?;

    // Registrations.
    let registration = |sent_at: &str| json!({"type": "batch", "title": "t", "sent_at": sent_at});
    refused(&sender.put("/v1/tasks/t2", &registration(&future)).await?, "/sent_at")?;
    refused(&sender.put("/v1/tasks/t2", &registration(&old)).await?, "/sent_at")?;
    refused(&sender.put("/v1/tasks/t2", &registration("yesterday")).await?, "/sent_at")?;
    refused(&sender.put("/v1/messages/t2", &registration(&now().to_string())).await?, "/type")?;
    refused(&sender.put("/v1/tasks/a%01b", &registration(&now().to_string())).await?, "{id}")?;
    refused(
        &sender
            .put(&format!("/v1/tasks/{}", "x".repeat(10_000)), &registration(&now().to_string()))
            .await?,
        "{id}",
    )?;
    let other_title = json!({"type": "batch", "title": "another", "sent_at": now().to_string()});
    expect_problem(&sender.put(&push, &other_title).await?, 409, "push-conflict")?;

    // Queries.
    refused(&tenant.viewer.get("/v1/pushes").await?, "?type")?;
    refused(&tenant.viewer.get("/v1/pushes?type=batch&colour=red").await?, "?")?;
    refused(&tenant.viewer.get("/v1/pushes?type=batch&cursor=nonsense").await?, "?cursor")?;
    refused(&sender.get(&format!("{push}/gate?channel=fax")).await?, "?channel")?;

    let after = items(stand).await?;
    check(before == after, || format!("{before} items became {after}"))
}

pub async fn an_unknown_path_is_answered_with_a_problem(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("paths", "default").await?;
    expect_problem(&tenant.viewer.get("/v1/nothing/here").await?, 404, "not-found")?;
    expect_problem(&tenant.viewer.get("/").await?, 404, "not-found")?;
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
