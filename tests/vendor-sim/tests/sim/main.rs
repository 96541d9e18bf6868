//! Drives a running simulator over real TLS with a client that the product does not use.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod apns_devices;
mod apns_request;
mod bars;
mod binary;
mod connections;
mod control;
mod faults;
mod fcm_login;
mod fcm_send;
mod harmony_revoke;
mod harmony_send;
mod harmony_token;
mod honor_login;
mod honor_send;
mod huawei_login;
mod huawei_send;
mod load;
mod meizu_send;
mod oppo_login;
mod oppo_send;
mod provider_token;
mod quotas;
mod support;
mod vivo_list;
mod vivo_login;
mod vivo_recall;
mod vivo_send;
mod web_push;
mod xiaomi_revoke;
mod xiaomi_send;
