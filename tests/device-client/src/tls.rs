//! TLS by one provider, and with the public roots.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::Connector;

/// One configuration for all devices of a process; none for `ws://`.
pub(crate) fn connector(url: &str) -> Option<Connector> {
    static CONFIG: OnceLock<Option<Arc<ClientConfig>>> = OnceLock::new();
    if !url.starts_with("wss:") {
        return Some(Connector::Plain);
    }
    let config = CONFIG.get_or_init(|| {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        Some(Arc::new(config.ok()?.with_root_certificates(roots).with_no_client_auth()))
    });
    config.clone().map(Connector::Rustls)
}
