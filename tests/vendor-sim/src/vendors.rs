//! One module per vendor.

pub mod apns;
pub mod huawei;
pub mod oppo;
pub mod vivo;
pub mod xiaomi;
