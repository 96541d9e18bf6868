//! How a delivery ended. A closed set; every recorded delivery in scope ends in exactly one (law L2).

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// How a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema))]
pub enum Outcome {
    /// The vendor accepted the notice that takes the message's place.
    Overwritten = 1,
    /// The vendor accepted the order to remove the message.
    Recalled = 2,
    /// The device itself said that the message is gone.
    Confirmed = 3,
    /// The user had opened it; overwriting would show a new notification.
    SkippedOpened = 4,
    /// The user had cleared it; overwriting would show a new notification.
    SkippedCleared = 5,
    /// It never left the sender.
    Stopped = 6,
    /// The vendor no longer knows the device.
    TargetGone = 7,
    /// It was sent without the id that overwriting needs.
    NotRevocable = 8,
    /// Its channel cannot take anything back, or is not set up in this deployment.
    Unsupported = 9,
    /// Its 7 days were over before the vendor could be asked.
    TooLate = 10,
    /// The vendor said no for good; its code is the reason.
    Refused = 11,
    /// Every attempt failed.
    Failed = 12,
}

impl Outcome {
    pub const ALL: [Self; 12] = [
        Self::Overwritten,
        Self::Recalled,
        Self::Confirmed,
        Self::SkippedOpened,
        Self::SkippedCleared,
        Self::Stopped,
        Self::TargetGone,
        Self::NotRevocable,
        Self::Unsupported,
        Self::TooLate,
        Self::Refused,
        Self::Failed,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Overwritten => "overwritten",
            Self::Recalled => "recalled",
            Self::Confirmed => "confirmed",
            Self::SkippedOpened => "skipped_opened",
            Self::SkippedCleared => "skipped_cleared",
            Self::Stopped => "stopped",
            Self::TargetGone => "target_gone",
            Self::NotRevocable => "not_revocable",
            Self::Unsupported => "unsupported",
            Self::TooLate => "too_late",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }

    /// The number it is stored as. Never changes; 0 means "none yet".
    pub const fn code(self) -> u8 {
        self as u8
    }

    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    /// May a delivery that ended as `self` still end as `next`? Only when the
    /// device confirms what the vendor accepted, or a failed one is replayed.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Overwritten | Self::Recalled => matches!(next, Self::Confirmed),
            Self::Failed => !matches!(next, Self::Failed),
            Self::Confirmed
            | Self::SkippedOpened
            | Self::SkippedCleared
            | Self::Stopped
            | Self::TargetGone
            | Self::NotRevocable
            | Self::Unsupported
            | Self::TooLate
            | Self::Refused => false,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How many deliveries ended how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(BTreeMap<Outcome, u64>);

impl Counts {
    pub fn get(&self, outcome: Outcome) -> u64 {
        self.0.get(&outcome).copied().unwrap_or(0)
    }

    pub fn add(&mut self, outcome: Outcome, count: u64) {
        if count > 0 {
            *self.0.entry(outcome).or_default() += count;
        }
    }

    pub fn add_all(&mut self, other: &Self) {
        for (outcome, count) in other.iter() {
            self.add(outcome, count);
        }
    }

    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    pub fn iter(&self) -> impl Iterator<Item = (Outcome, u64)> + '_ {
        self.0.iter().map(|(outcome, count)| (*outcome, *count))
    }
}

/// One outcome and reason per slot of a batch, packed. The first terminal
/// write of a slot wins, but for the changes [`Outcome::may_become`] names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotOutcomes {
    /// [`Outcome::code`] per slot, 0 for none.
    codes: Vec<u8>,
    /// Per slot, the place of its reason in `reasons`.
    reason_of: Vec<u8>,
    reasons: Vec<String>,
}

/// Longest reason that is kept, in bytes.
const MAX_REASON_BYTES: usize = 64;

impl SlotOutcomes {
    pub fn new(slots: u16) -> Self {
        Self {
            codes: vec![0; usize::from(slots)],
            reason_of: vec![0; usize::from(slots)],
            reasons: Vec::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.codes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Is this what [`SlotOutcomes`] writes? Asked of everything read back from a store.
    pub fn is_sound(&self) -> bool {
        self.codes.len() == self.reason_of.len()
            && self
                .codes
                .iter()
                .zip(&self.reason_of)
                .all(|(code, reason)| *code == 0 || (Outcome::from_code(*code).is_some() && usize::from(*reason) < self.reasons.len()))
    }

    pub fn get(&self, slot: usize) -> Option<(Outcome, &str)> {
        let outcome = Outcome::from_code(*self.codes.get(slot)?)?;
        let reason = self.reasons.get(usize::from(self.reason_of[slot]))?;
        Some((outcome, reason))
    }

    /// Ends a slot. Returns whether this changed anything.
    pub fn end(&mut self, slot: usize, outcome: Outcome, reason: &str) -> bool {
        if slot >= self.codes.len() {
            return false;
        }
        let may = self.get(slot).is_none_or(|(now, _)| now.may_become(outcome));
        if may {
            self.reason_of[slot] = self.reason_index(reason);
            self.codes[slot] = outcome.code();
        }
        may
    }

    /// Takes back the end of a slot that failed, so that it can be tried again.
    /// Returns whether it had.
    pub fn reopen_failed(&mut self, slot: usize) -> bool {
        let failed = self.get(slot).is_some_and(|(outcome, _)| outcome == Outcome::Failed);
        if failed {
            self.codes[slot] = 0;
        }
        failed
    }

    fn reason_index(&mut self, reason: &str) -> u8 {
        let mut end = reason.len().min(MAX_REASON_BYTES);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        let reason = &reason[..end];
        if let Some(found) = self.reasons.iter().position(|known| known == reason) {
            return u8::try_from(found).unwrap_or(u8::MAX);
        }
        if self.reasons.len() < usize::from(u8::MAX) {
            self.reasons.push(reason.to_owned());
        } else if self.reasons.len() == usize::from(u8::MAX) {
            // 255 different reasons in one batch: the rest share one name.
            self.reasons.push("other".to_owned());
        }
        u8::try_from(self.reasons.len() - 1).unwrap_or(u8::MAX)
    }

    pub fn counts(&self, slots: impl IntoIterator<Item = usize>) -> Counts {
        let mut counts = Counts::default();
        for slot in slots {
            if let Some((outcome, _)) = self.get(slot) {
                counts.add(outcome, 1);
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_outcome_is_found_by_its_name_and_its_code() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::parse(outcome.as_str()), Some(outcome));
            assert_eq!(Outcome::from_code(outcome.code()), Some(outcome));
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.as_str());
        }
        assert_eq!(Outcome::from_code(0), None);
    }

    #[test]
    fn more_reasons_than_fit_share_one_name() {
        let mut slots = SlotOutcomes::new(1000);
        for slot in 0..1000 {
            assert!(slots.end(slot, Outcome::Refused, &format!("code_{slot}")));
        }
        assert_eq!(slots.get(0), Some((Outcome::Refused, "code_0")));
        assert_eq!(slots.get(999), Some((Outcome::Refused, "other")));
        assert!(slots.is_sound());
    }

    fn any_end() -> impl Strategy<Value = (usize, Outcome)> {
        (0_usize..4, 0_usize..12).prop_map(|(slot, n)| (slot, Outcome::ALL[n]))
    }

    proptest! {
        #[test]
        fn repeating_an_end_changes_nothing(ends in prop::collection::vec(any_end(), 0..20)) {
            let mut slots = SlotOutcomes::new(4);
            for (slot, outcome) in &ends {
                slots.end(*slot, *outcome, "r");
                let before = slots.clone();
                prop_assert!(!slots.end(*slot, *outcome, "again"));
                prop_assert_eq!(&before, &slots);
            }
            prop_assert!(slots.is_sound());
        }

        #[test]
        fn an_outcome_never_goes_back(ends in prop::collection::vec(any_end(), 1..20)) {
            let mut slots = SlotOutcomes::new(4);
            for (slot, outcome) in ends {
                let before = slots.get(slot).map(|(o, _)| o);
                slots.end(slot, outcome, "r");
                let after = slots.get(slot).map(|(o, _)| o);
                match before {
                    None => prop_assert_eq!(after, Some(outcome)),
                    Some(was) => prop_assert!(after == Some(was) || was.may_become(after.unwrap())),
                }
            }
        }
    }
}
