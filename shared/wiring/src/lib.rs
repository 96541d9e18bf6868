//! The one place where the settings of a function become the adapters that it works with.
//!
//! A function takes what it needs, and no more is read or opened:
//!
//! ```no_run
//! # use revocation_wiring::Wiring;
//! # async fn connect() -> Result<(), revocation_lambda::config::ConfigError> {
//! let (store, keys) = Wiring::connect(|wiring| (wiring.store(), wiring.access_keys())).await?;
//! # Ok(())
//! # }
//! ```

mod aws;
mod wiring;

pub use aws::Aws;
pub use wiring::Wiring;
