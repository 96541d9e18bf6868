//! Lists every key: the table is small, and only a command asks. No secret is read for it.

use revocation_app::ports::StoreError;

use super::DynamoAccessKeys;
use crate::failure::unavailable;
use crate::items::access_key::{self, LISTED, ListedKey};
use crate::items::{queue_sender, text};

impl DynamoAccessKeys {
    /// Every key, in the order of their ids.
    ///
    /// # Errors
    /// When the store does not answer or holds a damaged key.
    pub async fn list(&self) -> Result<Vec<ListedKey>, StoreError> {
        let mut scan = self.table.scan();
        for name in LISTED {
            scan = scan.expression_attribute_names(format!("#{name}"), name);
        }
        let projection = LISTED.map(|name| format!("#{name}")).join(", ");
        let mut items = scan
            .projection_expression(projection)
            // who may record over the queue lies there, too
            .filter_expression("NOT begins_with(#pk, :sender)")
            .expression_attribute_values(":sender", text(queue_sender::PREFIX))
            .into_paginator()
            .items()
            .send();
        let mut keys = Vec::new();
        while let Some(item) = items.next().await {
            keys.push(access_key::read_listed(&item.map_err(|error| unavailable("Scan", &error))?)?);
        }
        keys.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(keys)
    }
}
