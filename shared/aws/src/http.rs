//! HTTP/1.1 over TLS to AWS, for every client of a process: one pool of connections, which can be opened before they
//! are needed.
//!
//! The SDK's own client reads the system's certificates, which takes a millisecond of each start, and has no way to
//! open a connection early.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use http_body_util::BodyExt as _;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector as Tcp;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// The longest that opening a connection early may hold up a start.
const EARLY: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
pub struct Https {
    client: Client<HttpsConnector<Tcp>, SdkBody>,
}

impl Https {
    /// Trusts the certificates in `ca_file` and no others, or without one Mozilla's, which are compiled in. `None` when
    /// the TLS library supports no protocol version of ours.
    pub fn new(ca_file: Option<&Path>, connect: Duration) -> Option<Self> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .ok()?
            .with_root_certificates(roots(ca_file))
            .with_no_client_auth();
        let mut tcp = Tcp::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(connect));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        Some(Self { client })
    }

    /// Opens a connection to `origin`, by asking for its root, which needs no rights. What comes of it is of no
    /// interest: without it the first call opens one.
    pub async fn open(&self, origin: &str) {
        let open = async {
            let request = http::Request::get(origin).body(SdkBody::empty()).ok()?;
            // Read to its end, or the connection is of no more use.
            self.client.request(request).await.ok()?.into_body().collect().await.ok()
        };
        let _ = tokio::time::timeout(EARLY, open).await;
    }
}

fn roots(ca_file: Option<&Path>) -> RootCertStore {
    let given = ca_file.map(|file| {
        let mut roots = RootCertStore::empty();
        let certificates = CertificateDer::pem_file_iter(file).into_iter().flatten().flatten();
        let (read, _) = roots.add_parsable_certificates(certificates);
        if read == 0 {
            tracing::error!("the file of certificates that is set holds none: nobody is trusted");
        }
        roots
    });
    given.unwrap_or_else(|| RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    })
}

impl HttpClient for Https {
    // Timeouts are the operation's own, and the connector's.
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Https {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let answered = self.client.request(request);
        HttpConnectorFuture::new(async move {
            let answer = answered.await.map_err(failed)?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x)).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// What the SDK has to know to decide whether it asks again.
fn failed(error: legacy::Error) -> ConnectorError {
    if error.is_connect() {
        return ConnectorError::io(error.into());
    }
    let cause = || std::iter::successors(error.source(), |cause: &&(dyn Error + 'static)| (*cause).source());
    let Some(hyper) = cause().find_map(|cause| cause.downcast_ref::<hyper::Error>()) else {
        return ConnectorError::other(error.into(), None);
    };
    if hyper.is_timeout() {
        ConnectorError::timeout(error.into())
    } else if hyper.is_user() {
        ConnectorError::user(error.into())
    } else if hyper.is_closed() || hyper.is_canceled() || cause().any(<dyn Error>::is::<std::io::Error>) {
        ConnectorError::io(error.into())
    } else if hyper.is_incomplete_message() {
        // The connection went while the answer was awaited.
        ConnectorError::other(error.into(), Some(ErrorKind::TransientError))
    } else {
        ConnectorError::other(error.into(), None)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// Says `answer` to every request, and counts connections.
    async fn server(answer: &'static [u8]) -> (String, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut request = [0; 1024];
                    while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                        if stream.write_all(answer).await.is_err() || answer.is_empty() {
                            return;
                        }
                    }
                });
            }
        });
        (origin, connections)
    }

    fn https() -> Https {
        Https::new(None, Duration::from_secs(1)).unwrap()
    }

    async fn ask(https: &Https, origin: &str) -> Result<HttpResponse, ConnectorError> {
        let request = http::Request::get(origin).body(SdkBody::empty()).unwrap();
        https.call(request.try_into().unwrap()).await
    }

    #[tokio::test]
    async fn a_connection_that_was_opened_early_carries_the_first_call() {
        let (origin, connections) = server(b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno").await;
        let https = https();
        https.open(&origin).await;
        assert_eq!(connections.load(Ordering::SeqCst), 1);
        assert_eq!(ask(&https, &origin).await.unwrap().status().as_u16(), 404);
        assert_eq!(connections.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn what_cannot_be_reached_is_asked_again_and_holds_up_no_start() {
        let https = https();
        https.open("http://127.0.0.1:1").await;
        assert!(ask(&https, "http://127.0.0.1:1").await.unwrap_err().is_io());
        let (origin, _) = server(b"").await;
        let broken = ask(&https, &origin).await.unwrap_err();
        assert!(broken.is_io() || broken.as_other() == Some(ErrorKind::TransientError), "{broken:?}");
    }

    #[test]
    fn a_file_of_certificates_takes_the_place_of_those_that_are_built_in() {
        assert!(roots(None).len() > 100);
        assert!(roots(Some(Path::new("/nowhere/ca.pem"))).is_empty());
    }
}
