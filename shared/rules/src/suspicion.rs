//! Are the devices gone, or do we ask for them wrongly?
//!
//! With a wrong environment, topic or app a vendor says of every device that it
//! does not know it. One such answer ends a delivery as gone; nearly nothing
//! else from the vendor means that the setting is to be looked at, and then
//! the deliveries stay open to a replay.

use crate::outcome::{Counts, Outcome, SlotOutcomes};
use crate::retry::Answer;

/// With fewer answers nobody can tell a few dead tokens from a wrong setting.
pub const ENOUGH: u64 = 20;
/// From this share of unknown devices on, in percent, the setting is suspected.
pub const SUSPECTED_FROM_PERCENT: u64 = 90;
/// Before the vendor's code in the reason of a delivery that failed for it.
pub const PREFIX: &str = "suspected_setting:";

/// What a vendor said of devices it was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evidence {
    /// It took the order.
    pub known: u64,
    /// It does not know the device.
    pub unknown: u64,
}

impl Evidence {
    /// Of one batch: how its slots ended before, whoever asked, and these answers.
    pub fn of(slots: &SlotOutcomes, answers: &[(usize, Answer)]) -> Self {
        let mut evidence = Self::default();
        for slot in 0..slots.len() {
            match slots.get(slot) {
                Some((outcome, _)) if is_yes(outcome) => evidence.known += 1,
                Some((Outcome::Failed, reason)) if reason.starts_with(PREFIX) => evidence.unknown += 1,
                // Of those that ended as gone, the ones for what is unknown now.
                Some((Outcome::TargetGone, gone)) if answers.iter().any(|(_, answer)| is_unknown_as(answer, gone)) => {
                    evidence.unknown += 1;
                }
                Some(_) | None => {}
            }
        }
        for (_, answer) in answers {
            match answer {
                Answer::Ended { outcome, .. } if is_yes(*outcome) => evidence.known += 1,
                Answer::Unknown { .. } => evidence.unknown += 1,
                Answer::Ended { .. } | Answer::Failed(_) | Answer::NotTried => {}
            }
        }
        evidence
    }

    /// Of a revocation on one channel, as far as it was counted. Which of those
    /// that are gone were unknown cannot be told, so all may have been.
    pub fn of_counts(counts: &Counts, suspected: u64) -> Self {
        Self {
            known: Outcome::ALL
                .into_iter()
                .filter(|outcome| is_yes(*outcome))
                .map(|outcome| counts.get(outcome))
                .sum(),
            unknown: counts.get(Outcome::TargetGone) + suspected,
        }
    }

    /// When nobody can say what came of the others, the setting may be wrong.
    pub const fn doubt() -> Self {
        Self { known: 0, unknown: ENOUGH }
    }

    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            known: self.known + other.known,
            unknown: self.unknown + other.unknown,
        }
    }

    #[must_use]
    pub const fn without(self, part: Self) -> Self {
        Self {
            known: self.known.saturating_sub(part.known),
            unknown: self.unknown.saturating_sub(part.unknown),
        }
    }

    pub const fn asked(self) -> u64 {
        self.known + self.unknown
    }

    const fn is_nearly_all_unknown(self) -> bool {
        self.unknown > 0 && self.unknown * 100 >= self.asked() * SUSPECTED_FROM_PERCENT
    }
}

/// Does the batch alone say too little? Then what the rest of the revocation came to decides.
pub fn needs_more(slots: &SlotOutcomes, answers: &[(usize, Answer)]) -> bool {
    let evidence = Evidence::of(slots, answers);
    let is_new = answers.iter().any(|(_, answer)| matches!(answer, Answer::Unknown { .. }));
    is_new && evidence.is_nearly_all_unknown() && evidence.asked() + open(answers) < ENOUGH
}

/// Deliveries whose answers are still to come.
fn open(answers: &[(usize, Answer)]) -> u64 {
    let is_open = |(_, answer): &&(usize, Answer)| matches!(answer, Answer::NotTried | Answer::Failed(_));
    answers.iter().filter(is_open).count() as u64
}

/// What was said of unknown devices in one attempt, if the setting is suspected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suspicion {
    pub deliveries: usize,
    /// The vendor's codes, each once.
    pub codes: Vec<String>,
}

/// Makes an end of every [`Answer::Unknown`]. While others of the batch have not
/// been asked yet, nothing is ended for good on the word of a few.
pub fn judge(slots: &SlotOutcomes, answers: Vec<(usize, Answer)>, elsewhere: Evidence) -> (Vec<(usize, Answer)>, Suspicion) {
    let evidence = Evidence::of(slots, &answers).and(elsewhere);
    let suspected = evidence.is_nearly_all_unknown() && evidence.asked() + open(&answers) >= ENOUGH;
    let mut suspicion = Suspicion::default();
    let judged = answers
        .into_iter()
        .map(|(slot, answer)| match answer {
            Answer::Unknown { reason } if suspected => {
                suspicion.deliveries += 1;
                let answer = suspected_end(&reason);
                if !suspicion.codes.contains(&reason) {
                    suspicion.codes.push(reason);
                }
                (slot, answer)
            }
            Answer::Unknown { reason } => {
                let outcome = Outcome::TargetGone;
                (slot, Answer::Ended { outcome, reason })
            }
            Answer::Ended { .. } | Answer::Failed(_) | Answer::NotTried => (slot, answer),
        })
        .collect();
    (judged, suspicion)
}

impl SlotOutcomes {
    /// How many of these slots failed for a setting that is suspected.
    pub fn suspected(&self, slots: impl IntoIterator<Item = usize>) -> u64 {
        let is_suspected = |slot: &usize| matches!(self.get(*slot), Some((Outcome::Failed, reason)) if reason.starts_with(PREFIX));
        slots.into_iter().filter(is_suspected).count() as u64
    }
}

fn suspected_end(code: &str) -> Answer {
    Answer::Ended {
        outcome: Outcome::Failed,
        reason: format!("{PREFIX}{code}"),
    }
}

const fn is_yes(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Overwritten | Outcome::Recalled | Outcome::Confirmed => true,
        Outcome::SkippedOpened
        | Outcome::SkippedCleared
        | Outcome::Stopped
        | Outcome::TargetGone
        | Outcome::NotRevocable
        | Outcome::Unsupported
        | Outcome::TooLate
        | Outcome::Refused
        | Outcome::Failed => false,
    }
}

fn is_unknown_as(answer: &Answer, code: &str) -> bool {
    matches!(answer, Answer::Unknown { reason } if reason == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "apns:BadDeviceToken";

    fn unknown(slots: std::ops::Range<usize>) -> Vec<(usize, Answer)> {
        let unknown = || Answer::Unknown { reason: CODE.to_owned() };
        slots.map(|slot| (slot, unknown())).collect()
    }

    fn yes(slots: std::ops::Range<usize>) -> Vec<(usize, Answer)> {
        let yes = || Answer::Ended {
            outcome: Outcome::Overwritten,
            reason: "accepted_by_vendor".to_owned(),
        };
        slots.map(|slot| (slot, yes())).collect()
    }

    fn ends(slots: &mut SlotOutcomes, judged: Vec<(usize, Answer)>) {
        for (slot, answer) in judged {
            if let Answer::Ended { outcome, reason } = answer {
                slots.end(slot, outcome, &reason);
            }
        }
    }

    fn end_of(slots: &SlotOutcomes, answers: Vec<(usize, Answer)>, elsewhere: Evidence) -> Outcome {
        let slot = answers
            .iter()
            .find(|(_, answer)| matches!(answer, Answer::Unknown { .. }))
            .unwrap()
            .0;
        let mut slots = slots.clone();
        let (judged, _) = judge(&slots, answers, elsewhere);
        ends(&mut slots, judged);
        slots.get(slot).unwrap().0
    }

    #[test]
    fn a_batch_of_which_every_device_is_unknown_is_suspected_and_stays_open_to_a_replay() {
        let mut slots = SlotOutcomes::new(1_000);
        let (judged, suspicion) = judge(&slots, unknown(0..1_000), Evidence::default());
        assert_eq!((suspicion.deliveries, suspicion.codes), (1_000, vec![CODE.to_owned()]));
        ends(&mut slots, judged);
        assert_eq!(slots.get(999), Some((Outcome::Failed, "suspected_setting:apns:BadDeviceToken")));
        assert!(slots.reopen_failed(999));
    }

    #[test]
    fn a_few_dead_tokens_among_many_are_gone() {
        let slots = SlotOutcomes::new(1_000);
        for (known, expected) in [(990, Outcome::TargetGone), (101, Outcome::TargetGone), (100, Outcome::Failed)] {
            let answers = [yes(0..known), unknown(known..1_000)].concat();
            assert_eq!(end_of(&slots, answers, Evidence::default()), expected, "{known} known");
        }
    }

    #[test]
    fn what_earlier_attempts_came_to_counts() {
        let mut slots = SlotOutcomes::new(1_000);
        ends(&mut slots, yes(0..990));
        assert_eq!(end_of(&slots, unknown(990..1_000), Evidence::default()), Outcome::TargetGone);
        // Suspected before, right for most now: the rest is gone.
        let mut slots = SlotOutcomes::new(100);
        let (judged, _) = judge(&slots, unknown(0..100), Evidence::default());
        ends(&mut slots, judged);
        for slot in 0..100 {
            slots.reopen_failed(slot);
        }
        let replayed = [yes(0..95), unknown(95..100)].concat();
        assert_eq!(end_of(&slots, replayed, Evidence::default()), Outcome::TargetGone);
        // Still unknown for all: still suspected.
        assert_eq!(end_of(&slots, unknown(0..100), Evidence::default()), Outcome::Failed);
    }

    #[test]
    fn a_few_devices_are_gone_unless_the_rest_of_the_revocation_is_unknown_too() {
        let slots = SlotOutcomes::new(3);
        assert!(needs_more(&slots, &unknown(0..3)));
        let all_unknown = Evidence { known: 0, unknown: 17 };
        let most_known = Evidence { known: 17, unknown: 0 };
        for (elsewhere, expected) in [
            (Evidence::default(), Outcome::TargetGone),
            (Evidence { known: 0, unknown: 16 }, Outcome::TargetGone),
            (all_unknown, Outcome::Failed),
            (most_known, Outcome::TargetGone),
            (Evidence::doubt(), Outcome::Failed),
        ] {
            assert_eq!(end_of(&slots, unknown(0..3), elsewhere), expected, "{elsewhere:?}");
        }
    }

    #[test]
    fn nothing_is_ended_for_good_while_most_have_not_been_asked() {
        let slots = SlotOutcomes::new(1_000);
        let waiting: Vec<_> = (15..1_000).map(|slot| (slot, Answer::NotTried)).collect();
        let answers = [unknown(0..15), waiting].concat();
        assert!(!needs_more(&slots, &answers));
        assert_eq!(end_of(&slots, answers, Evidence::default()), Outcome::Failed);
    }

    #[test]
    fn nobody_is_asked_for_more_when_the_batch_says_enough() {
        let slots = SlotOutcomes::new(1_000);
        for answers in [unknown(0..20), [yes(0..1), unknown(1..3)].concat(), yes(0..3), Vec::new()] {
            assert!(!needs_more(&slots, &answers), "{answers:?}");
        }
    }

    #[test]
    fn a_suspected_reason_fits_with_the_longest_code() {
        let mut slots = SlotOutcomes::new(20);
        let code = "x".repeat(64);
        let answers = (0..20).map(|slot| (slot, Answer::Unknown { reason: code.clone() })).collect();
        let (judged, _) = judge(&slots, answers, Evidence::default());
        ends(&mut slots, judged);
        let (_, reason) = slots.get(0).unwrap();
        assert!(reason.starts_with(PREFIX) && reason.len() == 64);
        assert_eq!(Evidence::of(&slots, &[]).unknown, 20);
    }
}
