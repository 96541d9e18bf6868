//! The table `pushes`.

use std::fmt;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use revocation_app::ports::Clock;

use super::terms::KeptTerms;
use crate::clock::SystemClock;
use crate::table::Table;

#[derive(Clone)]
pub struct DynamoPushStore {
    pub(super) table: Table,
    pub(super) terms: Arc<KeptTerms>,
    clock: Arc<dyn Clock>,
}

impl DynamoPushStore {
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            table: Table::new(client, table),
            terms: Arc::default(),
            clock: Arc::new(SystemClock),
        }
    }

    /// The client, for another table over the same connections.
    pub fn client(&self) -> Client {
        self.table.client.clone()
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
}

impl fmt::Debug for DynamoPushStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoPushStore")
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}
