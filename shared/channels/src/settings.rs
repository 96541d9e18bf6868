//! Where the vendors are, and how long we wait for them.

use std::time::Duration;

/// The vendors' addresses, without a path: `https://push-api.cloud.huawei.com`.
/// Only `https` is spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub huawei_auth_url: String,
    pub huawei_push_url: String,
    /// Mainland China; the others by the `region` of the credentials document.
    pub xiaomi_url: String,
    pub xiaomi_global_url: String,
    pub xiaomi_europe_url: String,
    pub xiaomi_russia_url: String,
    pub xiaomi_india_url: String,
    pub oppo_url: String,
    pub vivo_url: String,
    /// Where vivo's recall is; not confirmed by any public source.
    pub vivo_recall_path: String,
    pub apns_url: String,
    pub apns_sandbox_url: String,
    /// Deliveries a second that the channel may be asked for, by all its workers together; 0: no limit.
    pub rate_per_second: u32,
    /// How many workers the channel has at most.
    pub workers: u32,
    /// Certificates to trust beside the public ones: a test stand's own authority.
    pub extra_ca_pem: Option<String>,
}

impl Default for Settings {
    /// The vendors themselves.
    fn default() -> Self {
        Self {
            huawei_auth_url: "https://oauth-login.cloud.huawei.com".to_owned(),
            huawei_push_url: "https://push-api.cloud.huawei.com".to_owned(),
            xiaomi_url: "https://api.xmpush.xiaomi.com".to_owned(),
            xiaomi_global_url: "https://api.xmpush.global.xiaomi.com".to_owned(),
            xiaomi_europe_url: "https://fr-api.xmpush.global.xiaomi.com".to_owned(),
            xiaomi_russia_url: "https://ru-api.xmpush.global.xiaomi.com".to_owned(),
            xiaomi_india_url: "https://idmb-api.xmpush.global.xiaomi.com".to_owned(),
            oppo_url: "https://api-push-cn.heytapmobi.com".to_owned(),
            vivo_url: "https://api-push.vivo.com.cn".to_owned(),
            vivo_recall_path: "/message/recall".to_owned(),
            apns_url: "https://api.push.apple.com".to_owned(),
            apns_sandbox_url: "https://api.sandbox.push.apple.com".to_owned(),
            rate_per_second: 0,
            workers: 1,
            extra_ca_pem: None,
        }
    }
}

/// How long one step may take. A call's worst case is `connect` plus `answer`,
/// twice when a session had run out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// TCP and TLS together.
    pub connect: Duration,
    /// From the request to the last byte of the answer.
    pub answer: Duration,
    /// Between pings on a connection with requests in flight.
    pub ping_every: Duration,
    /// How long a ping may go unanswered.
    pub ping_answer: Duration,
}

impl Default for Timeouts {
    /// A dead connection is noticed (5 s and 3 s) before its requests time out (10 s).
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(10),
            ping_every: Duration::from_secs(5),
            ping_answer: Duration::from_secs(3),
        }
    }
}
