//! `DynamoDB`'s limits: units, partitions, throttling, transactions in each other's way.

mod bucket;
mod call;
mod table;

pub use call::{Call, Part, read_units, write_units};
pub use table::{Hottest, Refusal, Space, Table};
