//! The use cases, over ports.

pub mod ports;
