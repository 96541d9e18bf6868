//! An app's notices.

use revocation_app::ports::{AppNotices, StoreError};
use revocation_rules::actor::Act;
use revocation_rules::ids::Tenant;
use revocation_rules::notice::Notices;

use super::MemoryStore;

impl AppNotices for MemoryStore {
    async fn notices(&self, of: &Tenant) -> Result<Option<Notices>, StoreError> {
        self.weather.before().await?;
        let notices = self.items().notices.get(of).cloned();
        self.weather.after().await?;
        Ok(notices)
    }

    async fn put_notices(&self, of: &Tenant, notices: &Notices, _: &Act) -> Result<(), StoreError> {
        self.weather.before().await?;
        self.items().notices.insert(of.clone(), notices.clone());
        self.weather.after().await?;
        Ok(())
    }
}
