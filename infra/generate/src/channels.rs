//! The channels as the sources of the template see them.

use minijinja::{Value, context};
use revocation_channels::settings;
use revocation_rules::channel::{Channel, Peer};

/// Those that can take something back.
pub(crate) fn dispatched() -> Vec<Value> {
    Channel::dispatched()
        .map(|channel| {
            let facts = channel.facts();
            let strategies = facts.strategies.iter().map(|strategy| strategy.as_str());
            let settings = settings(channel).iter();
            let settings =
                settings.map(|setting| context! { name => setting.name, default => setting.default, description => setting.description });
            context! {
                // `self_built`
                name => facts.name,
                // the function that works on it: `dispatch-self-built`
                dispatcher => format!("dispatch-{}", facts.name.replace('_', "-")),
                // as a person says it, within a sentence
                display => facts.display_name,
                // the default first
                strategies => strategies.collect::<Vec<_>>(),
                settings => settings.collect::<Vec<_>>(),
                // is there somebody to sign in to?
                has_vendor => facts.peer == Peer::Vendor,
            }
        })
        .collect()
}
