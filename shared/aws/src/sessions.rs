//! Vendor sessions in the table `vendor_sessions`; its key `pk` is
//! `<channel>#<digest of the account>`, so that a dispatcher may be given the
//! items of its own channel only. The account's pause has the same key and `#pause`.

use aws_sdk_dynamodb::Client;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use revocation_app::ports::{Saved, SessionKey, SessionRecord, SessionStore, SharedPause, StoreError};

use crate::dice::random_text;
use crate::items::condition::Condition;
use crate::items::{keyed, vendor_pause, vendor_session, written_by};
use crate::table::{Table, Written};

#[derive(Debug, Clone)]
pub struct DynamoVendorSessions(Table);

impl DynamoVendorSessions {
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self(Table::new(client, table))
    }
}

impl SessionStore for DynamoVendorSessions {
    fn session<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<Option<SessionRecord>, StoreError>> {
        async move {
            let item = self.0.get(keyed(key.to_string())).await?;
            item.as_ref().map(vendor_session::read).transpose()
        }
        .boxed()
    }

    fn put_session<'a>(&'a self, key: &'a SessionKey, record: &'a SessionRecord, before: u64) -> BoxFuture<'a, Result<Saved, StoreError>> {
        async move {
            let name = random_text();
            let item = vendor_session::write(key, record, &name);
            Ok(match self.0.put_if(&item, &Condition::version_is(before)).await? {
                Written::Yes => Saved::Yes,
                // The SDK asks again when an answer is lost, and then meets what it wrote itself.
                Written::No(there) if written_by::is(there.as_ref(), &name) => Saved::Yes,
                Written::No(_) => Saved::Outdated,
            })
        }
        .boxed()
    }

    fn pause<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<Option<SharedPause>, StoreError>> {
        async move {
            let item = self.0.get(keyed(vendor_pause::pk(key))).await?;
            item.as_ref().map(vendor_pause::read).transpose()
        }
        .boxed()
    }

    fn note_pause<'a>(&'a self, key: &'a SessionKey, pause: &'a SharedPause) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            // Written or not: it is there, or a longer one.
            let condition = vendor_pause::ends_later(pause);
            self.0.put_if(&vendor_pause::write(key, pause), &condition).await?;
            Ok(())
        }
        .boxed()
    }
}
