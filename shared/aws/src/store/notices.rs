//! Keeps an app's notices.

use revocation_app::ports::{AppNotices, StoreError};
use revocation_rules::actor::Act;
use revocation_rules::ids::Tenant;
use revocation_rules::notice::Notices;

use super::DynamoPushStore;
use crate::failure::unavailable;
use crate::items::{key, notices};

impl AppNotices for DynamoPushStore {
    async fn notices(&self, of: &Tenant) -> Result<Option<Notices>, StoreError> {
        let item = self.get(key::app(of), key::NOTICE.to_owned()).await?;
        item.as_ref().map(notices::read).transpose()
    }

    async fn put_notices(&self, of: &Tenant, all: &Notices, written: &Act) -> Result<(), StoreError> {
        let put = self.client.put_item().table_name(&self.table);
        match put.set_item(Some(notices::write(of, all, written))).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(unavailable("PutItem", &error)),
        }
    }
}
