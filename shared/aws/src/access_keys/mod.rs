//! Access keys in the table `access_keys`: looked up by the functions, managed by a command.

mod access_key;
mod callback_secret;
mod change;
mod insert;
mod list;
mod seal;
mod senders;
mod table;

pub use crate::items::access_key::ListedKey;
pub use insert::KeyInserted;
pub use seal::KmsSeal;
pub use table::DynamoAccessKeys;
