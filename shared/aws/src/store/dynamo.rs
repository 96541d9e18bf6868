//! The table `pushes`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

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
    pub(super) patience: Duration,
}

/// How long the end of a batch is tried to be written: its vendor has been asked, and without it will be again.
pub const PATIENCE: Duration = Duration::from_secs(12);

impl DynamoPushStore {
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            table: Table::new(client, table),
            terms: Arc::default(),
            clock: Arc::new(SystemClock),
            patience: PATIENCE,
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

    /// With another patience than [`PATIENCE`].
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
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
