//! Sessions that a vendor has given out.

use std::collections::HashMap;
use std::sync::Mutex;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::clock::now_s;
use crate::desk::lock;

/// By their tokens. `A` says whose they are.
pub struct Sessions<A>(Mutex<HashMap<String, Session<A>>>);

struct Session<A> {
    app: A,
    expires_at_s: u64,
}

/// Whose session a token is.
pub enum Known<A> {
    Good(A),
    Expired,
}

impl<A> Default for Sessions<A> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<A: Clone> Sessions<A> {
    /// Gives out a token of so many random bytes.
    pub fn open<const BYTES: usize>(&self, app: A, lifetime_s: u64) -> String {
        let token = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; BYTES]>());
        let session = Session {
            app,
            expires_at_s: now_s() + lifetime_s,
        };
        lock(&self.0).insert(token.clone(), session);
        token
    }

    /// `None` for a token that was never given out.
    pub fn find(&self, token: &str) -> Option<Known<A>> {
        let sessions = lock(&self.0);
        let session = sessions.get(token)?;
        Some(if session.expires_at_s > now_s() {
            Known::Good(session.app.clone())
        } else {
            Known::Expired
        })
    }

    pub fn expire(&self) {
        for session in lock(&self.0).values_mut() {
            session.expires_at_s = 0;
        }
    }

    pub fn forget(&self) {
        lock(&self.0).clear();
    }
}
