//! Where the vendors are, and how fast they may be asked. A dispatcher is told
//! of its own vendor; the others are never asked.

use revocation_lambda::config::Settings;

pub fn vendors(settings: &mut Settings<'_>) -> revocation_channels::Settings {
    let mut vendors = revocation_channels::Settings {
        extra_ca_pem: settings.optional("EXTRA_CA_PEM"),
        // Of the whole channel, and between how many workers.
        rate_per_second: settings.parsed("RATE_PER_SECOND", "a number").unwrap_or_default(),
        workers: settings.parsed("WORKERS", "a number").unwrap_or(1),
        ..revocation_channels::Settings::default()
    };
    for (name, place) in [
        ("HUAWEI_AUTH_URL", &mut vendors.huawei_auth_url),
        ("HUAWEI_PUSH_URL", &mut vendors.huawei_push_url),
        ("XIAOMI_URL", &mut vendors.xiaomi_url),
        ("XIAOMI_GLOBAL_URL", &mut vendors.xiaomi_global_url),
        ("XIAOMI_EUROPE_URL", &mut vendors.xiaomi_europe_url),
        ("XIAOMI_RUSSIA_URL", &mut vendors.xiaomi_russia_url),
        ("XIAOMI_INDIA_URL", &mut vendors.xiaomi_india_url),
        ("OPPO_URL", &mut vendors.oppo_url),
        ("VIVO_URL", &mut vendors.vivo_url),
        ("VIVO_RECALL_PATH", &mut vendors.vivo_recall_path),
        ("APNS_URL", &mut vendors.apns_url),
        ("APNS_SANDBOX_URL", &mut vendors.apns_sandbox_url),
    ] {
        if let Some(value) = settings.optional(name) {
            *place = value;
        }
    }
    vendors
}
