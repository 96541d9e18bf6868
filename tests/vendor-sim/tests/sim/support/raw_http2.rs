//! One HTTP/2 connection whose frames and settings a test can see.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use h2::client::{ResponseFuture, SendRequest};
use http::Request;
use hyper::body::Bytes;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use vendor_sim::Sim;

use super::apns::{BUNDLE, alert};

/// A status, or the reason of the stream's end.
pub type Answered = Result<u16, Option<h2::Reason>>;

pub struct RawHttp2 {
    sender: SendRequest<Bytes>,
    max_streams: Arc<AtomicUsize>,
    connection: JoinHandle<()>,
}

impl RawHttp2 {
    pub async fn connect(sim: &Sim, url: &str) -> Self {
        Self::connect_offering(sim, url, &[b"h2"]).await.unwrap()
    }

    pub async fn connect_offering(sim: &Sim, url: &str, protocols: &[&[u8]]) -> Result<Self, h2::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(sim.ca_pem.as_bytes()).unwrap()).unwrap();
        let mut tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        let socket = TcpStream::connect(url.trim_start_matches("https://")).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(tls)).connect(name, socket).await.unwrap();
        let (sender, mut connection) = h2::client::Builder::new().initial_max_send_streams(100).handshake(stream).await?;
        let max_streams = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&max_streams);
        let connection = tokio::spawn(async move {
            let ended = std::future::poll_fn(|cx| {
                let polled = std::pin::Pin::new(&mut connection).poll(cx);
                seen.store(connection.max_concurrent_send_streams(), SeqCst);
                polled
            });
            // With or without a farewell: only that it ended matters.
            let _ = ended.await;
        });
        Ok(Self {
            sender,
            max_streams,
            connection,
        })
    }

    pub fn max_streams(&self) -> usize {
        self.max_streams.load(SeqCst)
    }

    /// Waits until the server announced this many streams.
    pub async fn until_settings(&self, streams: usize) {
        for _ in 0..100 {
            if self.max_streams() == streams {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} streams, not {streams}", self.max_streams());
    }

    pub async fn push(&mut self, token: &str, provider_token: Option<&str>) -> Answered {
        self.sender = self.sender.clone().ready().await.unwrap();
        self.send(token, provider_token).await
    }

    /// Sends at once, whatever the server allows.
    pub fn send(&mut self, token: &str, provider_token: Option<&str>) -> impl Future<Output = Answered> + use<> {
        let mut request = Request::post(format!("https://localhost/3/device/{token}"))
            .header("apns-topic", BUNDLE)
            .header("apns-push-type", "alert");
        if let Some(provider_token) = provider_token {
            request = request.header("authorization", format!("bearer {provider_token}"));
        }
        let mut sender = self.sender.clone();
        let (answer, mut body): (ResponseFuture, _) = sender.send_request(request.body(()).unwrap(), false).unwrap();
        body.send_data(Bytes::from(alert().to_string()), true).unwrap();
        async move {
            match answer.await {
                Ok(answer) => Ok(answer.status().as_u16()),
                Err(error) => Err(error.reason()),
            }
        }
    }

    /// Waits, with the connection still wanted on this side, until the server ends it.
    pub async fn until_ended(self) {
        let ended = tokio::time::timeout(Duration::from_secs(5), self.connection);
        ended.await.unwrap().unwrap();
        drop(self.sender);
    }
}
