//! Where the vendor is, and how fast it may be asked.

use revocation_lambda::config::Settings;
use revocation_rules::channel::Channel;

/// A dispatcher is told of its own vendor, and of no other.
pub fn vendor(channel: Option<Channel>, settings: &mut Settings<'_>) -> revocation_channels::Settings {
    let known = channel.map_or(&[][..], revocation_channels::settings);
    let set = known.iter().filter_map(|known| Some((known.name, settings.optional(known.name)?)));
    revocation_channels::Settings {
        set: set.collect(),
        // Of the whole channel, and between how many workers.
        rate_per_second: settings.parsed("RATE_PER_SECOND", "a number").unwrap_or_default(),
        workers: settings.parsed("WORKERS", "a number").unwrap_or(1),
        extra_ca_pem: settings.optional("EXTRA_CA_PEM"),
    }
}
