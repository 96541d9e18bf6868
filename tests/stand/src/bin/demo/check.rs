//! Do the outcomes add up, and do the devices show what they claim?

use std::collections::{BTreeMap, HashMap};

use device_client::Fleet;
use revocation_rules::channel::Peer;
use serde_json::Value;
use stand::{Stand, StandError, Tenant};

use crate::push::Part;
use crate::{expected, own, text};

/// Everything that is not as it must be, one line each.
pub async fn check(
    stand: &Stand,
    phones: &Fleet,
    tenant: &Tenant,
    revocation: &str,
    parts: &[Part],
    settled: &Value,
) -> Result<Vec<String>, StandError> {
    let mut wrong = counts(parts, settled);
    let outcomes = outcomes(tenant, revocation).await?;
    let all: usize = parts.iter().map(|part| part.tokens.len()).sum();
    if outcomes.len() != all {
        wrong.push(format!("{} deliveries have an outcome, {all} were recorded", outcomes.len()));
    }
    for part in parts {
        each_delivery(part, &outcomes, &mut wrong);
        if part.has_vendor() {
            each_device(stand, part, &mut wrong).await?;
        } else if part.channel.facts().peer == Peer::Device {
            wrong.extend(own::check(phones, part));
        }
    }
    let stats = stand.devices.stats().await?;
    for (vendor, stats) in stats.as_object().into_iter().flatten() {
        if stats["violation_count"].as_u64().unwrap_or_default() > 0 {
            wrong.push(format!("{vendor} saw requests against its documentation: {}", stats["violations"]));
        }
    }
    if wrong.is_empty() {
        println!("every outcome was checked against its device: {all} of {all} are as claimed");
    }
    Ok(wrong)
}

fn counts(parts: &[Part], settled: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for (channel, progress) in settled["progress"]["channels"].as_object().into_iter().flatten() {
        for (outcome, count) in progress["outcomes"].as_object().into_iter().flatten() {
            let expected = expected(parts, channel, outcome);
            if count.as_u64() != Some(expected as u64) {
                wrong.push(format!("{channel}: {count} are {outcome}, not {expected}"));
            }
        }
    }
    wrong
}

/// Outcome by target, from every page of the API.
async fn outcomes(tenant: &Tenant, revocation: &str) -> Result<HashMap<String, String>, StandError> {
    let mut outcomes = HashMap::new();
    let mut cursor = String::new();
    loop {
        let page = tenant.viewer.get(&format!("{revocation}/outcomes{cursor}")).await?.body;
        for one in page["outcomes"].as_array().into_iter().flatten() {
            outcomes.insert(text(&one["target"]).to_owned(), text(&one["outcome"]).to_owned());
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("?cursor={next}"),
            None => return Ok(outcomes),
        }
    }
}

fn each_delivery(part: &Part, outcomes: &HashMap<String, String>, wrong: &mut Vec<String>) {
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    for token in &part.tokens {
        let outcome = outcomes.get(token).map_or("nothing", String::as_str);
        if outcome != part.outcome() {
            *others.entry(outcome).or_default() += 1;
        }
    }
    for (outcome, count) in others {
        wrong.push(format!(
            "{count} deliveries of {}/{:?} ended {outcome}, not {}",
            part.channel,
            part.fate,
            part.outcome()
        ));
    }
}

async fn each_device(stand: &Stand, part: &Part, wrong: &mut Vec<String>) -> Result<(), StandError> {
    let bars = stand.devices.bars(part.channel.as_str(), &part.tokens).await?;
    let others = part
        .tokens
        .iter()
        .filter(|token| {
            bars.get(*token)
                .is_none_or(|bar| bar.titles.iter().map(String::as_str).ne(part.shows()))
        })
        .count();
    if others > 0 {
        let shows = part.shows().map_or("nothing".to_owned(), |title| format!("just \"{title}\""));
        wrong.push(format!("{others} devices of {}/{:?} do not show {shows}", part.channel, part.fate));
    }
    if part.receipt().is_some() && bars.values().any(|bar| bar.pushes > 0) {
        wrong.push(format!("devices of {}/{:?} were pushed to", part.channel, part.fate));
    }
    Ok(())
}
