//! A tenant's credentials for a vendor, as whoever keeps them hands them out.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::BoxFuture;
use revocation_app::ports::{CredentialStore, Credentials, StoreError};
use revocation_rules::channel::Channel;
use revocation_rules::ids::Tenant;

/// Hands out its documents in order, the last one again and again.
pub struct Documents {
    documents: Mutex<Vec<Option<String>>>,
    reads: AtomicUsize,
}

impl Documents {
    pub fn new<const N: usize>(documents: [Option<String>; N]) -> Arc<Self> {
        Arc::new(Self {
            documents: Mutex::new(documents.into()),
            reads: AtomicUsize::new(0),
        })
    }

    /// How often somebody asked for one.
    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

impl CredentialStore for Documents {
    fn credentials<'a>(&'a self, _: &'a Tenant, _: Channel) -> BoxFuture<'a, Result<Option<Credentials>, StoreError>> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let mut documents = self.documents.lock().unwrap();
        let next = if documents.len() > 1 {
            documents.remove(0)
        } else {
            documents[0].clone()
        };
        async move { Ok(next.map(Credentials)) }.boxed()
    }
}
