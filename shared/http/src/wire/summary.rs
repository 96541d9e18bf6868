//! What a revocation came to, in the words and the order of whoever asks: how
//! much is taken back, how much may still be shown and why, and what can be done.

use std::borrow::Cow;

use jiff::Timestamp;
use revocation_rules::outcome::Counts;
use revocation_rules::standing::{Remedy, Standing, Why, standings};
use serde::{Deserialize, Serialize};

#[cfg(feature = "description")]
use crate::description::words;

/// What it came to, in the order in which people ask. `taken_back`, `not_shown`, `may_be_shown` and `outstanding` add up
/// to `deliveries`.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Summary"))]
pub struct Summary {
    /// In scope, found so far. `null` while it is not known how many the named targets have.
    pub deliveries: Option<u64>,
    /// The vendor took the order to overwrite or remove the message, or the device said that it is gone: `overwritten`,
    /// `recalled`, `confirmed`. How many devices said so is `confirmed_by_device` in `progress`.
    pub taken_back: u64,
    /// Nothing was taken back, and nothing is shown: `skipped_opened`, `skipped_cleared`, `stopped`. Who opened it has read it.
    pub not_shown: u64,
    /// Ended, and nobody has said that the message is gone: every other outcome. `target_gone` too: a device that its vendor no
    /// longer knows cannot be reached to take anything back.
    pub may_be_shown: u64,
    /// Not ended yet: wait. `null` as for `deliveries`.
    pub outstanding: Option<u64>,
    /// Why messages were not taken back, and what can be done; what can be mended comes first. They add up to `not_shown` and
    /// `may_be_shown`.
    pub groups: Vec<Group>,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "SummaryGroup"))]
pub struct Group {
    /// `suspected_setting`: those of `failed` that may have failed because of our own setting. `device_gone`: `target_gone`.
    /// `without_id`: `not_revocable`. `channel_unable`: `unsupported`. `opened`, `cleared`: `skipped_opened`,
    /// `skipped_cleared`. `never_sent`: `stopped`. The others are named as their outcomes.
    #[cfg_attr(feature = "description", schemars(extend("enum" = words(Why::ALL.map(Why::as_str)))))]
    pub why: Cow<'static, str>,
    #[cfg_attr(feature = "description", schemars(extend("enum" = ["not_shown", "may_be_shown"])))]
    pub standing: Cow<'static, str>,
    #[cfg_attr(feature = "description", schemars(range(min = 1)))]
    pub deliveries: u64,
    /// `replay`: try it again. `check_setting`: find what is wrong with the channel's setting, then try it again. `nothing`:
    /// nothing can be done.
    #[cfg_attr(feature = "description", schemars(extend("enum" = ["replay", "check_setting", "nothing"])))]
    pub remedy: Cow<'static, str>,
    /// With `replay` and `check_setting`: from then on a replay is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Summary {
    /// `suspected` of the deliveries that failed may have done so because of our own setting.
    pub fn new(deliveries: Option<u64>, outcomes: &Counts, suspected: u64, closes_at: Timestamp) -> Self {
        let found = standings(outcomes, suspected);
        Self {
            deliveries,
            taken_back: found.taken_back,
            not_shown: found.not_shown,
            may_be_shown: found.may_be_shown,
            outstanding: deliveries.map(|deliveries| deliveries.saturating_sub(outcomes.total())),
            groups: found
                .groups
                .into_iter()
                .map(|(why, deliveries)| group(why, deliveries, closes_at))
                .collect(),
        }
    }
}

fn group(why: Why, deliveries: u64, closes_at: Timestamp) -> Group {
    Group {
        why: why.as_str().into(),
        standing: Cow::Borrowed(match why.standing() {
            Standing::TakenBack => "taken_back",
            Standing::NotShown => "not_shown",
            Standing::MayBeShown => "may_be_shown",
        }),
        deliveries,
        remedy: why.remedy().as_str().into(),
        until: match why.remedy() {
            Remedy::Nothing => None,
            Remedy::Replay | Remedy::CheckSetting => Some(closes_at),
        },
    }
}

#[cfg(test)]
mod tests {
    use revocation_rules::outcome::Outcome;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_revocation_that_reached_nobody_says_so_first() {
        let mut outcomes = Counts::default();
        outcomes.add(Outcome::TargetGone, 4_950);
        let said = serde_json::to_value(Summary::new(Some(4_950), &outcomes, 0, Timestamp::UNIX_EPOCH)).unwrap();
        assert_eq!(
            said,
            json!({
                "deliveries": 4_950, "taken_back": 0, "not_shown": 0, "may_be_shown": 4_950, "outstanding": 0,
                "groups": [{ "why": "device_gone", "standing": "may_be_shown", "deliveries": 4_950, "remedy": "nothing" }],
            })
        );
    }

    #[test]
    fn what_may_be_our_own_setting_is_told_apart_from_what_failed() {
        let mut outcomes = Counts::default();
        outcomes.add(Outcome::Failed, 12);
        outcomes.add(Outcome::Confirmed, 3);
        let said = serde_json::to_value(Summary::new(None, &outcomes, 10, Timestamp::UNIX_EPOCH)).unwrap();
        let until = "1970-01-01T00:00:00Z";
        assert_eq!(
            said["groups"],
            json!([
                { "why": "suspected_setting", "standing": "may_be_shown", "deliveries": 10, "remedy": "check_setting", "until": until },
                { "why": "failed", "standing": "may_be_shown", "deliveries": 2, "remedy": "replay", "until": until },
            ])
        );
        assert_eq!(
            (&said["deliveries"], &said["outstanding"], &said["taken_back"]),
            (&json!(null), &json!(null), &json!(3))
        );
    }
}
