//! The table `connections`.

use aws_sdk_dynamodb::Client;

use crate::table::Table;

#[derive(Debug, Clone)]
pub struct DynamoDevices {
    pub(super) table: Table,
}

impl DynamoDevices {
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            table: Table::new(client, table),
        }
    }
}
