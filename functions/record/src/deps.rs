//! What the function works with, made once per execution environment.

use revocation_app::ports::Ports;
use revocation_http::auth::KeyCache;
use revocation_rules::channel::Channels;

pub struct Deps<P: Ports> {
    pub store: P::Store,
    pub queue: P::Queue,
    /// The channels with a dispatcher, and how each takes back.
    pub channels: Channels,
    pub keys: P::Keys,
    pub key_cache: KeyCache,
    pub clock: P::Clock,
}
