//! A strict stand-in for the push vendors' servers.
//!
//! It speaks each vendor's documented protocol over real TLS, refuses what the documentation
//! refuses, and shows what the notification bar of every simulated device looks like. It shares
//! no code with the product, so a misreading of a vendor's contract is not made twice.
//!
//! One more vendor is one more module that implements [`Vendor`](vendor::Vendor), and its line in `vendors.rs`.

mod bars;
mod clock;
mod control;
mod desk;
mod faults;
mod forms;
mod jwt;
mod one_stream;
mod quota;
mod serve;
mod sessions;
mod sim;
mod stats;
mod tls;
mod vendor;
mod vendors;
mod wire;
mod wrong;

pub use sim::{Options, Sim};
pub use tls::Identity;
