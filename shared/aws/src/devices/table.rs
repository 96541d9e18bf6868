//! The table `connections`.

use std::fmt;

use aws_sdk_dynamodb::Client;
use revocation_app::ports::StoreError;

use crate::failure::unavailable;
use crate::items::{Item, text};

#[derive(Clone)]
pub struct DynamoDevices {
    pub(super) client: Client,
    pub(super) table: String,
}

impl DynamoDevices {
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }

    /// One item, read consistently.
    pub(super) async fn get(&self, pk: String, sk: &str) -> Result<Option<Item>, StoreError> {
        let request = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", text(pk))
            .key("sk", text(sk));
        let answer = request.consistent_read(true).send().await;
        Ok(answer.map_err(|error| unavailable("GetItem", &error))?.item)
    }

    pub(super) async fn put(&self, item: Item) -> Result<(), StoreError> {
        let request = self.client.put_item().table_name(&self.table).set_item(Some(item));
        request.send().await.map_err(|error| unavailable("PutItem", &error))?;
        Ok(())
    }

    pub(super) async fn delete(&self, pk: String, sk: &str) -> Result<(), StoreError> {
        let request = self.client.delete_item().table_name(&self.table);
        let request = request.key("pk", text(pk)).key("sk", text(sk));
        request.send().await.map_err(|error| unavailable("DeleteItem", &error))?;
        Ok(())
    }
}

impl fmt::Debug for DynamoDevices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoDevices").field("table", &self.table).finish_non_exhaustive()
    }
}
