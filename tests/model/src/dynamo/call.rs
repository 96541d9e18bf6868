//! What one call asks of `DynamoDB`.

use revocation_aws::sizes::Stored;

use super::Space;
use crate::ledger::Operation;

/// One item, or one range of items, of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub space: Space,
    pub pk: String,
    /// What a transaction takes for itself; `None` for reads.
    pub sk: Option<String>,
    pub read: f64,
    pub write: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub operation: Operation,
    pub parts: Vec<Part>,
    /// Bytes of the answer.
    pub answered: usize,
    /// The largest item that is written.
    pub item: usize,
}

/// A consistent read of so many bytes: one unit for each 4 kB begun, and one if nothing is there.
pub fn read_units(bytes: usize) -> f64 {
    units(bytes, 4_096)
}

/// A write of so many bytes: one unit for each kB begun.
pub fn write_units(bytes: usize) -> f64 {
    units(bytes, 1_024)
}

fn units(bytes: usize, each: usize) -> f64 {
    let whole = u32::try_from(bytes.div_ceil(each).max(1)).unwrap_or(u32::MAX);
    f64::from(whole)
}

impl Part {
    fn read(pk: String, bytes: usize) -> Self {
        Self {
            space: Space::Table,
            pk,
            sk: None,
            read: read_units(bytes),
            write: 0.0,
        }
    }

    fn write(item: &Stored, times: f64) -> Self {
        Self {
            space: Space::Table,
            pk: item.pk.clone(),
            sk: Some(item.sk.clone()),
            read: 0.0,
            write: times * write_units(item.bytes),
        }
    }

    fn index(name: &str, pk: String, times: f64) -> Self {
        Self {
            space: if name == "listed" { Space::Listed } else { Space::Open },
            pk,
            sk: None,
            read: 0.0,
            write: times,
        }
    }
}

impl Call {
    fn new(operation: Operation, parts: Vec<Part>, answered: usize) -> Self {
        Self {
            operation,
            parts,
            answered,
            item: 0,
        }
    }

    /// Messages to a queue.
    pub const fn send() -> Self {
        Self {
            operation: Operation::SendMessageBatch,
            parts: Vec::new(),
            answered: 0,
            item: 0,
        }
    }

    /// One item by its key.
    pub fn get(pk: String, bytes: usize) -> Self {
        Self::new(Operation::GetItem, vec![Part::read(pk, bytes)], bytes)
    }

    /// Read eventually consistent: at half the price.
    #[must_use]
    pub fn eventually(mut self) -> Self {
        self.parts.iter_mut().for_each(|part| part.read /= 2.0);
        self
    }

    /// One item that never changes, read eventually consistent.
    pub fn get_unchanging(pk: String, bytes: usize) -> Self {
        Self::get(pk, bytes).eventually()
    }

    /// Items by their keys, each with its bytes.
    pub fn get_all(items: impl IntoIterator<Item = (String, usize)>) -> Self {
        let mut answered = 0;
        let part = |(pk, bytes)| {
            answered += bytes;
            Part::read(pk, bytes)
        };
        let parts = items.into_iter().map(part).collect();
        Self::new(Operation::BatchGetItem, parts, answered)
    }

    /// A page of a partition: so many bytes lie on it, of which not all may be answered.
    pub fn query(pk: String, bytes: usize, answered: usize) -> Self {
        Self::new(Operation::Query, vec![Part::read(pk, bytes)], answered)
    }

    /// A page of an index that is read eventually consistent.
    pub fn query_index(space: Space, pk: String, bytes: usize) -> Self {
        let part = Part {
            space,
            pk,
            sk: None,
            read: read_units(bytes) / 2.0,
            write: 0.0,
        };
        Self::new(Operation::Query, vec![part], bytes)
    }

    /// An item is written, and so are its entries in indexes, which are new or, if `moved`, removed and written anew.
    pub fn put(item: &Stored) -> Self {
        Self::write(Operation::PutItem, &[item], 1.0)
    }

    pub fn update(item: &Stored) -> Self {
        Self::write(Operation::UpdateItem, &[item], 1.0)
    }

    pub fn put_all(items: &[&Stored]) -> Self {
        Self::write(Operation::BatchWriteItem, items, 1.0)
    }

    /// Each item of a transaction costs twice.
    pub fn transact(items: &[&Stored]) -> Self {
        Self::write(Operation::TransactWriteItems, items, 2.0)
    }

    fn write(operation: Operation, items: &[&Stored], times: f64) -> Self {
        let parts = items.iter().map(|item| Part::write(item, times)).collect();
        Self {
            item: items.iter().map(|item| item.bytes).max().unwrap_or(0),
            ..Self::new(operation, parts, 0)
        }
    }

    /// And these entries of indexes are written, each in so many units. They are keys only, or below a kilobyte.
    #[must_use]
    pub fn with_indexes(mut self, indexes: &[(&'static str, String)], units: f64) -> Self {
        self.parts
            .extend(indexes.iter().map(|(name, pk)| Part::index(name, pk.clone(), units)));
        self
    }

    pub fn reads(&self) -> f64 {
        self.parts.iter().map(|part| part.read).sum()
    }

    pub fn writes(&self) -> f64 {
        self.parts.iter().map(|part| part.write).sum()
    }
}
