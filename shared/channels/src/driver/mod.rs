//! One order over one vendor's HTTP interface, the same for every such vendor.
//!
//! A vendor brings what is its own ([`Vendor`]): its credentials, what it can
//! be asked, the request for that, and what the answer means. The driver
//! brings the rest: deliveries that ask for the same thing share a call, a few
//! calls run at a time, sessions are opened and renewed, credentials that are
//! refused are read anew, each call has its line in the log.
//!
//! Promises, whatever a vendor answers: every delivery gets exactly one
//! answer; no call, and no login, starts at or after `call_until`; after a call that told us
//! to wait, or that our settings are wrong, no further call starts; after the
//! day's quota is used up all that is left ends so.

mod client;
mod group;
mod pauses;
mod request;
mod run;
mod session;
mod vendor;

pub(crate) use client::Client;
pub(crate) use pauses::Pauses;
pub(crate) use request::{form, post, sensitive};
pub(crate) use session::Sessions;
#[cfg(test)]
pub(crate) use vendor::told;
pub(crate) use vendor::{Call, Fate, Given, Heard, Login, Reading, SessionFrom, Told, Vendor, VendorCredentials, Who};
