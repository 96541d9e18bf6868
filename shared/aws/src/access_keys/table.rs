//! The table `access_keys`; its key `pk` is the key's id.

use std::fmt;

use aws_sdk_dynamodb::Client;

#[derive(Clone)]
pub struct DynamoAccessKeys {
    pub(super) client: Client,
    pub(super) table: String,
}

impl DynamoAccessKeys {
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }
}

impl fmt::Debug for DynamoAccessKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoAccessKeys")
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}
