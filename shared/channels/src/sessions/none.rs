//! For a channel whose workers share nothing.

use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use revocation_app::ports::{Saved, SessionKey, SessionRecord, SessionStore, SharedPause, StoreError};

/// Keeps nothing, and asks nobody.
pub struct NoSessions;

impl SessionStore for NoSessions {
    fn session<'a>(&'a self, _: &'a SessionKey) -> BoxFuture<'a, Result<Option<SessionRecord>, StoreError>> {
        ready(Ok(None)).boxed()
    }

    fn put_session<'a>(&'a self, _: &'a SessionKey, _: &'a SessionRecord, _: u64) -> BoxFuture<'a, Result<Saved, StoreError>> {
        ready(Ok(Saved::Yes)).boxed()
    }

    fn pause<'a>(&'a self, _: &'a SessionKey) -> BoxFuture<'a, Result<Option<SharedPause>, StoreError>> {
        ready(Ok(None)).boxed()
    }

    fn note_pause<'a>(&'a self, _: &'a SessionKey, _: &'a SharedPause) -> BoxFuture<'a, Result<(), StoreError>> {
        ready(Ok(())).boxed()
    }
}
