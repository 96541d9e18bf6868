//! The whole system on this machine: a local AWS, the real functions, and
//! simulated vendors with simulated devices.
//!
//! `make demo`, `make dev` and the end-to-end tests stand on it.

pub mod alarm;
mod api;
mod apps;
mod devices;
pub mod embedded;
mod error;
mod kill;
mod phones;
mod processes;
mod stand;
mod tenant;
mod try_out;
mod until_told_to_stop;

pub use api::{Api, Reply, in_path};
pub use devices::{Alike, Bar, Devices};
pub use error::StandError;
pub use kill::{kill_function, kill_process, running};
pub use phones::PHONES_AT_ONCE;
pub use processes::{StandUsage, Usage};
pub use stand::{Stand, parameters};
pub use tenant::Tenant;
pub use try_out::try_out;
pub use until_told_to_stop::until_told_to_stop;
