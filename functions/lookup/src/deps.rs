//! What the function works with, made once per execution environment.

use revocation_app::ports::Ports;
use revocation_http::auth::KeyCache;

pub struct Deps<P: Ports> {
    pub store: P::Store,
    pub keys: P::Keys,
    pub key_cache: KeyCache,
    pub clock: P::Clock,
}
