//! The vendors there are: a module and a line each.

mod apns;
mod fcm;
mod harmony;
mod honor;
mod huawei;
mod meizu;
mod oppo;
mod vivo;
mod web_push;
mod xiaomi;

use std::sync::Arc;

use crate::vendor::Vendor;

/// One of each. `apns_streams`: streams an APNs connection may have open once it has proven itself.
pub fn all(apns_streams: u32) -> Vec<Arc<dyn Vendor>> {
    vec![
        Arc::new(huawei::Huawei::default()),
        Arc::new(harmony::Harmony::default()),
        Arc::new(apns::Apns::new(apns_streams)),
        Arc::new(xiaomi::Xiaomi::default()),
        Arc::new(oppo::Oppo::default()),
        Arc::new(vivo::Vivo::default()),
        Arc::new(fcm::Fcm::default()),
        Arc::new(honor::Honor::default()),
        Arc::new(meizu::Meizu::default()),
        Arc::new(web_push::WebPush::default()),
    ]
}
