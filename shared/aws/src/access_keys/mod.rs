//! Access keys in the table `access_keys`: looked up by the functions, managed by a command.

mod access_key;
mod insert;
mod list;
mod senders;
mod set_state;
mod table;

pub use insert::KeyInserted;
pub use table::DynamoAccessKeys;
