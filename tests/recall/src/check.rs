//! Are all deliveries accounted for, and do the devices show what the outcomes claim?

use std::collections::BTreeMap;

use revocation_rules::channel::Channel;
use serde_json::Value;
use stand::{Alike, Stand, StandError, Tenant};

use crate::deliveries::{NOTICE, TITLE};
use crate::report::ChannelOutcome;

/// What was expected of a channel.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    pub channel: Channel,
    pub overwritten: u64,
    pub gone: u64,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Checked {
    pub outcomes: BTreeMap<String, ChannelOutcome>,
    /// Everything that is not as it must be, one line each.
    pub wrong: Vec<String>,
    /// Devices that were pushed to more than once.
    pub pushed_again: u64,
}

/// Holds a settled revocation against every device of the simulated vendors.
pub async fn check(stand: &Stand, tenant: &Tenant, settled: &Value, expected: &[Expected]) -> Result<Checked, StandError> {
    let mut checked = Checked {
        outcomes: outcomes(settled),
        ..Checked::default()
    };
    let stats = stand.devices.stats().await?;
    for one in expected {
        let vendor = one.channel.as_str();
        let found = checked.outcomes.get(vendor).cloned().unwrap_or_default();
        checked.wrong.extend(wrong_outcomes(one, &found));
        let alike = stand.devices.tally(vendor, &tenant.app_at(vendor)).await?;
        checked.wrong.extend(wrong_devices(one, &alike));
        checked.pushed_again += alike
            .iter()
            .filter(|alike| alike.pushes > 1)
            .map(|alike| alike.devices)
            .sum::<u64>();
        if stats[vendor]["violation_count"] != 0 {
            checked.wrong.push(format!(
                "{vendor} saw requests against its documentation: {}",
                stats[vendor]["violations"]
            ));
        }
    }
    Ok(checked)
}

fn outcomes(settled: &Value) -> BTreeMap<String, ChannelOutcome> {
    let channels = settled["progress"]["channels"].as_object().into_iter().flatten();
    channels
        .map(|(channel, progress)| {
            let outcomes = progress["outcomes"].as_object().into_iter().flatten();
            let counted = outcomes.filter_map(|(outcome, count)| Some((outcome.clone(), count.as_u64().filter(|count| *count > 0)?)));
            (channel.clone(), ChannelOutcome(counted.collect()))
        })
        .collect()
}

fn wrong_outcomes(expected: &Expected, found: &ChannelOutcome) -> Option<String> {
    let ends = [("overwritten", expected.overwritten), ("target_gone", expected.gone)];
    let wanted: BTreeMap<String, u64> = ends
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(outcome, count)| (outcome.to_owned(), count))
        .collect();
    (found.0 != wanted).then(|| format!("{} ended {:?}, not {wanted:?}", expected.channel, found.0))
}

/// Those that are there show the notice and nothing else; those that are gone were never reached.
fn wrong_devices(expected: &Expected, alike: &[Alike]) -> Vec<String> {
    let shows = |wanted: &str| {
        let just = alike.iter().filter(|alike| alike.shows == [wanted]);
        just.map(|alike| alike.devices).sum::<u64>()
    };
    let wanted = [(NOTICE, expected.overwritten), (TITLE, expected.gone)];
    wanted
        .into_iter()
        .filter(|(title, count)| shows(title) != *count)
        .map(|(title, count)| {
            format!(
                "{} devices of {} show just \"{title}\", not {count}",
                shows(title),
                expected.channel
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const EXPECTED: Expected = Expected {
        channel: Channel::Huawei,
        overwritten: 990,
        gone: 10,
    };

    fn alike(shows: &str, devices: u64) -> Alike {
        Alike {
            state: "active".to_owned(),
            pushes: 1,
            removed: 0,
            shows: vec![shows.to_owned()],
            devices,
        }
    }

    #[test]
    fn what_is_as_it_must_be_is_not_mentioned() {
        let settled = json!({"progress": {"channels": {"huawei": {"outcomes": {"overwritten": 990, "target_gone": 10, "failed": 0}}}}});
        let outcomes = outcomes(&settled);
        assert_eq!(wrong_outcomes(&EXPECTED, &outcomes["huawei"]), None);
        assert!(wrong_devices(&EXPECTED, &[alike(NOTICE, 900), alike(NOTICE, 90), alike(TITLE, 10)]).is_empty());
    }

    #[test]
    fn a_single_delivery_too_few_is_mentioned() {
        let found = ChannelOutcome(BTreeMap::from([("overwritten".to_owned(), 989), ("target_gone".to_owned(), 10)]));
        assert!(wrong_outcomes(&EXPECTED, &found).is_some());
        let mut failed = found;
        failed.0.insert("failed".to_owned(), 1);
        assert!(wrong_outcomes(&EXPECTED, &failed).is_some());
        assert_eq!(wrong_devices(&EXPECTED, &[alike(NOTICE, 989), alike(TITLE, 11)]).len(), 2);
    }
}
