//! Devices of the self-built channel: the table `connections`, and frames over the WebSocket API.
//!
//! | item | pk | sk | expires |
//! |---|---|---|---|
//! | token | `<device>` | `token` | when it runs out |
//! | connection | `<device>` | `connection#<id>` | 3 hours after it registered |
//! | instruction | `<device>` | `instruction#<id>` | when its window closes |
//! | way back | `connection#<id>` | `connection` | 3 hours after it began |
//!
//! `<device>` is `<app>/<workspace>#<device>`. A device's name always has a `/`
//! before its first `#`, so it never is a way back.

mod connections;
pub mod items;
mod key;
mod links;
mod outbox;
mod secret;
mod table;
mod tokens;

pub use links::ApiGatewayLinks;
pub use table::DynamoDevices;
