//! What the function works with, made once per execution environment.

use revocation_app::ports::Ports;
use revocation_http::auth::{KeyCache, SenderCallbacks};

pub struct Deps<P: Ports> {
    pub store: P::Store,
    pub queue: P::Queue,
    pub keys: P::Keys,
    pub key_cache: KeyCache,
    pub sender_callbacks: SenderCallbacks,
    pub clock: P::Clock,
}
