//! Law L5 from outside; to the millisecond it is shown on the use cases with a clock that stands still.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use serde_json::json;
use stand::Stand;

use crate::Outcome;
use crate::fixture::{ago, batch, check, expect, expect_problem, registered, revoke, tokens};

pub async fn a_push_is_revocable_until_its_window_closes_and_not_after(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("window", "default").await?;
    let (began, left) = (Instant::now(), Duration::from_secs(15));
    let almost = ago(SignedDuration::from_hours(7 * 24) - SignedDuration::try_from(left)?).to_string();
    let body = json!({"type": "batch", "title": "t", "sent_at": almost});
    let in_time = registered(&tenant, "tasks", "in-time", &body).await?;
    let late = registered(&tenant, "tasks", "late", &body).await?;
    let devices = tokens("huawei", "window", 3);
    expect(
        &tenant
            .sender
            .post(&format!("{late}/deliveries"), &batch("huawei", "b1", &devices))
            .await?,
        200,
    )?;
    revoke(&tenant, &in_time).await?;

    // TTL never deletes here: what is expired is still there, and treated as gone.
    tokio::time::sleep_until((began + left + Duration::from_secs(1)).into()).await;
    let reason = json!({"reason": "wrong price"});
    let refused = tenant.operator.post(&format!("{late}/revocations"), &reason).await?;
    expect_problem(&refused, 409, "window-closed")?;
    check(refused.body["closed_at"].is_string(), || format!("{}", refused.body))?;
    let recorded = tenant
        .sender
        .post(&format!("{late}/deliveries"), &batch("huawei", "b2", &devices))
        .await?;
    expect_problem(&recorded, 409, "window-closed")?;
    // Asking again for what was revoked in time is still the same revocation.
    expect(&tenant.operator.post(&format!("{in_time}/revocations"), &reason).await?, 200)?;
    let dry_run = json!({"reason": "wrong price", "dry_run": true});
    let preview = tenant.operator.post(&format!("{late}/revocations"), &dry_run).await?;
    expect(&preview, 200)?;
    check(
        preview.body["verdict"] == "refuse" && preview.body["refusal"] == "window-closed",
        || format!("{}", preview.body),
    )
}
