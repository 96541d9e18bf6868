//! The table `rpc_nonces`; its key `pk` is the access key and a digest of the nonce.

use std::fmt;

use aws_sdk_dynamodb::Client;

#[derive(Clone)]
pub struct DynamoNonces {
    pub(super) client: Client,
    pub(super) table: String,
}

impl DynamoNonces {
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }
}

impl fmt::Debug for DynamoNonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoNonces").field("table", &self.table).finish_non_exhaustive()
    }
}
