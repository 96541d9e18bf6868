//! Vendors that stumble.

use std::time::Duration;

use serde_json::json;
use stand::Stand;

use crate::Outcome;
use crate::fixture::{all_show, check, deliver, outcomes, revoke, settled, task, tokens};

pub async fn a_vendor_that_stumbles_is_asked_again_until_every_delivery_ends(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("stumble", "default").await?;
    let push = task(&tenant, "t1").await?;
    let (huawei, apple) = (tokens("huawei", "stumble", 200), tokens("apns", "stumble", 60));
    deliver(stand, &tenant, &push, "huawei", "b1", &huawei).await?;
    deliver(stand, &tenant, &push, "apns", "b2", &apple).await?;
    stand
        .devices
        .fault(&json!({"vendor": "huawei", "expire_sessions": true, "throttle_next": 1, "fail_tokens": {huawei[7].clone(): "80300007"}}))
        .await?;
    stand
        .devices
        .fault(&json!({"vendor": "apns", "throttle_next": 2, "drop_next": 1, "fail_tokens": {apple[3].clone(): "BadDeviceToken"}}))
        .await?;

    let revocation = revoke(&tenant, &push).await?;
    settled(&tenant, &revocation, 260, Duration::from_secs(90)).await?;
    let ended = outcomes(&tenant, &revocation).await?;
    let gone: Vec<_> = ended
        .iter()
        .filter(|(_, outcome, _)| outcome == "target_gone")
        .map(|(target, ..)| target)
        .collect();
    check(gone.len() == 2 && gone.contains(&&huawei[7]) && gone.contains(&&apple[3]), || {
        format!("{} ended target_gone", gone.len())
    })?;
    let plain = |tokens: &[String], but: usize| -> Vec<String> {
        tokens
            .iter()
            .enumerate()
            .filter(|(n, _)| *n != but)
            .map(|(_, token)| token.clone())
            .collect()
    };
    all_show(stand, "huawei", &plain(&huawei, 7), "Message revoked").await?;
    all_show(stand, "apns", &plain(&apple, 3), "Message revoked").await?;
    let stats = stand.devices.stats().await?;
    for vendor in ["huawei", "apns"] {
        check(stats[vendor]["violation_count"] == 0, || format!("{}", stats[vendor]["violations"]))?;
    }
    Ok(())
}
