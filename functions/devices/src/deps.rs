//! What the function works with, made once per execution environment.

use revocation_app::ports::Ports;
use revocation_http::auth::KeyCache;

pub struct Deps<P: Ports> {
    pub devices: P::Devices,
    pub links: P::Links,
    pub keys: P::Keys,
    pub key_cache: KeyCache,
    pub clock: P::Clock,
    pub secrets: P::Secrets,
    /// Where devices connect.
    pub socket_url: String,
}
