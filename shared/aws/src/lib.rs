//! The ports of `shared/app`, kept with AWS: `DynamoDB`, SQS, KMS, Secrets Manager,
//! and the machine's own clock and randomness.
//!
//! | port | adapter | folder |
//! |---|---|---|
//! | everything about pushes, batches and revocations | [`DynamoPushStore`] | `store` |
//! | devices of the self-built channel, their tokens, connections and instructions | [`DynamoDevices`] | `devices` |
//! | frames to devices | [`ApiGatewayLinks`] | `devices` |
//! | nonces that were spent | [`DynamoNonces`] | `nonces.rs` |
//! | access keys | [`DynamoAccessKeys`] | `access_keys` |
//! | their secrets, where they sign | [`KmsSeal`] | `access_keys` |
//! | vendor sessions | [`DynamoVendorSessions`] | `sessions.rs` |
//! | jobs | [`SqsJobQueue`] | `queue` |
//! | vendor credentials | [`SecretsManagerCredentials`] | `credentials.rs` |
//! | time, chance | [`SystemClock`], [`SystemDice`] | `clock.rs`, `dice.rs` |
//!
//! How items look is said in `items`, one file per item. Errors keep what the
//! service said, never what was sent to it.

mod access_keys;
mod clock;
mod config;
mod credentials;
mod devices;
mod dice;
mod failure;
mod http;
mod items;
#[cfg(test)]
mod kept;
mod nonces;
mod pause;
mod queue;
#[cfg(feature = "schema")]
pub mod schema;
mod sessions;
#[cfg(feature = "schema")]
pub mod sizes;
mod store;
mod table;

pub use access_keys::{DynamoAccessKeys, KeyInserted, KmsSeal, ListedKey};
pub use clock::SystemClock;
pub use config::{FunctionConfig, Service, sdk_config_of_a_command};
pub use credentials::SecretsManagerCredentials;
pub use devices::{ApiGatewayLinks, DynamoDevices};
pub use dice::SystemDice;
pub use nonces::DynamoNonces;
pub use queue::{JobError, QueueUrls, SqsJobQueue, decode, encode};
pub use sessions::DynamoVendorSessions;
pub use store::{DynamoPushStore, PATIENCE};
