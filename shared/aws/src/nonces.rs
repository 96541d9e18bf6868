//! Spent nonces in the table `rpc_nonces`; its key `pk` is the access key and a digest of the nonce.
//!
//! One conditional put. The stored time is compared: `DynamoDB` deletes late.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use revocation_app::ports::{Nonces, Spent, StoreError};
use revocation_rules::ids::KeyId;

use crate::dice::random_text;
use crate::items::condition::Condition;
use crate::items::{nonce, time, written_by};
use crate::table::{Table, Written};

#[derive(Debug, Clone)]
pub struct DynamoNonces(Table);

impl DynamoNonces {
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self(Table::new(client, table))
    }
}

impl Nonces for DynamoNonces {
    async fn spend(&self, key: &KeyId, word: &str, now: Timestamp, until: Timestamp) -> Result<Spent, StoreError> {
        let name = random_text();
        let free = Condition {
            names: Some(HashMap::from([("#until".to_owned(), nonce::UNTIL.to_owned())])),
            ..Condition::of("attribute_not_exists(pk) OR #until < :now", [(":now", time(now))])
        };
        Ok(match self.0.put_if(&nonce::write(key, word, until, &name), &free).await? {
            Written::Yes => Spent::Now,
            // The SDK asks again when an answer is lost, and then meets what it wrote itself.
            Written::No(there) if written_by::is(there.as_ref(), &name) => Spent::Now,
            Written::No(_) => Spent::Before,
        })
    }
}
