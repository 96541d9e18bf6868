//! The channels as the sources of the template see them.

use minijinja::{Value, context};
use revocation_channels::{default_rate_per_second, settings, shares_sessions};
use revocation_rules::channel::{Channel, Peer};

/// Those that can take something back.
pub(crate) fn dispatched() -> Vec<Value> {
    Channel::dispatched().map(source).collect()
}

fn source(channel: Channel) -> Value {
    let facts = channel.facts();
    let strategies = facts.strategies.iter();
    let settings = settings(channel).iter();
    context! {
        name => facts.name,
        // the function that works on it: `dispatch-self-built`
        dispatcher => format!("dispatch-{}", facts.name.replace('_', "-")),
        display => facts.display_name,
        // the default first
        strategies => strategies.map(|strategy| strategy.as_str()).collect::<Vec<_>>(),
        settings => settings
            .map(|setting| context! { name => setting.name, default => setting.default, description => setting.description })
            .collect::<Vec<_>>(),
        // deliveries a second, 0 for no limit of ours
        rate => default_rate_per_second(channel),
        // else devices
        has_vendor => facts.peer == Peer::Vendor,
        shares_sessions => shares_sessions(channel),
    }
}
