//! A dry run that is kept: what was asked for, what it came to, and a digest of both.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use revocation_http::route::PushName;
use revocation_http::wire::{ChannelAnswer, PreviewAnswer, RevokeBody, Word};
use revocation_rules::channel::Channel;
use revocation_rules::hex::hex;
use revocation_rules::ids::{PushId, PushKind, RevocationId};
use revocation_rules::notice::Notices;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// How long what was seen is believed.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_mins(15);

const PREFIX: &str = "plan_";
const DIGITS: usize = 16;

/// Names a plan: the digest of its scope and its counts. The same plan has the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlanId(String);

impl PlanId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("a plan looks like plan_4be1c05f9a7d2e36")]
pub struct NoPlanId;

impl FromStr for PlanId {
    type Err = NoPlanId;

    fn from_str(text: &str) -> Result<Self, NoPlanId> {
        let digits = text.strip_prefix(PREFIX).ok_or(NoPlanId)?;
        let hexadecimal = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if digits.len() != DIGITS || !hexadecimal {
            return Err(NoPlanId);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for PlanId {
    type Error = NoPlanId;

    fn try_from(text: String) -> Result<Self, NoPlanId> {
        text.parse()
    }
}

impl From<PlanId> for String {
    fn from(id: PlanId) -> Self {
        id.0
    }
}

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where, whose, which push, and what is asked for: what `apply` sends.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Asked {
    pub api: String,
    pub app: String,
    pub workspace: String,
    pub kind: PushKind,
    pub id: PushId,
    pub wanted: RevokeBody,
}

impl Asked {
    pub fn push(&self) -> PushName {
        PushName {
            kind: self.kind,
            id: self.id.clone(),
        }
    }
}

/// What a dry run came to, as far as a plan stands or falls with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    closes_at: Timestamp,
    notice: Notices,
    /// `None` where the API could not count them all: two such counts of the same push differ.
    counts: Option<BTreeMap<Word<Channel>, Count>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Count {
    method: String,
    capability: String,
    deliveries: u64,
    revocable: u64,
    not_revocable: u64,
    too_late: u64,
    stopped: u64,
}

impl From<&ChannelAnswer> for Count {
    fn from(channel: &ChannelAnswer) -> Self {
        Self {
            method: channel.method.clone().into_owned(),
            capability: channel.capability.clone().into_owned(),
            deliveries: channel.deliveries,
            revocable: channel.revocable,
            not_revocable: channel.not_revocable,
            too_late: channel.too_late,
            stopped: channel.stopped,
        }
    }
}

impl From<&PreviewAnswer> for Seen {
    fn from(preview: &PreviewAnswer) -> Self {
        let counts = || {
            preview
                .channels
                .iter()
                .map(|(channel, seen)| (channel.clone(), seen.into()))
                .collect()
        };
        Self {
            closes_at: preview.closes_at,
            notice: preview.notice.clone(),
            counts: preview.exact.then(counts),
        }
    }
}

/// What has become of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Progress {
    Planned,
    /// It was sent, and nobody knows yet what was answered: the command may have been killed in between.
    Sent,
    Applied {
        revocation: RevocationId,
    },
}

/// A plan as it is kept. No key is in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the file calls it so")]
pub struct Plan {
    /// Of this file.
    version: u8,
    pub plan: PlanId,
    pub made_at: Timestamp,
    #[serde(flatten)]
    pub asked: Asked,
    seen: Seen,
    pub progress: Progress,
}

/// Why a plan may not be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stale {
    /// It was made so long ago; less than nothing, where the clock was set back.
    Old(SignedDuration),
    /// More deliveries are there than were planned for, by so many, and nothing else has changed.
    More(u64),
    /// The counts, the notice or the time are others.
    Changed,
}

/// Of a plan's file.
pub const VERSION: u8 = 1;

impl Plan {
    pub fn new(asked: Asked, preview: &PreviewAnswer, now: Timestamp) -> Self {
        let seen = Seen::from(preview);
        Self {
            version: VERSION,
            plan: digest(&asked, &seen),
            made_at: now,
            asked,
            seen,
            progress: Progress::Planned,
        }
    }

    pub fn good_until(&self) -> Timestamp {
        self.made_at.saturating_add(GOOD_FOR).unwrap_or(self.made_at)
    }

    /// Too old? A clock that was set back makes no plan younger.
    pub fn age(&self, now: Timestamp) -> Option<Stale> {
        let age = now.duration_since(self.made_at);
        (age > GOOD_FOR || age < SignedDuration::ZERO).then_some(Stale::Old(age))
    }

    /// Is it still what would happen?
    pub fn against(&self, preview: &PreviewAnswer) -> Option<Stale> {
        let now = Seen::from(preview);
        if digest(&self.asked, &now) == self.plan {
            return None;
        }
        if digest(&self.asked, &self.seen) != self.plan {
            // Somebody has written into the file.
            return Some(Stale::Changed);
        }
        let same_but_for_counts = Seen {
            counts: self.seen.counts.clone(),
            ..now.clone()
        } == self.seen;
        let more = match (&self.seen.counts, &now.counts) {
            (Some(planned), Some(now)) if same_but_for_counts => more(planned, now),
            (Some(_) | None, Some(_) | None) => None,
        };
        Some(more.map_or(Stale::Changed, Stale::More))
    }
}

/// How many more there are, if nothing else has changed: no count is less, and no channel works in another way.
fn more(planned: &BTreeMap<Word<Channel>, Count>, now: &BTreeMap<Word<Channel>, Count>) -> Option<u64> {
    let sum = |counts: &BTreeMap<_, Count>| counts.values().map(|count| count.deliveries).sum::<u64>();
    let grown = planned.iter().all(|(channel, planned)| {
        now.get(channel).is_some_and(|now| {
            (&now.method, &now.capability) == (&planned.method, &planned.capability)
                && now.deliveries >= planned.deliveries
                && now.revocable >= planned.revocable
                && now.not_revocable >= planned.not_revocable
                && now.too_late == planned.too_late
                && now.stopped >= planned.stopped
        })
    });
    let more = sum(now).saturating_sub(sum(planned));
    (grown && more > 0).then_some(more)
}

fn digest(asked: &Asked, seen: &Seen) -> PlanId {
    // Cannot fail in a way that matters: what is kept could then not be written either, and maps are in order.
    let text = serde_json::to_vec(&(asked, seen)).unwrap_or_default();
    let digest = hex(&Sha256::digest(&text));
    PlanId(format!("{PREFIX}{}", &digest[..DIGITS]))
}

#[cfg(test)]
mod tests {
    use revocation_rules::scope::Scope;
    use serde_json::{Value, json};

    use super::*;

    fn asked(reason: &str) -> Asked {
        Asked {
            api: "https://api.example".to_owned(),
            app: "shop".to_owned(),
            workspace: "default".to_owned(),
            kind: PushKind::Task,
            id: "20842863".parse().unwrap(),
            wanted: RevokeBody::new(reason.to_owned(), Scope::everything(), None),
        }
    }

    fn preview(deliveries: u64) -> Value {
        json!({
            "dry_run": true, "verdict": "accept", "closes_at": "2026-11-30T12:00:00Z",
            "notice": { "title": "Message revoked", "text": "Message revoked" }, "exact": true, "deliveries": deliveries,
            "channels": { "huawei": {
                "method": "overwrite", "capability": "able", "deliveries": deliveries, "revocable": deliveries - 1,
                "not_revocable": 1, "too_late": 0, "stopped": 0
            } }
        })
    }

    fn read(preview: Value) -> PreviewAnswer {
        serde_json::from_value(preview).unwrap()
    }

    fn noon() -> Timestamp {
        "2026-11-27T12:00:00Z".parse().unwrap()
    }

    fn plan() -> Plan {
        Plan::new(asked("wrong price"), &read(preview(10)), noon())
    }

    #[test]
    fn the_same_dry_run_is_the_same_plan_and_another_is_another() {
        let later = noon() + SignedDuration::from_mins(3);
        assert_eq!(Plan::new(asked("wrong price"), &read(preview(10)), later).plan, plan().plan);
        assert_ne!(Plan::new(asked("wrong prices"), &read(preview(10)), noon()).plan, plan().plan);
        let mut other = asked("wrong price");
        other.workspace = "test".to_owned();
        assert_ne!(Plan::new(other, &read(preview(10)), noon()).plan, plan().plan);
        // For ever: scripts keep them.
        assert_eq!(plan().plan.as_str(), "plan_abb9e79a1defbc86");
    }

    #[test]
    fn a_plan_is_good_for_a_quarter_of_an_hour() {
        let at = |seconds| noon() + SignedDuration::from_secs(seconds);
        assert_eq!(plan().age(noon()), None);
        assert_eq!(plan().age(at(900)), None);
        assert_eq!(plan().age(at(901)), Some(Stale::Old(SignedDuration::from_secs(901))));
        assert!(plan().age(at(-1)).is_some(), "the clock was set back");
        assert_eq!(plan().good_until(), at(900));
    }

    #[test]
    fn a_plan_is_stale_when_what_would_happen_has_changed() {
        assert_eq!(plan().against(&read(preview(10))), None);
        assert_eq!(plan().against(&read(preview(13))), Some(Stale::More(3)));
        assert_eq!(plan().against(&read(preview(9))), Some(Stale::Changed));
        for (pointer, value) in [
            ("/closes_at", json!("2026-11-30T12:00:01Z")),
            ("/notice/text", json!("Sorry")),
            ("/channels/huawei/method", json!("recall")),
            ("/channels/huawei/capability", json!("channel_not_configured")),
            ("/channels/huawei/too_late", json!(1)),
            ("/exact", json!(false)),
        ] {
            let mut changed = preview(13);
            *changed.pointer_mut(pointer).unwrap() = value;
            assert_eq!(plan().against(&read(changed)), Some(Stale::Changed), "{pointer}");
        }
        let mut wider = preview(10);
        wider["channels"]["apns"] = wider["channels"]["huawei"].clone();
        assert_eq!(plan().against(&read(wider)), Some(Stale::More(10)));
    }

    #[test]
    fn counts_that_are_bounds_make_no_plan_stale() {
        let bound = |deliveries| {
            let mut preview = preview(deliveries);
            preview["exact"] = json!(false);
            preview["at_least"] = json!(true);
            read(preview)
        };
        let plan = Plan::new(asked("wrong price"), &bound(10), noon());
        assert_eq!(plan.against(&bound(8)), None);
        assert_eq!(plan.against(&read(preview(10))), Some(Stale::Changed));
    }

    #[test]
    fn a_plan_is_kept_without_loss() {
        let text = serde_json::to_string(&plan()).unwrap();
        let kept: Plan = serde_json::from_str(&text).unwrap();
        assert_eq!(kept.against(&read(preview(10))), None);
        assert_eq!(digest(&kept.asked, &kept.seen), kept.plan);
    }

    #[test]
    fn a_plan_that_somebody_wrote_into_is_no_plan_of_more() {
        let text = serde_json::to_string(&plan()).unwrap();
        let written: Plan = serde_json::from_str(&text.replace("wrong price", "other price")).unwrap();
        assert_eq!(written.against(&read(preview(13))), Some(Stale::Changed));
    }

    #[test]
    fn a_plan_s_name_is_no_path() {
        for wrong in [
            "plan_",
            "plan_../../etc/pass",
            "plan_0123456789ABCDEF",
            "0123456789abcdef",
            "plan_0123456789abcdef0",
        ] {
            assert!(wrong.parse::<PlanId>().is_err(), "{wrong}");
        }
    }
}
