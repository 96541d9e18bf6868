//! Law L4: asking twice is the same revocation, and no second fan-out.

use futures::future::join_all;
use serde_json::json;
use stand::Stand;

use crate::Outcome;
use crate::fixture::{all_show, batch, check, deliver, expect, now, registered, settled, task, text, tokens};

pub async fn two_revokes_at_once_are_one_revocation_and_one_fan_out(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("once", "default").await?;
    let push = task(&tenant, "t1").await?;
    let devices = tokens("huawei", "once", 20);
    deliver(stand, &tenant, &push, "huawei", "b1", &devices).await?;

    let path = format!("{push}/revocations");
    let body = json!({"reason": "wrong price"});
    let answers = join_all((0..6).map(|_| tenant.operator.post(&path, &body))).await;
    let mut ids = Vec::new();
    let mut accepted = 0;
    for answer in answers {
        let answer = answer?;
        accepted += usize::from(answer.status == 202);
        check(answer.status == 202 || answer.status == 200, || format!("{}", answer.body))?;
        check(answer.headers.contains_key("location"), || "no Location".to_owned())?;
        ids.push(text(&answer.body["id"]).to_owned());
    }
    ids.dedup();
    check(accepted == 1 && ids.len() == 1, || format!("{accepted} were accepted, as {ids:?}"))?;

    let revocation = format!("{path}/{}", ids[0]);
    settled(&tenant, &revocation, 20).await?;
    all_show(stand, "huawei", &devices, "Message revoked").await?;
    let log = stand.aws.function_log("fanout").await?;
    let fan_outs = log
        .lines()
        .filter(|line| line.contains(&ids[0]) && line.contains("fan-out of"))
        .count();
    check(fan_outs == 1, || format!("{fan_outs} fan-outs"))?;
    let bars = stand.devices.bars("huawei", &devices).await?;
    check(bars.values().all(|bar| bar.pushes == 1), || "a device was called twice".to_owned())?;

    // Much later, the answer is the same.
    let again = tenant.operator.post(&path, &body).await?;
    expect(&again, 200)?;
    check(again.body["id"] == ids[0].as_str() && again.body["state"] == "settled", || {
        format!("{}", again.body)
    })
}

pub async fn a_batch_recorded_twice_is_recorded_once(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("twice", "default").await?;
    let sent_at = now().to_string();
    let body = json!({"type": "batch", "title": "t", "sent_at": sent_at});
    let push = registered(&tenant, "tasks", "t 1 ü#&+;", &body).await?;
    expect(&tenant.sender.put(&push, &body).await?, 200)?;
    let batch = batch("huawei", "b1", &tokens("huawei", "twice", 5));
    let path = format!("{push}/deliveries");
    let first = tenant.sender.post(&path, &batch).await?;
    let second = tenant.sender.post(&path, &batch).await?;
    check(first.body["again"] == false && second.body["again"] == true, || {
        format!("{} {}", first.body, second.body)
    })?;
    let preview = tenant
        .operator
        .post(&format!("{push}/revocations"), &json!({"reason": "r", "dry_run": true}))
        .await?;
    check(preview.body["deliveries"] == 5, || format!("{}", preview.body))
}
