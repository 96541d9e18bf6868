//! Vendor sessions in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::BoxFuture;
use revocation_app::ports::{Saved, SessionKey, SessionRecord, SessionStore, SharedPause, StoreError};

use crate::Weather;

/// Clones are the same store.
#[derive(Debug, Clone, Default)]
pub struct MemorySessions {
    records: Arc<Mutex<BTreeMap<SessionKey, SessionRecord>>>,
    pauses: Arc<Mutex<BTreeMap<SessionKey, SharedPause>>>,
    weather: Weather,
}

impl MemorySessions {
    #[must_use]
    pub fn in_weather(mut self, weather: &Weather) -> Self {
        self.weather = weather.clone();
        self
    }

    /// Everything that is kept.
    pub fn records(&self) -> Vec<SessionRecord> {
        self.records.lock().unwrap().values().cloned().collect()
    }

    fn put(&self, key: &SessionKey, record: &SessionRecord, before: u64) -> Saved {
        let mut records = self.records.lock().unwrap();
        if records.get(key).map_or(0, |stored| stored.version) != before {
            return Saved::Outdated;
        }
        records.insert(key.clone(), record.clone());
        Saved::Yes
    }
}

impl SessionStore for MemorySessions {
    fn session<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<Option<SessionRecord>, StoreError>> {
        async move {
            self.weather.before().await?;
            let found = self.records.lock().unwrap().get(key).cloned();
            self.weather.after().await?;
            Ok(found)
        }
        .boxed()
    }

    fn put_session<'a>(&'a self, key: &'a SessionKey, record: &'a SessionRecord, before: u64) -> BoxFuture<'a, Result<Saved, StoreError>> {
        async move {
            self.weather.before().await?;
            let saved = self.put(key, record, before);
            self.weather.after().await?;
            Ok(saved)
        }
        .boxed()
    }

    fn pause<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<Option<SharedPause>, StoreError>> {
        async move {
            self.weather.before().await?;
            let found = self.pauses.lock().unwrap().get(key).cloned();
            self.weather.after().await?;
            Ok(found)
        }
        .boxed()
    }

    fn note_pause<'a>(&'a self, key: &'a SessionKey, pause: &'a SharedPause) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            self.weather.before().await?;
            {
                let mut pauses = self.pauses.lock().unwrap();
                let noted = pauses.entry(key.clone()).or_insert_with(|| pause.clone());
                if noted.until < pause.until {
                    *noted = pause.clone();
                }
            }
            self.weather.after().await?;
            Ok(())
        }
        .boxed()
    }
}
