//! What the function works with, made once per execution environment.

use revocation_app::ports::Ports;
use revocation_http::auth::KeyCache;
use revocation_rules::channel::Channels;

pub struct Deps<P: Ports> {
    pub store: P::Store,
    /// For fan-outs only.
    pub queue: P::Queue,
    pub keys: P::Keys,
    pub key_cache: KeyCache,
    pub channels: Channels,
    pub clock: P::Clock,
    pub dice: P::Dice,
}
