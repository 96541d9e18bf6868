//! The channels as the sources of the template see them.

use minijinja::{Value, context};
use revocation_rules::channel::Channel;

/// Those that can take something back.
pub(crate) fn dispatched() -> Vec<Value> {
    let able = Channel::ALL.into_iter().filter(|channel| !channel.strategies().is_empty());
    able.map(|channel| {
        let strategies = channel.strategies().iter();
        context! {
            // `self_built`
            name => channel.as_str(),
            // the function that works on it: `dispatch-self-built`
            dispatcher => format!("dispatch-{}", channel.as_str().replace('_', "-")),
            // as a person says it, within a sentence
            display => display(channel),
            // the default first
            strategies => strategies.map(|strategy| strategy.as_str()).collect::<Vec<_>>(),
            settings => settings(channel),
            // is there somebody to sign in to?
            has_vendor => channel != Channel::SelfBuilt,
        }
    })
    .collect()
}

fn display(channel: Channel) -> &'static str {
    match channel {
        Channel::Huawei => "Huawei",
        Channel::Xiaomi => "Xiaomi",
        Channel::Oppo => "OPPO",
        Channel::Vivo => "vivo",
        Channel::Apns => "Apple",
        Channel::SelfBuilt => "the self-built channel",
        Channel::Sms => "SMS",
    }
}

fn settings(channel: Channel) -> Vec<Value> {
    let settings: &[(&str, &str, &str)] = match channel {
        Channel::Huawei => &[
            ("HUAWEI_AUTH_URL", "https://oauth-login.cloud.huawei.com", ""),
            ("HUAWEI_PUSH_URL", "https://push-api.cloud.huawei.com", ""),
        ],
        Channel::Xiaomi => &[
            ("XIAOMI_URL", "https://api.xmpush.xiaomi.com", ""),
            ("XIAOMI_GLOBAL_URL", "https://api.xmpush.global.xiaomi.com", ""),
            ("XIAOMI_EUROPE_URL", "https://fr-api.xmpush.global.xiaomi.com", ""),
            ("XIAOMI_RUSSIA_URL", "https://ru-api.xmpush.global.xiaomi.com", ""),
            ("XIAOMI_INDIA_URL", "https://idmb-api.xmpush.global.xiaomi.com", ""),
        ],
        Channel::Oppo => &[("OPPO_URL", "https://api-push-cn.heytapmobi.com", "")],
        Channel::Vivo => &[
            ("VIVO_URL", "https://api-push.vivo.com.cn", ""),
            ("VIVO_RECALL_PATH", "/message/recall", "Where vivo takes a recall"),
        ],
        Channel::Apns => &[
            ("APNS_URL", "https://api.push.apple.com", ""),
            ("APNS_SANDBOX_URL", "https://api.sandbox.push.apple.com", ""),
        ],
        Channel::SelfBuilt | Channel::Sms => &[],
    };
    let all = settings.iter();
    all.map(|&(name, default, description)| context! { name, default, description })
        .collect()
}
