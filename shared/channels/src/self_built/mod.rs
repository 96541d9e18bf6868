//! The self-built channel: our own connections to the sender's devices.
//!
//! There is no vendor, no session and no credentials document. An instruction
//! is kept for the device first; that counts as accepted, because the device
//! gets it when it registers next, at the latest. Devices that are connected
//! are told at once.

mod client;
mod request;

pub(crate) use client::SelfBuiltClient;
