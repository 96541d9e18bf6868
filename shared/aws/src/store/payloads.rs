//! Reads the payloads of several batches in one trip.
//!
//! A small payload travels inside its header, a larger one has an item of its
//! own, and a header that was read for a list does not say which. So both keys
//! are asked for: what is not there costs the smallest read there is.

use revocation_app::ports::{BatchPayloads, StoreError};
use revocation_rules::batch::{BatchHeader, Delivery};

use super::DynamoPushStore;
use crate::items::{batch, key};

/// What a payload is read from, wherever it lies.
const ATTRIBUTES: &str = "pk, sk, v, payload";

impl BatchPayloads for DynamoPushStore {
    async fn payloads(&self, headers: &[BatchHeader]) -> Result<Vec<Option<Vec<Delivery>>>, StoreError> {
        if headers.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<[(String, String); 2]> = headers.iter().map(keys).collect();
        let items = self.table.get_all(keys.as_flattened(), Some(ATTRIBUTES)).await?;
        let read = |(header, keys): (&BatchHeader, &[(String, String); 2])| {
            let holds = |item: &&_| batch::is_inline(item);
            let item = keys.iter().filter_map(|key| items.get(key)).find(holds);
            item.map(|item| batch::read_deliveries(item, header)).transpose()
        };
        headers.iter().zip(&keys).map(read).collect()
    }
}

fn keys(header: &BatchHeader) -> [(String, String); 2] {
    let of = &header.batch;
    [
        (key::payloads(of), key::payload(&header.digest)),
        (key::shard(&of.push, of.shard), key::header(&of.batch)),
    ]
}
