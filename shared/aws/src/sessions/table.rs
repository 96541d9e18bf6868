//! The table `vendor_sessions`.

use std::fmt;

use aws_sdk_dynamodb::Client;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use revocation_app::ports::{Saved, SessionKey, SessionRecord, SessionStore, StoreError};

#[derive(Clone)]
pub struct DynamoVendorSessions {
    pub(super) client: Client,
    pub(super) table: String,
}

impl DynamoVendorSessions {
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }
}

impl SessionStore for DynamoVendorSessions {
    fn session<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<Option<SessionRecord>, StoreError>> {
        self.read(key).boxed()
    }

    fn put_session<'a>(&'a self, key: &'a SessionKey, record: &'a SessionRecord, before: u64) -> BoxFuture<'a, Result<Saved, StoreError>> {
        self.put(key, record, before).boxed()
    }
}

impl fmt::Debug for DynamoVendorSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoVendorSessions")
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}
