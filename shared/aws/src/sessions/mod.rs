//! Vendor sessions in the table `vendor_sessions`; its key `pk` is
//! `<channel>#<digest of the account>`, so that a dispatcher may be given the
//! items of its own channel only.

mod put;
mod read;
mod table;

pub use table::DynamoVendorSessions;
