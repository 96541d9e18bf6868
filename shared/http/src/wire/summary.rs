//! What a revocation came to, in the words and the order of whoever asks: how
//! much is taken back, how much may still be shown and why, and what can be done.

use jiff::Timestamp;
use revocation_rules::outcome::Counts;
use revocation_rules::standing::{Remedy, Standing, Why, standings};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub struct Summary {
    /// Deliveries in scope found so far. `null` while a list of targets is still being looked for.
    deliveries: Option<u64>,
    taken_back: u64,
    not_shown: u64,
    may_be_shown: u64,
    outstanding: Option<u64>,
    /// Why something was not taken back; what can be mended comes first.
    groups: Vec<Group>,
}

#[derive(Debug, Serialize)]
struct Group {
    why: &'static str,
    standing: &'static str,
    deliveries: u64,
    remedy: &'static str,
    /// The remedy needs a replay, and the API refuses one from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
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
        why: why.as_str(),
        standing: match why.standing() {
            Standing::TakenBack => "taken_back",
            Standing::NotShown => "not_shown",
            Standing::MayBeShown => "may_be_shown",
        },
        deliveries,
        remedy: why.remedy().as_str(),
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
