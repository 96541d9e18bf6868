//! Vendor clients that we did not write send a push and overwrite it.
//!
//! No vendor offers a public mock, so the simulator is the judge of every other test. Here it is judged
//! itself: clients that work with the real vendors, unmodified but for the address and the authority they
//! trust, must find in it what they know. And what our own clients sign and encrypt, for `HarmonyOS` and for
//! browsers, is put before libraries that we did not write. `README.md` says what each of them proved.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop")]

mod apns;
mod fcm;
mod harmony;
mod huawei;
mod ours;
mod support;
mod web_push;
mod web_push_client;
mod xiaomi;
