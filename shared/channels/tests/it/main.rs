//! The channels over real HTTPS, against small servers that do as each test says.

#![expect(clippy::unwrap_used, reason = "tests; clippy knows only functions marked as such")]

mod apns;
mod apns_trouble;
mod driver;
mod fcm;
mod forgiven;
mod harmony;
mod honor;
mod huawei;
mod meizu;
mod oppo;
mod oppo_trouble;
mod quiet;
mod server;
mod sim;
mod sim_fcm;
mod sim_harmony;
mod sim_honor;
mod sim_meizu;
mod sim_oppo;
mod sim_vivo;
mod sim_web_push;
mod sim_xiaomi;
mod support;
mod vivo;
mod vivo_trouble;
mod web_push;
mod xiaomi;
mod xiaomi_trouble;
