//! One order at a vendor that is asked for one device a request, many requests at a time over one
//! HTTP/2 connection.
//!
//! A vendor brings what is its own ([`Vendor`]): its credentials, what lets us in, the request for a
//! device and what its answer means. The rest is here: a connection for each account, turns on it,
//! what is done when it ends, and one line in the log for an order.
//!
//! Promises are those of the [`driver`](crate::driver), but for one: an answer that is about one device
//! alone stops nothing.

mod client;
mod link;
mod links;
mod run;
mod vendor;

pub(crate) use client::Client;
pub(crate) use link::Manner;
pub(crate) use vendor::{About, Vendor};
