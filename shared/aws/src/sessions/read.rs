//! Looks up one session.

use revocation_app::ports::{SessionKey, SessionRecord, StoreError};

use super::DynamoVendorSessions;
use crate::failure::unavailable;
use crate::items::{text, vendor_session};

impl DynamoVendorSessions {
    pub(super) async fn read(&self, key: &SessionKey) -> Result<Option<SessionRecord>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", text(key.to_string()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| unavailable("GetItem", &error))?;
        answer.item.as_ref().map(vendor_session::read).transpose()
    }
}
