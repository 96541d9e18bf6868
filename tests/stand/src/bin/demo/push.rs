//! The wrong push: what is sent to whom, and what must become of it.

use revocation_rules::channel::{Channel, HandleKind, Peer, RecalledBy, Strategy, Tokens};
use serde_json::{Value, json};
use stand::{Reply, Stand, StandError, Tenant};

pub const TITLE: &str = "50% off everyting";
pub const NOTIFY_ID: u32 = 842_863;
const COLLAPSE_ID: &str = "sale-20842863";
const TAG: &str = "sale-20842863";
const NOTIFY_KEY: &str = "20842863";

/// Deliveries of one channel that share a fate.
#[derive(Debug, Clone)]
pub struct Part {
    pub channel: Channel,
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
    /// Sent without the id that taking back needs.
    WithoutId,
    /// The sender did not keep the vendor's number of the sending, only the notify id.
    WithoutTask,
    /// The user had opened the message before it was revoked.
    Opened,
    /// The user had swiped it away.
    Cleared,
    /// Switched off while it is sent and while it is revoked.
    Offline,
}

impl Part {
    /// The outcome that every delivery of this part must end with.
    pub fn outcome(&self) -> &'static str {
        let facts = self.channel.facts();
        match (facts.strategies.first(), facts.peer, self.fate) {
            (None, ..) => "unsupported",
            (_, _, Fate::Dead) => "target_gone",
            (_, _, Fate::WithoutId) => "not_revocable",
            (_, _, Fate::Opened) => "skipped_opened",
            (_, _, Fate::Cleared) => "skipped_cleared",
            (_, Peer::Device, Fate::Plain | Fate::Offline) => "confirmed",
            (Some(Strategy::Recall | Strategy::RecallThenOverwrite), _, Fate::Plain) => "recalled",
            (_, _, Fate::Plain | Fate::WithoutTask | Fate::Offline) => "overwritten",
        }
    }

    /// All that a device of this part must show in the end.
    pub fn shows(&self) -> Option<&'static str> {
        match self.outcome() {
            "overwritten" | "confirmed" => Some("Message revoked"),
            "recalled" | "skipped_opened" | "skipped_cleared" => None,
            _ => Some(TITLE),
        }
    }

    /// Does a simulated vendor stand before its devices?
    pub const fn has_vendor(&self) -> bool {
        let facts = self.channel.facts();
        !facts.strategies.is_empty() && matches!(facts.peer, Peer::Vendor)
    }

    /// What its user did, as a receipt says it.
    pub const fn receipt(&self) -> Option<&'static str> {
        match self.fate {
            Fate::Opened => Some("opened"),
            Fate::Cleared => Some("cleared"),
            Fate::Plain | Fate::Dead | Fate::WithoutId | Fate::WithoutTask | Fate::Offline => None,
        }
    }

    fn key(&self) -> Option<Value> {
        let facts = self.channel.facts();
        if self.fate == Fate::WithoutId || facts.strategies.is_empty() {
            return None;
        }
        Some(match facts.handle {
            HandleKind::CollapseId => json!(COLLAPSE_ID),
            HandleKind::NotifyId => json!(NOTIFY_ID),
            HandleKind::Tag => json!(TAG),
            HandleKind::NotifyKey => json!(NOTIFY_KEY),
        })
    }

    /// The vendor's number of one sending, which is one batch.
    fn vendor_task(&self, nth: usize) -> Option<String> {
        let by_task = self.channel.facts().recalled_by == Some(RecalledBy::VendorTask);
        (by_task && self.fate == Fate::Plain).then(|| format!("8100{nth}"))
    }

    pub fn batch_id(&self, nth: usize) -> String {
        let late = if self.late { "late" } else { "sent" };
        format!("{}-{late}-{:?}-{nth}", self.channel, self.fate)
    }

    /// In the batches they are recorded in: number and tokens.
    fn batches(&self) -> impl Iterator<Item = (usize, &[String])> {
        self.tokens.chunks(1_000).enumerate()
    }
}

/// 10,000 deliveries.
pub fn parts(stand: &Stand) -> Vec<Part> {
    [
        (Channel::Huawei, Fate::Plain, false, 1_700),
        (Channel::Huawei, Fate::Dead, false, 100),
        (Channel::Huawei, Fate::WithoutId, false, 150),
        (Channel::Huawei, Fate::Opened, false, 80),
        (Channel::Huawei, Fate::Cleared, false, 70),
        // Of a device that is gone an accepted recall says nothing, so there is none.
        (Channel::Harmony, Fate::Plain, false, 230),
        (Channel::Harmony, Fate::WithoutId, false, 30),
        (Channel::Harmony, Fate::Opened, false, 20),
        (Channel::Harmony, Fate::Cleared, false, 20),
        (Channel::Xiaomi, Fate::Plain, false, 1_140),
        (Channel::Xiaomi, Fate::Dead, false, 60),
        (Channel::Xiaomi, Fate::Opened, false, 40),
        (Channel::Oppo, Fate::Plain, false, 1_100),
        (Channel::Oppo, Fate::Dead, false, 50),
        (Channel::Oppo, Fate::Cleared, false, 50),
        (Channel::Vivo, Fate::Plain, false, 1_000),
        (Channel::Vivo, Fate::WithoutTask, false, 200),
        (Channel::Honor, Fate::Plain, false, 250),
        (Channel::Honor, Fate::Dead, false, 20),
        (Channel::Honor, Fate::Opened, false, 30),
        (Channel::Meizu, Fate::Plain, false, 170),
        (Channel::Meizu, Fate::Dead, false, 20),
        (Channel::Meizu, Fate::Opened, false, 10),
        (Channel::Apns, Fate::Plain, false, 920),
        (Channel::Apns, Fate::Dead, false, 60),
        (Channel::Apns, Fate::WithoutId, false, 60),
        (Channel::Apns, Fate::Opened, false, 40),
        (Channel::Apns, Fate::Cleared, false, 40),
        (Channel::Fcm, Fate::Plain, false, 340),
        (Channel::Fcm, Fate::Dead, false, 30),
        (Channel::Fcm, Fate::WithoutId, false, 30),
        (Channel::Fcm, Fate::Opened, false, 20),
        (Channel::Fcm, Fate::Cleared, false, 20),
        (Channel::WebPush, Fate::Plain, false, 150),
        (Channel::WebPush, Fate::Dead, false, 10),
        (Channel::WebPush, Fate::WithoutId, false, 20),
        (Channel::WebPush, Fate::Cleared, false, 20),
        (Channel::SelfBuilt, Fate::Plain, false, 150),
        (Channel::SelfBuilt, Fate::Offline, false, 150),
        (Channel::SelfBuilt, Fate::Opened, false, 30),
        (Channel::SelfBuilt, Fate::Cleared, false, 20),
        (Channel::Sms, Fate::Plain, false, 450),
        (Channel::Huawei, Fate::Plain, true, 400),
        (Channel::Xiaomi, Fate::Plain, true, 200),
        (Channel::Apns, Fate::Plain, true, 250),
        (Channel::Sms, Fate::Plain, true, 50),
    ]
    .into_iter()
    .enumerate()
    .map(|(nth, (channel, fate, late, count))| Part {
        channel,
        fate,
        late,
        tokens: (0..count).map(|n| stand.token_of(channel, &token(channel, nth, n))).collect(),
    })
    .collect()
}

fn token(channel: Channel, part: usize, n: usize) -> String {
    let facts = channel.facts();
    match (facts.tokens, facts.peer) {
        (Tokens::Hexadecimal, _) => format!("{:064x}", 0xA991_0000_0000_usize + part * 100_000 + n),
        // The app's own names of devices.
        (Tokens::AsTheyAre | Tokens::DevicesOrAudiences, Peer::Device) => format!("device-{part:02}-{n:04}"),
        (Tokens::Endpoints, _) => format!("{part:02}-{n:04}"),
        (Tokens::AsTheyAre | Tokens::DevicesOrAudiences, Peer::Vendor) => {
            format!("{channel}-{part:02}-{n:06}-{}", "IQAAAACy0Qo".repeat(10))
        }
    }
}

pub async fn register(tenant: &Tenant, task: &str) -> Result<(), StandError> {
    let now = jiff::Timestamp::try_from(std::time::SystemTime::UNIX_EPOCH)
        .and_then(|epoch| epoch.checked_add(std::time::UNIX_EPOCH.elapsed().unwrap_or_default()))
        .map_err(|error| StandError::Unexpected(error.to_string()))?;
    let body = json!({"type": "batch", "title": TITLE, "sent_at": now.to_string()});
    answered("registering", tenant.sender.put(task, &body).await?, 201).map(|_| ())
}

/// Shows the push on its devices and records it, 1,000 deliveries a call.
/// Returns how many calls were told that the push is revoked.
pub async fn send(stand: &Stand, tenant: &Tenant, task: &str, parts: &[&Part]) -> Result<usize, StandError> {
    let mut revoked = 0;
    for part in parts {
        if part.has_vendor() {
            show(stand, tenant, part).await?;
        }
        if part.fate == Fate::Dead {
            continue;
        }
        let last = part.batches().count().saturating_sub(1);
        for (nth, tokens) in part.batches() {
            let dead = if nth == last { dead_among(parts, part) } else { &[] };
            let deliveries = stand.devices.deliveries(part.channel, &[tokens, dead].concat()).await?;
            let body = batch(part, nth, &deliveries);
            let sent = tenant.sender.post(&format!("{task}/deliveries"), &body).await?;
            revoked += usize::from(answered("recording", sent, 200)?["gate"] == "revoked");
        }
    }
    Ok(revoked)
}

/// Dead tokens lie among ordinary ones: a batch of nothing else is a setting that is suspected.
fn dead_among<'a>(parts: &[&'a Part], part: &Part) -> &'a [String] {
    let dead =
        |other: &&&Part| part.fate == Fate::Plain && other.fate == Fate::Dead && other.channel == part.channel && other.late == part.late;
    parts.iter().find(dead).map_or(&[], |dead| &dead.tokens)
}

async fn show(stand: &Stand, tenant: &Tenant, part: &Part) -> Result<(), StandError> {
    let channel = part.channel.as_str();
    let app = tenant.app_at(channel);
    stand.devices.register(channel, &app, &part.tokens, "active").await?;
    let key = part.key().map(|key| key.as_str().map_or_else(|| key.to_string(), str::to_owned));
    for (nth, tokens) in part.batches() {
        match part.vendor_task(nth) {
            Some(task) => stand.devices.deliver_in_task(tokens, key.as_deref(), &task, TITLE).await?,
            None => stand.devices.deliver(channel, tokens, key.as_deref(), TITLE).await?,
        }
    }
    match (part.fate, key) {
        (Fate::Dead, _) => stand.devices.register(channel, &app, &part.tokens, "unregistered").await,
        (Fate::Opened, Some(key)) => stand.devices.take_off("open", channel, &part.tokens, &key).await,
        (Fate::Cleared, Some(key)) => stand.devices.take_off("clear", channel, &part.tokens, &key).await,
        _ => Ok(()),
    }
}

/// What users did before anybody noticed the mistake reaches us as receipts. Returns how many.
pub async fn report(tenant: &Tenant, id: &str, parts: &[&Part]) -> Result<usize, StandError> {
    let mut reported = 0;
    for part in parts {
        // The self-built channel's devices report for themselves.
        let Some(event) = part.receipt().filter(|_| part.has_vendor()) else {
            continue;
        };
        for (nth, tokens) in part.batches() {
            let receipt = |token| json!({"kind": "task", "id": id, "batch_id": part.batch_id(nth), "token": token, "event": event});
            let receipts: Vec<_> = tokens.iter().map(receipt).collect();
            let answer = tenant.sender.post("/v1/receipts", &json!({"receipts": receipts})).await?;
            answered("reporting", answer, 200)?;
            reported += tokens.len();
        }
    }
    Ok(reported)
}

fn answered(doing: &str, answer: Reply, status: u16) -> Result<Value, StandError> {
    if answer.status == status {
        Ok(answer.body)
    } else {
        Err(StandError::Unexpected(format!(
            "{doing} was answered {}: {}",
            answer.status, answer.body
        )))
    }
}

fn batch(part: &Part, nth: usize, deliveries: &[Value]) -> Value {
    let mut batch = json!({
        "batch_id": part.batch_id(nth),
        "channel": part.channel,
        "deliveries": deliveries,
    });
    if let Some(key) = part.key() {
        batch[part.channel.facts().handle.field()] = key;
    }
    if let Some(task) = part.vendor_task(nth) {
        batch["vendor_task_id"] = task.into();
    }
    batch
}
