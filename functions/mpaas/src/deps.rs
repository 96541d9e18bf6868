//! What the function works with, made once per execution environment.

use revocation_app::ports::Ports;
use revocation_rules::channel::Channels;

use crate::authenticate::Door;

pub struct Deps<P: Ports> {
    pub store: P::Store,
    /// For fan-outs only.
    pub queue: P::Queue,
    pub door: Door<P::Keys, P::Seal, P::Nonces>,
    pub channels: Channels,
    pub clock: P::Clock,
    pub dice: P::Dice,
}
