//! The table `pushes`.

use std::fmt;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use revocation_app::ports::{Clock, StoreError};

use crate::clock::SystemClock;
use crate::failure::unavailable;
use crate::items::{Item, text};

#[derive(Clone)]
pub struct DynamoPushStore {
    pub(super) client: Client,
    pub(super) table: String,
    clock: Arc<dyn Clock>,
}

impl DynamoPushStore {
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
            clock: Arc::new(SystemClock),
        }
    }

    /// The client, for another table over the same connections.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Another clock. It says until when items are kept, and which are past their time.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// One item, read consistently.
    pub(super) async fn get(&self, pk: String, sk: String) -> Result<Option<Item>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", text(pk))
            .key("sk", text(sk))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| unavailable("GetItem", &error))?;
        Ok(answer.item)
    }
}

impl fmt::Debug for DynamoPushStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoPushStore")
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}
