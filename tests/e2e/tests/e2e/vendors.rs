//! Vendors that stumble.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use revocation_rules::channel::{Channel, Peer, Strategy};
use serde_json::json;
use stand::Stand;

use crate::Outcome;
use crate::fixture::{
    TITLE, ago, all_show, all_show_nothing, check, deliver, ended, expect, expect_problem, no_violations, outcomes, registered, revoke,
    settled, settled_with, task, tokens,
};
use crate::turns::Alone;

pub async fn a_vendor_that_stumbles_is_asked_again_until_every_delivery_ends(stand: &Stand, _: &mut Alone<'_>) -> Outcome {
    let tenant = stand.tenant("stumble", "default").await?;
    let push = task(&tenant, "t1").await?;
    let (huawei, apple) = (tokens("huawei", "stumble", 200), tokens("apns", "stumble", 60));
    deliver(stand, &tenant, &push, "huawei", "b1", &huawei).await?;
    deliver(stand, &tenant, &push, "apns", "b2", &apple).await?;
    // The others ask for a pause, once: it is kept for all workers, and the batches come back over their queues.
    let mut others = Vec::new();
    for channel in Channel::dispatched().filter(|one| one.facts().peer == Peer::Vendor && !["huawei", "apns"].contains(&one.as_str())) {
        let device = [stand.token_of(channel, &tokens(channel.as_str(), "stumble", 1)[0])];
        deliver(stand, &tenant, &push, channel.as_str(), &format!("{channel}-1"), &device).await?;
        stand
            .devices
            .fault(&json!({"vendor": channel, "throttle_next": 1, "retry_after_s": 1}))
            .await?;
        others.push(channel);
    }
    stand
        .devices
        .fault(&json!({"vendor": "huawei", "expire_sessions": true, "throttle_next": 1, "fail_tokens": {huawei[7].clone(): "80300007"}}))
        .await?;
    stand
        .devices
        .fault(&json!({"vendor": "apns", "throttle_next": 2, "drop_next": 1, "fail_tokens": {apple[3].clone(): "BadDeviceToken"}}))
        .await?;

    let revocation = revoke(&tenant, &push).await?;
    let ends = settled(&tenant, &revocation, 260 + others.len()).await?;
    for channel in others {
        let taken_back = ended(&ends, channel.as_str(), "overwritten") + ended(&ends, channel.as_str(), "recalled");
        check(taken_back == 1, || format!("{channel}: {ends}"))?;
    }
    let all = outcomes(&tenant, &revocation).await?;
    let gone: Vec<_> = all
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
    no_violations(stand).await
}

pub async fn every_vendor_takes_back_in_its_own_way(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("every", "default").await?;
    let push = task(&tenant, "t1").await?;
    let mut sent = Vec::new();
    for channel in Channel::dispatched().filter(|channel| channel.facts().peer == Peer::Vendor) {
        let names = tokens(channel.as_str(), "every", 30);
        let devices: Vec<String> = names.iter().map(|name| stand.token_of(channel, name)).collect();
        deliver(stand, &tenant, &push, channel.as_str(), &format!("{channel}-1"), &devices).await?;
        sent.push((channel, devices));
    }
    let revocation = revoke(&tenant, &push).await?;
    let settled = settled(&tenant, &revocation, 30 * sent.len()).await?;
    for (channel, devices) in sent {
        let ended = |outcome| check(ended(&settled, channel.as_str(), outcome) == 30, || format!("{channel}: {settled}"));
        match channel.facts().strategies.first() {
            Some(Strategy::Recall | Strategy::RecallThenOverwrite) => {
                ended("recalled")?;
                all_show_nothing(stand, channel.as_str(), &devices).await?;
            }
            Some(Strategy::Overwrite) | None => {
                ended("overwritten")?;
                all_show(stand, channel.as_str(), &devices, "Message revoked").await?;
            }
        }
    }
    no_violations(stand).await
}

/// vivo's recall could not be confirmed from public sources: where it does not exist, the message is overwritten.
pub async fn a_vivo_without_a_recall_is_overwritten(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("norecall", "default").await?;
    tenant.recall_at_vivo(stand, false).await?;
    let push = task(&tenant, "t1").await?;
    let devices = tokens("vivo", "norecall", 12);
    deliver(stand, &tenant, &push, "vivo", "b1", &devices).await?;
    let revocation = revoke(&tenant, &push).await?;
    let settled = settled(&tenant, &revocation, 12).await?;
    check(ended(&settled, "vivo", "overwritten") == 12, || settled.to_string())?;
    all_show(stand, "vivo", &devices, "Message revoked").await
}

/// A vendor that takes every call and answers none holds up nobody else.
pub async fn a_black_hole_holds_up_no_other_channel_and_ends_well(stand: &Stand, alone: &mut Alone<'_>) -> Outcome {
    let tenant = stand.tenant("hole", "default").await?;
    let push = task(&tenant, "t1").await?;
    let (xiaomi, apple) = (tokens("xiaomi", "hole", 40), tokens("apns", "hole", 40));
    deliver(stand, &tenant, &push, "xiaomi", "b1", &xiaomi).await?;
    deliver(stand, &tenant, &push, "apns", "b2", &apple).await?;
    // This one's window closes while the vendor is silent.
    let closing = ago(SignedDuration::from_hours(7 * 24) - SignedDuration::from_secs(20)).to_string();
    let closing = json!({"type": "batch", "title": TITLE, "sent_at": closing});
    let late = registered(&tenant, "tasks", "late", &closing).await?;
    let too_late = tokens("xiaomi", "hole-late", 5);
    deliver(stand, &tenant, &late, "xiaomi", "b1", &too_late).await?;
    stand.devices.fault(&json!({"vendor": "xiaomi", "black_hole": true})).await?;

    let (revocation, closed) = (revoke(&tenant, &push).await?, revoke(&tenant, &late).await?);
    let began = Instant::now();
    loop {
        let now = tenant.viewer.get(&revocation).await?.body;
        if ended(&now, "apns", "overwritten") == 40 {
            check(now["progress"]["channels"]["xiaomi"]["ended"] == 0, || now.to_string())?;
            break;
        }
        check(began.elapsed() < Duration::from_secs(10), || {
            format!("Apple waits for Xiaomi: {now}")
        })?;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    all_show(stand, "apns", &apple, "Message revoked").await?;

    // Long enough for a call to time out, and for the other window to close.
    tokio::time::sleep(Duration::from_secs(22)).await;
    alone.is_over().await?;
    let ends = settled(&tenant, &revocation, 80).await?;
    check(ended(&ends, "xiaomi", "overwritten") == 40, || ends.to_string())?;
    all_show(stand, "xiaomi", &xiaomi, "Message revoked").await?;

    let ends = settled(&tenant, &closed, 5).await?;
    check(ended(&ends, "xiaomi", "too_late") == 5, || ends.to_string())?;
    // Nothing was asked for it once the window was closed: the vendor was silent until then.
    all_show(stand, "xiaomi", &too_late, TITLE).await
}

/// A daily quota ends what is left as failed, with the vendor's code; a replay tries it again the next day.
pub async fn what_a_daily_quota_ended_is_replayed(stand: &Stand, alone: &mut Alone<'_>) -> Outcome {
    let tenant = stand.tenant("quota", "default").await?;
    let push = task(&tenant, "t1").await?;
    let devices = tokens("oppo", "quota", 25);
    deliver(stand, &tenant, &push, "oppo", "b1", &devices).await?;
    stand
        .devices
        .fault(&json!({"vendor": "oppo", "error_next": {"n": 1, "status": 200, "code": "33"}}))
        .await?;
    let revocation = revoke(&tenant, &push).await?;
    settled(&tenant, &revocation, 25).await?;
    let all = outcomes(&tenant, &revocation).await?;
    check(
        all.iter().all(|(_, outcome, reason)| outcome == "failed" && reason == "oppo:33"),
        || format!("{all:?}"),
    )?;
    all_show(stand, "oppo", &devices, TITLE).await?;

    alone.is_over().await?;
    let replays = format!("{revocation}/replays");
    expect_problem(&tenant.viewer.post_nothing(&replays).await?, 403, "forbidden")?;
    let replay = tenant.operator.post_nothing(&replays).await?;
    expect(&replay, 202)?;
    check(replay.body["replays"] == 1, || format!("{}", replay.body))?;
    let ends = settled_with(&tenant, &revocation, |now| ended(now, "oppo", "overwritten") == 25).await?;
    check(ended(&ends, "oppo", "failed") == 0, || ends.to_string())?;
    all_show(stand, "oppo", &devices, "Message revoked").await
}
