//! What the page knows of the rules: a module that is made of them.

use std::collections::BTreeMap;

use revocation_rules::channel::{Channel, Facts};
use revocation_rules::outcome::Outcome;
use revocation_rules::standing::Standing;
use serde::Serialize;

/// The module `closed-sets.js`.
pub fn module() -> String {
    let labels = |of: fn(&Facts) -> &'static str| -> BTreeMap<_, _> {
        Channel::ALL.into_iter().map(|channel| (channel, of(channel.facts()))).collect()
    };
    let outcomes = |standing| {
        let outcomes = Outcome::ALL.into_iter().filter(|outcome| outcome.standing() == standing);
        json(&outcomes.collect::<Vec<_>>())
    };
    format!(
        "// Made of the rules of the service, in the order people look for them.\n\n\
         export const CHANNELS = {};\n\
         export const CHANNEL_LABELS = {};\n\
         export const OUTCOMES = {};\n\
         /** What each says of the message. */\n\
         export const TAKEN_BACK = {};\n\
         export const NOT_SHOWN = {};\n\
         export const MAY_BE_SHOWN = {};\n",
        json(&Channel::ALL),
        json(&BTreeMap::from([
            ("en", labels(|facts| facts.label)),
            ("zh", labels(|facts| facts.label_zh))
        ])),
        json(&Outcome::ALL),
        outcomes(Standing::TakenBack),
        outcomes(Standing::NotShown),
        outcomes(Standing::MayBeShown),
    )
}

fn json(value: &impl Serialize) -> String {
    // Cannot fail: these are texts, and lists and maps of texts.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_stands_where_the_rules_put_it() {
        let module = module();
        for line in [
            r#"export const TAKEN_BACK = ["overwritten","recalled","confirmed"];"#,
            r#"export const NOT_SHOWN = ["skipped_opened","skipped_cleared","stopped"];"#,
        ] {
            assert!(module.lines().any(|found| found == line), "{line} is not in {module}");
        }
    }
}
