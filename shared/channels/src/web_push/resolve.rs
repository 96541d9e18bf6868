//! From a host's name to the addresses that may be dialled. What is looked at is what is dialled: a name that is public to
//! one question and at home to the next gets nowhere.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::future::BoxFuture;
use hyper_util::client::legacy::connect::dns::Name;
use revocation_rules::web_push::PushHosts;
use tower_service::Service;

/// Asks the DNS. An argument, so that a test can say what a name resolves to.
pub(super) type LookUp = fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;

pub(super) fn by_the_system(host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
    async move {
        let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
    .boxed()
}

/// No address: neither in a log nor in a reason.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResolveError {
    #[error("the name was not resolved")]
    LookUp(#[source] io::Error),
    #[error("the name leads to an address that is not out on the internet")]
    NotPublic,
}

#[derive(Clone)]
pub(super) struct Resolver {
    pub hosts: Arc<PushHosts>,
    pub look_up: LookUp,
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = ResolveError;
    type Future = BoxFuture<'static, Result<Self::Response, ResolveError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ResolveError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let Self { hosts, look_up } = self.clone();
        let found = look_up(name.as_str().to_owned());
        async move {
            let addresses = found.await.map_err(ResolveError::LookUp)?;
            dialled(name.as_str(), &addresses, &hosts)
        }
        .boxed()
    }
}

/// All of them or none: a name that has an address of ours among others was meant to lead there.
fn dialled(host: &str, addresses: &[IpAddr], hosts: &PushHosts) -> Result<std::vec::IntoIter<SocketAddr>, ResolveError> {
    if addresses.iter().any(|address| !hosts.may_dial(host, *address)) {
        return Err(ResolveError::NotPublic);
    }
    // The port is said by who dials.
    let addresses: Vec<SocketAddr> = addresses.iter().map(|address| SocketAddr::new(*address, 0)).collect();
    Ok(addresses.into_iter())
}

#[cfg(test)]
mod tests {
    use revocation_rules::web_push::Loopback;

    use super::*;

    fn all(host: &str, addresses: &[&str], hosts: &PushHosts) -> Option<usize> {
        let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
        dialled(host, &addresses, hosts).ok().map(|dialled| dialled.len())
    }

    #[test]
    fn a_name_with_an_address_at_home_among_others_is_not_dialled() {
        let hosts = PushHosts::default();
        assert_eq!(all("web.push.apple.com", &["17.1.2.3", "17.1.2.4"], &hosts), Some(2));
        assert_eq!(all("web.push.apple.com", &["17.1.2.3", "169.254.169.254"], &hosts), None);
        assert_eq!(all("web.push.apple.com", &["::1"], &hosts), None);
    }

    #[tokio::test]
    async fn a_stand_finds_itself() {
        let mut resolver = Resolver {
            hosts: Arc::new(PushHosts::default().with_loopback(Loopback::Allow)),
            look_up: |_| async { Ok(vec![[127, 0, 0, 1].into()]) }.boxed(),
        };
        assert_eq!(resolver.call("localhost".parse().unwrap()).await.unwrap().count(), 1);
        let elsewhere = resolver.call("web.push.apple.com".parse().unwrap()).await;
        assert!(matches!(elsewhere, Err(ResolveError::NotPublic)));
    }
}
