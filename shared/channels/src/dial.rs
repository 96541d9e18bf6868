//! TCP and TLS to a vendor: the public roots, and those of a test stand.

use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::GaiResolver;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// The settings cannot be dialled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DialError {
    #[error("the extra certificates are not PEM")]
    ExtraCertificates,
    #[error("an address is not of the form https://host:port, or a host is none")]
    Address,
    #[error("the TLS library supports no protocol version of ours")]
    Tls,
}

/// An address as it stands before a path. Only `https` is spoken: every
/// request carries a credential.
pub(crate) fn origin(url: &str) -> Result<String, DialError> {
    let uri: Uri = url.parse().map_err(|_| DialError::Address)?;
    let is_origin = uri.scheme() == Some(&Scheme::HTTPS) && uri.path() == "/" && uri.query().is_none();
    is_origin.then(|| url.trim_end_matches('/').to_owned()).ok_or(DialError::Address)
}

/// Which HTTP is offered in the TLS handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offer {
    Http1,
    Http2,
}

/// A connector that speaks TLS and nothing else.
pub(crate) fn connector(
    extra_ca_pem: Option<&str>,
    offer: Offer,
    connect_timeout: Duration,
) -> Result<HttpsConnector<HttpConnector>, DialError> {
    connector_by(GaiResolver::new(), extra_ca_pem, offer, connect_timeout)
}

/// The same, dialling at the addresses that `resolver` says and at no others.
pub(crate) fn connector_by<R>(
    resolver: R,
    extra_ca_pem: Option<&str>,
    offer: Offer,
    connect_timeout: Duration,
) -> Result<HttpsConnector<HttpConnector<R>>, DialError> {
    let mut tcp = HttpConnector::new_with_resolver(resolver);
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(connect_timeout));
    let builder = HttpsConnectorBuilder::new().with_tls_config(tls(extra_ca_pem)?).https_only();
    Ok(match offer {
        Offer::Http1 => builder.enable_http1().wrap_connector(tcp),
        Offer::Http2 => builder.enable_http2().wrap_connector(tcp),
    })
}

fn tls(extra_ca_pem: Option<&str>) -> Result<ClientConfig, DialError> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if let Some(pem) = extra_ca_pem {
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|_| DialError::ExtraCertificates)?;
            roots.add(certificate).map_err(|_| DialError::ExtraCertificates)?;
        }
        if roots.len() == before {
            return Err(DialError::ExtraCertificates);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| DialError::Tls)?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_and_has_no_path() {
        assert_eq!(origin("https://127.0.0.1:8443/").as_deref(), Ok("https://127.0.0.1:8443"));
        for bad in [
            "",
            "push.example",
            "http://push.example",
            "https://push.example/v1",
            "https://push.example?x",
        ] {
            assert_eq!(origin(bad), Err(DialError::Address), "{bad}");
        }
    }

    #[test]
    fn extra_certificates_must_be_certificates() {
        assert!(tls(None).is_ok());
        assert_eq!(tls(Some("")).err(), Some(DialError::ExtraCertificates));
        assert_eq!(tls(Some("not pem")).err(), Some(DialError::ExtraCertificates));
    }
}
