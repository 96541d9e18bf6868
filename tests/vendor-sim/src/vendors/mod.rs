//! One module per vendor.

pub mod apns;
pub mod huawei;
pub mod xiaomi;
