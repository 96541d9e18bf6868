//! Keeps an app's notices.

use revocation_app::ports::{AppNotices, StoreError};
use revocation_rules::actor::Act;
use revocation_rules::ids::Tenant;
use revocation_rules::notice::Notices;

use super::DynamoPushStore;
use crate::items::{at, key, notices};

impl AppNotices for DynamoPushStore {
    async fn notices(&self, of: &Tenant) -> Result<Option<Notices>, StoreError> {
        let item = self.table.get(at(key::app(of), key::NOTICE)).await?;
        item.as_ref().map(notices::read).transpose()
    }

    async fn put_notices(&self, of: &Tenant, all: &Notices, written: &Act) -> Result<(), StoreError> {
        self.table.put(notices::write(of, all, written)).await
    }
}
