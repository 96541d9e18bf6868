//! The reference client of the self-built channel: what docs/devices.md asks of a device, in code.
//!
//! A [`Client`] is one task. It connects with its device token, registers,
//! takes revoked messages off its [`Bar`], acknowledges until it is answered,
//! and comes back after every loss. [`Client::show`] is the sender's own way
//! to the device, which is not ours: a message may come twice, late, or after
//! its revocation, and the bar ends the same.
//!
//! | part | file |
//! |---|---|
//! | what the user sees, and what was taken back | `bar` |
//! | what is still to be said to the service | `outbox` |
//! | the frames | `frame` |
//! | one connection, from handshake to loss | `session` |
//! | a device: connections one after the other | `client` |
//! | how long to wait before the next one | `backoff` |
//! | many devices | `fleet` |

mod backoff;
mod bar;
mod client;
mod fleet;
mod frame;
mod outbox;
mod session;
mod state;
mod tls;

pub use bar::{Arrived, Bar, Entry, Key, Kind, Message, Said, Shown};
pub use client::{Client, Settings, Timing};
pub use fleet::Fleet;
pub use frame::{Notice, Revoke};
pub use state::{Status, View};
