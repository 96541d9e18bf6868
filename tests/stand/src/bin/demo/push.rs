//! The wrong push: what is sent to whom, and what must become of it.

use serde_json::{Value, json};
use stand::{Stand, StandError, Tenant};

pub const TITLE: &str = "50% off everyting";
const NOTIFY_ID: u32 = 842_863;
const COLLAPSE_ID: &str = "sale-20842863";

/// Deliveries of one channel that share a fate.
#[derive(Debug, Clone)]
pub struct Part {
    pub channel: &'static str,
    pub fate: Fate,
    /// Recorded only after the revoke.
    pub late: bool,
    pub tokens: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// An ordinary device.
    Plain,
    /// The app was uninstalled; the vendor no longer knows the token.
    Dead,
    /// Sent without the id that overwriting needs.
    WithoutId,
}

impl Part {
    /// The outcome that every delivery of this part must end with.
    pub fn outcome(&self) -> &'static str {
        match (self.channel, self.fate) {
            ("sms", _) => "unsupported",
            (_, Fate::Plain) => "overwritten",
            (_, Fate::Dead) => "target_gone",
            (_, Fate::WithoutId) => "not_revocable",
        }
    }

    /// The title that every device of this part must show in the end.
    pub fn shows(&self) -> &'static str {
        match self.outcome() {
            "overwritten" => "Message revoked",
            _ => TITLE,
        }
    }

    pub const fn has_devices(&self) -> bool {
        !matches!(self.channel.as_bytes(), b"sms")
    }

    fn key(&self) -> Option<Value> {
        match (self.channel, self.fate) {
            (_, Fate::WithoutId) | ("sms", _) => None,
            ("apns", _) => Some(json!(COLLAPSE_ID)),
            _ => Some(json!(NOTIFY_ID)),
        }
    }
}

/// 10,000 deliveries.
pub fn parts() -> Vec<Part> {
    [
        ("huawei", Fate::Plain, false, 4_500),
        ("huawei", Fate::Dead, false, 150),
        ("huawei", Fate::WithoutId, false, 250),
        ("apns", Fate::Plain, false, 3_800),
        ("apns", Fate::Dead, false, 100),
        ("apns", Fate::WithoutId, false, 100),
        ("sms", Fate::Plain, false, 500),
        ("huawei", Fate::Plain, true, 350),
        ("apns", Fate::Plain, true, 200),
        ("sms", Fate::Plain, true, 50),
    ]
    .into_iter()
    .enumerate()
    .map(|(nth, (channel, fate, late, count))| Part {
        channel,
        fate,
        late,
        tokens: (0..count).map(|n| token(channel, nth, n)).collect(),
    })
    .collect()
}

/// Apple's tokens are 64 hexadecimal digits; Huawei's are longer and of any letters.
fn token(channel: &str, part: usize, n: usize) -> String {
    match channel {
        "apns" => format!("{:064x}", 0xA991_0000_0000_usize + part * 100_000 + n),
        "sms" => format!("+49150{:07}", part * 100_000 + n),
        _ => format!("HW-{part:02}-{n:06}-{}", "IQAAAACy0Qo".repeat(10)),
    }
}

pub async fn register(tenant: &Tenant, task: &str) -> Result<(), StandError> {
    let now = jiff::Timestamp::try_from(std::time::SystemTime::UNIX_EPOCH)
        .and_then(|epoch| epoch.checked_add(std::time::UNIX_EPOCH.elapsed().unwrap_or_default()))
        .map_err(|error| StandError::Unexpected(error.to_string()))?;
    let body = json!({"type": "batch", "title": TITLE, "sent_at": now.to_string()});
    let answer = tenant.sender.put(task, &body).await?;
    if answer.status == 201 {
        Ok(())
    } else {
        Err(StandError::Unexpected(format!(
            "registering was answered {}: {}",
            answer.status, answer.body
        )))
    }
}

/// Shows the push on its devices and records it, 1,000 deliveries a call.
/// Returns how many calls were told that the push is revoked.
pub async fn send(stand: &Stand, tenant: &Tenant, task: &str, parts: &[&Part]) -> Result<usize, StandError> {
    let mut revoked = 0;
    for part in parts {
        if part.has_devices() {
            show(stand, tenant, part).await?;
        }
        for (nth, tokens) in part.tokens.chunks(1_000).enumerate() {
            let answer = tenant.sender.post(&format!("{task}/deliveries"), &batch(part, nth, tokens)).await?;
            if answer.status != 200 {
                return Err(StandError::Unexpected(format!(
                    "recording was answered {}: {}",
                    answer.status, answer.body
                )));
            }
            revoked += usize::from(answer.body["gate"] == "revoked");
        }
    }
    Ok(revoked)
}

async fn show(stand: &Stand, tenant: &Tenant, part: &Part) -> Result<(), StandError> {
    let app = if part.channel == "apns" {
        &tenant.bundle_id
    } else {
        &tenant.huawei_app
    };
    stand.devices.register(part.channel, app, &part.tokens, "active").await?;
    let key = part.key().map(|key| key.as_str().map_or_else(|| key.to_string(), str::to_owned));
    stand.devices.deliver(part.channel, &part.tokens, key.as_deref(), TITLE).await?;
    if part.fate == Fate::Dead {
        stand.devices.register(part.channel, app, &part.tokens, "unregistered").await?;
    }
    Ok(())
}

fn batch(part: &Part, nth: usize, tokens: &[String]) -> Value {
    let late = if part.late { "late" } else { "sent" };
    let deliveries: Vec<_> = tokens.iter().map(|token| json!({"token": token})).collect();
    let mut batch = json!({
        "batch_id": format!("{}-{late}-{:?}-{nth}", part.channel, part.fate),
        "channel": part.channel,
        "deliveries": deliveries,
    });
    if let Some(key) = part.key() {
        let name = if part.channel == "apns" { "collapse_id" } else { "notify_id" };
        batch[name] = key;
    }
    batch
}
