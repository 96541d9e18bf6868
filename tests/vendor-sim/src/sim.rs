//! The running simulator.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

use crate::tls::Identity;
use crate::vendor::Vendor;
use crate::vendors::apns::Apns;
use crate::vendors::huawei::Huawei;
use crate::vendors::oppo::Oppo;
use crate::vendors::vivo::Vivo;
use crate::vendors::xiaomi::Xiaomi;
use crate::{control, serve};

const VENDORS: usize = 5;

/// Ports of the loopback address; 0 lets the system choose.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub huawei_port: u16,
    pub apns_port: u16,
    pub xiaomi_port: u16,
    pub oppo_port: u16,
    pub vivo_port: u16,
    pub control_port: u16,
    /// Streams an APNs connection may have open once it has proven itself.
    pub apns_streams: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            huawei_port: 0,
            apns_port: 0,
            xiaomi_port: 0,
            oppo_port: 0,
            vivo_port: 0,
            control_port: 0,
            apns_streams: 1000,
        }
    }
}

/// All vendors and the control API, until dropped. It runs on threads of its own.
pub struct Sim {
    pub huawei: String,
    pub apns: String,
    pub xiaomi: String,
    pub oppo: String,
    pub vivo: String,
    pub control: String,
    /// What callers must trust.
    pub ca_pem: String,
    runtime: Option<Runtime>,
}

impl Sim {
    /// Opens all ports and starts to serve; on return every port accepts connections.
    ///
    /// # Errors
    ///
    /// When a port is taken or the system gives no threads.
    pub fn start(options: Options) -> io::Result<Self> {
        let identity = Identity::generate().map_err(io::Error::other)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("vendor-sim")
            .enable_all()
            .build()?;
        let all: [(Arc<dyn Vendor>, u16); VENDORS] = [
            (Arc::new(Huawei::default()), options.huawei_port),
            (Arc::new(Apns::new(options.apns_streams)), options.apns_port),
            (Arc::new(Xiaomi::default()), options.xiaomi_port),
            (Arc::new(Oppo::default()), options.oppo_port),
            (Arc::new(Vivo::default()), options.vivo_port),
        ];

        let mut urls: [String; VENDORS] = Default::default();
        let mut vendors = Vec::new();
        for ((vendor, port), url) in all.into_iter().zip(&mut urls) {
            let tls = identity.server(vendor.transport().protocols).map_err(io::Error::other)?;
            let (listener, port) = open(&runtime, port)?;
            runtime.spawn(serve::listen(listener, TlsAcceptor::from(tls), Arc::clone(&vendor)));
            *url = format!("https://127.0.0.1:{port}");
            vendors.push(vendor);
        }
        let (listener, port) = open(&runtime, options.control_port)?;
        runtime.spawn(control::listen(listener, vendors.into()));

        let [huawei, apns, xiaomi, oppo, vivo] = urls;
        Ok(Self {
            huawei,
            apns,
            xiaomi,
            oppo,
            vivo,
            control: format!("http://127.0.0.1:{port}"),
            ca_pem: identity.ca_pem,
            runtime: Some(runtime),
        })
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        // Not a plain drop: that would panic inside a caller's own runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn open(runtime: &Runtime, port: u16) -> io::Result<(tokio::net::TcpListener, u16)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    let _inside = runtime.enter();
    Ok((tokio::net::TcpListener::from_std(listener)?, port))
}
