//! What devices say: what was opened or cleared is left alone, what is gone is confirmed.

use libtest_mimic::Failed;
use serde_json::{Value, json};
use stand::Stand;

use crate::Outcome;
use crate::fixture::{
    NOTIFY_ID, all_show, all_show_nothing, check, deliver, ended, expect, expect_problem, revoke, settled, settled_with, task, tokens,
};

fn receipts(push: &str, batch: &str, tokens: &[String], event: &str) -> Value {
    let all: Vec<_> = tokens
        .iter()
        .map(|token| json!({"kind": "task", "id": push, "batch_id": batch, "token": token, "event": event}))
        .collect();
    json!({ "receipts": all })
}

pub async fn what_was_opened_or_cleared_is_left_alone(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("receipts", "default").await?;
    let push = task(&tenant, "t1").await?;
    let devices = tokens("huawei", "receipts", 40);
    deliver(stand, &tenant, &push, "huawei", "b1", &devices).await?;
    let (opened, rest) = devices.split_at(8);
    let (cleared, plain) = rest.split_at(6);
    let key = NOTIFY_ID.to_string();
    stand.devices.take_off("open", "huawei", opened, &key).await?;
    stand.devices.take_off("clear", "huawei", cleared, &key).await?;
    for (tokens, event) in [(opened, "opened"), (cleared, "cleared"), (plain, "shown")] {
        let answer = tenant.sender.post("/v1/receipts", &receipts("t1", "b1", tokens, event)).await?;
        expect(&answer, 200)?;
        check(answer.body["accepted"] == tokens.len(), || format!("{}", answer.body))?;
    }

    let revocation = revoke(&tenant, &push).await?;
    let ends = settled(&tenant, &revocation, 40).await?;
    let counts = ["skipped_opened", "skipped_cleared", "overwritten"].map(|outcome| ended(&ends, "huawei", outcome));
    check(counts == [8, 6, 26], || format!("{counts:?}"))?;
    all_show_nothing(stand, "huawei", opened).await?;
    all_show_nothing(stand, "huawei", cleared).await?;
    all_show(stand, "huawei", plain, "Message revoked").await?;

    // Three numbers, never merged: asked for, accepted, confirmed.
    let answer = tenant
        .sender
        .post("/v1/receipts", &receipts("t1", "b1", &plain[..10], "revoked"))
        .await?;
    expect(&answer, 200)?;
    let ends = settled_with(&tenant, &revocation, |now| ended(now, "huawei", "confirmed") == 10).await?;
    let total = &ends["progress"]["total"];
    check(
        total["requested"] == 40 && total["accepted_by_vendor"] == 26 && total["confirmed_by_device"] == 10 && total["ended"] == 40,
        || total.to_string(),
    )
}

/// Said before anybody recorded the batch, by the sender and by a vendor whose callback has an odd entry.
pub async fn what_was_opened_before_it_was_recorded_is_left_alone(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("early", "default").await?;
    let push = task(&tenant, "t1").await?;
    let devices = tokens("xiaomi", "early", 20);
    let (opened, plain) = devices.split_at(6);
    let (by_sender, by_vendor) = opened.split_at(3);
    let answer = tenant
        .sender
        .post("/v1/receipts", &receipts("t1", "b1", by_sender, "opened"))
        .await?;
    check(answer.body == json!({"accepted": 3, "early": [0, 1, 2], "unknown": []}), || {
        format!("{}", answer.body)
    })?;
    let new = ["new", "--app", "early", "--workspace", "default", "--role", "callback"];
    let address = async |channel: &str| {
        let key = stand.keys(&[&new[..], &["--channel", channel]].concat()).await?;
        Ok::<_, Failed>(format!("/v1/receipts/{channel}?access_key={}", key.trim()))
    };
    let callback = json!({
        "slm1": {"type": "2", "param": "task/t1/b1", "targets": by_vendor, "timestamp": "1795422067"},
        "slm2": {"type": 16, "param": null, "targets": "x"},
        "slm3": null,
    });
    expect(&tenant.viewer.post(&address("xiaomi").await?, &callback).await?, 200)?;
    // Another channel's word for it.
    let foreign = json!({"1": {"param": "task/t1/b1", "targets": plain, "ackType": "0"}});
    expect(&tenant.viewer.post(&address("vivo").await?, &foreign).await?, 200)?;
    expect_problem(
        &tenant.viewer.post(&address("oppo").await?, &callback).await?,
        400,
        "invalid-request",
    )?;

    deliver(stand, &tenant, &push, "xiaomi", "b1", &devices).await?;
    let notification = NOTIFY_ID.to_string();
    stand.devices.take_off("open", "xiaomi", opened, &notification).await?;
    let revocation = revoke(&tenant, &push).await?;
    let ends = settled(&tenant, &revocation, 20).await?;
    let counts = ["skipped_opened", "overwritten"].map(|outcome| ended(&ends, "xiaomi", outcome));
    check(counts == [6, 14], || format!("{counts:?}"))?;
    all_show_nothing(stand, "xiaomi", opened).await?;
    all_show(stand, "xiaomi", plain, "Message revoked").await
}
