//! What an outcome says of the message: is it taken back, does nobody see it
//! any more, or may it still be shown? And what can be done about it.
//!
//! A vendor that took the order and a device that said so both count as taken
//! back; how many devices said so is counted beside it and never merged (L9).

use crate::outcome::{Counts, Outcome};

/// Where the message stands after a delivery has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Its vendor took the order to overwrite or remove it, or its device said that it is gone.
    TakenBack,
    /// Nothing was taken back, and nothing is shown: it was opened, cleared, or never sent.
    NotShown,
    /// Nobody has said that it is gone.
    MayBeShown,
}

/// Why a message was not taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    Opened,
    Cleared,
    NeverSent,
    /// Nearly everything asked of an account was refused as unknown: perhaps our own setting is wrong.
    SuspectedSetting,
    Failed,
    /// The vendor does not know the device any more. Nobody can reach it to take anything back.
    DeviceGone,
    WithoutId,
    ChannelUnable,
    TooLate,
    Refused,
}

/// What a person can do about deliveries whose message may still be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    Nothing,
    /// Try them again, while the window is open.
    Replay,
    /// Find what is wrong with our own setting, then try them again.
    CheckSetting,
}

impl Why {
    /// In the order in which people want to know: what can still be mended comes first.
    pub const ALL: [Self; 10] = [
        Self::SuspectedSetting,
        Self::Failed,
        Self::DeviceGone,
        Self::Refused,
        Self::TooLate,
        Self::WithoutId,
        Self::ChannelUnable,
        Self::Opened,
        Self::Cleared,
        Self::NeverSent,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Cleared => "cleared",
            Self::NeverSent => "never_sent",
            Self::SuspectedSetting => "suspected_setting",
            Self::Failed => "failed",
            Self::DeviceGone => "device_gone",
            Self::WithoutId => "without_id",
            Self::ChannelUnable => "channel_unable",
            Self::TooLate => "too_late",
            Self::Refused => "refused",
        }
    }

    pub const fn standing(self) -> Standing {
        match self {
            Self::Opened | Self::Cleared | Self::NeverSent => Standing::NotShown,
            Self::SuspectedSetting
            | Self::Failed
            | Self::DeviceGone
            | Self::WithoutId
            | Self::ChannelUnable
            | Self::TooLate
            | Self::Refused => Standing::MayBeShown,
        }
    }

    pub const fn remedy(self) -> Remedy {
        match self {
            Self::SuspectedSetting => Remedy::CheckSetting,
            Self::Failed => Remedy::Replay,
            Self::Opened
            | Self::Cleared
            | Self::NeverSent
            | Self::DeviceGone
            | Self::WithoutId
            | Self::ChannelUnable
            | Self::TooLate
            | Self::Refused => Remedy::Nothing,
        }
    }
}

impl Remedy {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Replay => "replay",
            Self::CheckSetting => "check_setting",
        }
    }
}

impl Outcome {
    /// Why the message was not taken back; none when it was.
    pub const fn why(self) -> Option<Why> {
        match self {
            Self::Overwritten | Self::Recalled | Self::Confirmed => None,
            Self::SkippedOpened => Some(Why::Opened),
            Self::SkippedCleared => Some(Why::Cleared),
            Self::Stopped => Some(Why::NeverSent),
            Self::TargetGone => Some(Why::DeviceGone),
            Self::NotRevocable => Some(Why::WithoutId),
            Self::Unsupported => Some(Why::ChannelUnable),
            Self::TooLate => Some(Why::TooLate),
            Self::Refused => Some(Why::Refused),
            Self::Failed => Some(Why::Failed),
        }
    }

    pub const fn standing(self) -> Standing {
        match self.why() {
            None => Standing::TakenBack,
            Some(why) => why.standing(),
        }
    }
}

/// What became of a revocation's deliveries, in the order in which people ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standings {
    pub taken_back: u64,
    pub not_shown: u64,
    pub may_be_shown: u64,
    /// All that were not taken back, by reason; those without any are left out.
    pub groups: Vec<(Why, u64)>,
}

/// Adds up outcomes. `suspected` of those that failed may have done so because of our own setting.
pub fn standings(counts: &Counts, suspected: u64) -> Standings {
    let with = |standing| {
        let of = counts.iter().filter(|(outcome, _)| outcome.standing() == standing);
        of.map(|(_, count)| count).sum()
    };
    let suspected = suspected.min(counts.get(Outcome::Failed));
    let of = |why: Why| {
        let ended: u64 = counts
            .iter()
            .filter(|(outcome, _)| outcome.why() == Some(why))
            .map(|(_, count)| count)
            .sum();
        match why {
            Why::SuspectedSetting => suspected,
            Why::Failed => ended - suspected,
            Why::Opened
            | Why::Cleared
            | Why::NeverSent
            | Why::DeviceGone
            | Why::WithoutId
            | Why::ChannelUnable
            | Why::TooLate
            | Why::Refused => ended,
        }
    };
    Standings {
        taken_back: with(Standing::TakenBack),
        not_shown: with(Standing::NotShown),
        may_be_shown: with(Standing::MayBeShown),
        groups: Why::ALL
            .into_iter()
            .map(|why| (why, of(why)))
            .filter(|(_, count)| *count > 0)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_device_that_is_gone_may_still_show_the_message() {
        let mut counts = Counts::default();
        counts.add(Outcome::TargetGone, 4_950);
        let found = standings(&counts, 0);
        assert_eq!((found.taken_back, found.not_shown, found.may_be_shown), (0, 0, 4_950));
        assert_eq!(found.groups, [(Why::DeviceGone, 4_950)]);
    }

    #[test]
    fn only_what_a_vendor_took_or_a_device_said_is_taken_back() {
        let of = |standing| -> Vec<Outcome> { Outcome::ALL.into_iter().filter(|one| one.standing() == standing).collect() };
        assert_eq!(
            of(Standing::TakenBack),
            [Outcome::Overwritten, Outcome::Recalled, Outcome::Confirmed]
        );
        assert_eq!(
            of(Standing::NotShown),
            [Outcome::SkippedOpened, Outcome::SkippedCleared, Outcome::Stopped]
        );
        assert_eq!(of(Standing::MayBeShown).len(), 6);
    }

    #[test]
    fn what_a_replay_opens_is_said_to_be_replayable_and_nothing_else_is() {
        for outcome in Outcome::ALL {
            let remedy = outcome.why().map_or(Remedy::Nothing, Why::remedy);
            assert_eq!(remedy == Remedy::Replay, outcome.may_become(Outcome::Overwritten), "{outcome}");
        }
        assert_eq!(Why::SuspectedSetting.remedy(), Remedy::CheckSetting);
    }

    #[test]
    fn every_reason_is_listed_once() {
        let mut all = Why::ALL.to_vec();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), Why::ALL.len());
        for why in Outcome::ALL.into_iter().filter_map(Outcome::why) {
            assert!(Why::ALL.contains(&why), "{why:?}");
        }
    }

    proptest! {
        #[test]
        fn the_parts_add_up_to_what_has_ended(each in prop::collection::vec(0_u64..1_000, 12), suspected in 0_u64..2_000) {
            let mut counts = Counts::default();
            for (outcome, count) in Outcome::ALL.into_iter().zip(each) {
                counts.add(outcome, count);
            }
            let found = standings(&counts, suspected);
            prop_assert_eq!(found.taken_back + found.not_shown + found.may_be_shown, counts.total());
            let grouped: u64 = found.groups.iter().map(|(_, count)| count).sum();
            prop_assert_eq!(grouped, found.not_shown + found.may_be_shown);
        }
    }
}
