//! What most tests start with: a registered push, devices that show it, and waiting for the end.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use libtest_mimic::Failed;
use revocation_rules::channel::{Channel, Facts, HandleKind, RecalledBy, Tokens};
use serde_json::{Value, json};
use stand::{Reply, Stand, Tenant, in_path};

pub const TITLE: &str = "PLANTED-TITLE 50% off everyting";
pub const NOTIFY_ID: u32 = 4_711;
pub const COLLAPSE_ID: &str = "sale-4711";
const TAG: &str = "sale-4711";
const NOTIFY_KEY: &str = "sale4711";
/// The number that the vendor gave the sender.
pub const VENDOR_TASK: &str = "730021984";

#[expect(clippy::disallowed_methods, reason = "tests live in real time")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

pub fn ago(duration: SignedDuration) -> Timestamp {
    now() - duration
}

/// A registered task. Paths start with it.
pub async fn task(tenant: &Tenant, id: &str) -> Result<String, Failed> {
    registered(
        tenant,
        "tasks",
        id,
        &json!({"type": "batch", "title": TITLE, "sent_at": now().to_string()}),
    )
    .await
}

pub async fn registered(tenant: &Tenant, collection: &str, id: &str, body: &Value) -> Result<String, Failed> {
    let path = format!("/v1/{collection}/{}", in_path(id));
    expect(&tenant.sender.put(&path, body).await?, 201)?;
    Ok(path)
}

/// # Panics
/// When there is no such channel.
pub fn facts(channel: &str) -> &'static Facts {
    Channel::parse(channel)
        .unwrap_or_else(|| panic!("there is no channel {channel}"))
        .facts()
}

/// Device tokens of a channel. Each begins with a planted word where it may.
pub fn tokens(channel: &str, of: &str, count: usize) -> Vec<String> {
    let seed = of.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    (0..count)
        .map(|n| match facts(channel).tokens {
            Tokens::Hexadecimal => format!("{seed:016x}{:048x}", 0xDEAD_BEEF_0000_usize + n),
            Tokens::AsTheyAre | Tokens::Endpoints | Tokens::DevicesOrAudiences => format!("PLANTED-TOKEN-{of}-{n:06}"),
        })
        .collect()
}

/// Shows the push on devices, as a sender's sending would.
pub async fn show(stand: &Stand, tenant: &Tenant, channel: &str, tokens: &[String]) -> Result<(), Failed> {
    let facts = facts(channel);
    let key = match facts.handle {
        HandleKind::CollapseId => COLLAPSE_ID.to_owned(),
        HandleKind::NotifyId => NOTIFY_ID.to_string(),
        HandleKind::Tag => TAG.to_owned(),
        HandleKind::NotifyKey => NOTIFY_KEY.to_owned(),
    };
    stand.devices.register(channel, &tenant.app_at(channel), tokens, "active").await?;
    if facts.recalled_by == Some(RecalledBy::VendorTask) {
        stand.devices.deliver_in_task(tokens, Some(&key), VENDOR_TASK, TITLE).await?;
    } else {
        stand.devices.deliver(channel, tokens, Some(&key), TITLE).await?;
    }
    Ok(())
}

pub fn batch(channel: &str, batch_id: &str, tokens: &[String]) -> Value {
    let deliveries: Vec<_> = tokens.iter().map(|token| json!({"token": token, "target": token})).collect();
    let mut batch = json!({"batch_id": batch_id, "channel": channel, "deliveries": deliveries});
    let facts = facts(channel);
    if facts.strategies.is_empty() {
        return batch;
    }
    batch[facts.handle.field()] = match facts.handle {
        HandleKind::CollapseId => COLLAPSE_ID.into(),
        HandleKind::NotifyId => NOTIFY_ID.into(),
        HandleKind::Tag => TAG.into(),
        HandleKind::NotifyKey => NOTIFY_KEY.into(),
    };
    if facts.recalled_by == Some(RecalledBy::VendorTask) {
        batch["vendor_task_id"] = VENDOR_TASK.into();
    }
    batch
}

/// Shows and records one batch.
pub async fn deliver(
    stand: &Stand,
    tenant: &Tenant,
    push: &str,
    channel: &str,
    batch_id: &str,
    tokens: &[String],
) -> Result<Reply, Failed> {
    if !facts(channel).strategies.is_empty() {
        show(stand, tenant, channel, tokens).await?;
    }
    let mut batch = batch(channel, batch_id, tokens);
    // Those to browsers come with keys.
    let of = Channel::parse(channel).ok_or("there is no such channel")?;
    batch["deliveries"] = stand.devices.deliveries(of, tokens).await?.into();
    let answer = tenant.sender.post(&format!("{push}/deliveries"), &batch).await?;
    expect(&answer, 200)?;
    Ok(answer)
}

/// Revokes everything. Returns the revocation's path.
pub async fn revoke(tenant: &Tenant, push: &str) -> Result<String, Failed> {
    let answer = tenant
        .operator
        .post(&format!("{push}/revocations"), &json!({"reason": "wrong price"}))
        .await?;
    expect(&answer, 202)?;
    Ok(format!("{push}/revocations/{}", text(&answer.body["id"])))
}

/// How long anything may take. Other tests run beside, on one small machine.
pub const PATIENCE: Duration = Duration::from_mins(4);

/// Waits until a revocation is settled with `ended` deliveries. Returns it.
pub async fn settled(tenant: &Tenant, revocation: &str, ended: usize) -> Result<Value, Failed> {
    settled_with(tenant, revocation, |now| now["progress"]["total"]["ended"] == ended).await
}

/// Waits until a revocation is settled and as `wanted`. Returns it.
pub async fn settled_with(tenant: &Tenant, revocation: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value, Failed> {
    let began = Instant::now();
    loop {
        let now = tenant.viewer.get(revocation).await?;
        expect(&now, 200)?;
        if now.body["state"] == "settled" && wanted(&now.body) {
            return Ok(now.body);
        }
        if began.elapsed() > PATIENCE {
            return Err(format!("not settled as it should after {} s: {}", PATIENCE.as_secs(), now.body).into());
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// Every outcome of a revocation: (target, outcome, reason), over all pages.
pub async fn outcomes(tenant: &Tenant, revocation: &str) -> Result<Vec<(String, String, String)>, Failed> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = tenant.viewer.get(&format!("{revocation}/outcomes{cursor}")).await?;
        expect(&page, 200)?;
        for one in page.body["outcomes"].as_array().into_iter().flatten() {
            all.push((
                text(&one["target"]).to_owned(),
                text(&one["outcome"]).to_owned(),
                text(&one["reason"]).to_owned(),
            ));
        }
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("?cursor={next}"),
            None => return Ok(all),
        }
    }
}

/// Demands that every device shows nothing at all.
pub async fn all_show_nothing(stand: &Stand, channel: &str, tokens: &[String]) -> Result<(), Failed> {
    let bars = stand.devices.bars(channel, tokens).await?;
    let others = tokens
        .iter()
        .filter(|token| bars.get(*token).is_none_or(|bar| !bar.titles.is_empty()))
        .count();
    check(others == 0, || {
        format!("{others} of {} {channel} devices show something", tokens.len())
    })
}

/// How many deliveries of a settled revocation ended so on a channel.
pub fn ended(settled: &Value, channel: &str, outcome: &str) -> u64 {
    settled["progress"]["channels"][channel]["outcomes"][outcome].as_u64().unwrap_or(0)
}

/// Demands that no vendor saw a request against its documentation.
pub async fn no_violations(stand: &Stand) -> Result<(), Failed> {
    let stats = stand.devices.stats().await?;
    for (vendor, stats) in stats.as_object().into_iter().flatten() {
        check(stats["violation_count"] == 0, || format!("{vendor}: {}", stats["violations"]))?;
    }
    Ok(())
}

/// Demands that every device shows exactly `title`.
pub async fn all_show(stand: &Stand, channel: &str, tokens: &[String], title: &str) -> Result<(), Failed> {
    let bars = stand.devices.bars(channel, tokens).await?;
    let others = tokens
        .iter()
        .filter(|token| bars.get(*token).is_none_or(|bar| bar.titles != [title]))
        .count();
    check(others == 0, || {
        format!("{others} of {} {channel} devices do not show just \"{title}\"", tokens.len())
    })
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

pub fn check(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(otherwise().into()) }
}

pub fn expect(answer: &Reply, status: u16) -> Result<(), Failed> {
    check(answer.status.as_u16() == status, || {
        format!("answered {} and not {status}: {}", answer.status, answer.body)
    })
}

/// Demands a problem document of this kind, complete.
pub fn expect_problem(answer: &Reply, status: u16, code: &str) -> Result<(), Failed> {
    expect(answer, status)?;
    let body = &answer.body;
    check(answer.content_type() == "application/problem+json", || {
        format!("{code} came as {}", answer.content_type())
    })?;
    check(
        body["code"] == code
            && body["status"] == status
            && body["type"].as_str().is_some_and(|it| it.ends_with(code))
            && body["title"].is_string()
            && body["request_id"].is_string()
            && body["instance"].is_string(),
        || format!("not the problem {code}: {body}"),
    )
}

/// An SDK that reads the local tables and queues from outside.
pub async fn aws(stand: &Stand) -> aws_config::SdkConfig {
    aws_config::defaults(aws_config::BehaviorVersion::latest())
        .endpoint_url(stand.aws.endpoint())
        .region(aws_config::Region::new("eu-west-1"))
        .credentials_provider(aws_sdk_dynamodb::config::Credentials::new("test", "test", None, None, "test"))
        .load()
        .await
}
