//! The running simulator.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

use crate::tls::Identity;
use crate::{control, serve, vendors};

/// Ports of the loopback address; where none is named, the system chooses.
#[derive(Debug, Clone)]
pub struct Options {
    /// By the vendors' names.
    pub ports: BTreeMap<String, u16>,
    pub control_port: u16,
    /// Streams an APNs connection may have open once it has proven itself.
    pub apns_streams: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ports: BTreeMap::new(),
            control_port: 0,
            apns_streams: 1000,
        }
    }
}

/// All vendors and the control API, until dropped. It runs on threads of its own.
pub struct Sim {
    /// Where each vendor is, by its name.
    pub urls: BTreeMap<&'static str, String>,
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
    /// When a port is taken or is for a vendor that there is not, or the system gives no threads.
    pub fn start(options: &Options) -> io::Result<Self> {
        let vendors = vendors::all(options.apns_streams);
        if let Some(unknown) = options
            .ports
            .keys()
            .find(|name| vendors.iter().all(|vendor| vendor.name() != *name))
        {
            return Err(io::Error::other(format!("there is no vendor {unknown}")));
        }
        let identity = Identity::generate().map_err(io::Error::other)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("vendor-sim")
            .enable_all()
            .build()?;
        let mut urls = BTreeMap::new();
        for vendor in &vendors {
            let tls = identity.server(vendor.transport().protocols).map_err(io::Error::other)?;
            let wanted = options.ports.get(vendor.name()).copied().unwrap_or_default();
            let (listener, port) = open(&runtime, wanted)?;
            runtime.spawn(serve::listen(listener, TlsAcceptor::from(tls), Arc::clone(vendor)));
            urls.insert(vendor.name(), format!("https://127.0.0.1:{port}"));
        }
        let (listener, port) = open(&runtime, options.control_port)?;
        runtime.spawn(control::listen(listener, vendors.into()));

        Ok(Self {
            urls,
            control: format!("http://127.0.0.1:{port}"),
            ca_pem: identity.ca_pem,
            runtime: Some(runtime),
        })
    }

    /// Where a vendor is.
    ///
    /// # Panics
    ///
    /// When there is no such vendor.
    pub fn url(&self, vendor: &str) -> &str {
        &self.urls[vendor]
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
