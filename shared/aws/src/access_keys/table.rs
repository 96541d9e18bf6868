//! The table `access_keys`; its key `pk` is the key's id.

use aws_sdk_dynamodb::Client;

use crate::table::Table;

#[derive(Debug, Clone)]
pub struct DynamoAccessKeys {
    pub(super) table: Table,
}

impl DynamoAccessKeys {
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            table: Table::new(client, table),
        }
    }
}
