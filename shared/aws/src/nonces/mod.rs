//! Spent nonces in the table `rpc_nonces`.

mod spend;
mod table;

pub use table::DynamoNonces;
