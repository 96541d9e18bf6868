//! What the ports promise, held against `DynamoDB` in this process and the real SDK.

#![expect(clippy::unwrap_used, reason = "in tests, helpers included, a failure is a panic")]

mod batches;
mod bounds;
mod constant_work;
mod counters;
mod credentials;
mod damage;
mod devices;
mod jobs;
mod keys;
mod links;
mod lists;
mod lives;
mod ports;
mod progress;
mod pushes;
mod receipts;
mod revocations;
mod sending;
mod sessions;
mod support;
mod units;
mod work;
