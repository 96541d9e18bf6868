//! The channels there are, each declared once. Whatever loops over channels or
//! asks for something of one reads it here.

use serde::{Deserialize, Serialize};

use super::Strategy;
use super::facts::{Counting, Facts, HandleKind, NoticeLimits, Peer, RecalledBy, Tokens};

/// Each channel with its facts. A macro, so that no list of them can lack one.
macro_rules! channels {
    ($($channel:ident => $facts:ident,)*) => {
        /// A push channel. What is so of it stands in its [`Facts`].
        #[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(description = "A push channel."))]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Channel {
            $($channel,)*
        }

        impl Channel {
            pub const ALL: [Self; [$(stringify!($channel)),*].len()] = [$(Self::$channel),*];

            pub const fn facts(self) -> &'static Facts {
                match self {
                    $(Self::$channel => &$facts,)*
                }
            }
        }
    };
}

channels! {
    Huawei => HUAWEI,
    Harmony => HARMONY,
    Xiaomi => XIAOMI,
    Oppo => OPPO,
    Vivo => VIVO,
    Honor => HONOR,
    Meizu => MEIZU,
    Apns => APNS,
    Fcm => FCM,
    WebPush => WEB_PUSH,
    SelfBuilt => SELF_BUILT,
    Sms => SMS,
}

static HUAWEI: Facts = Facts {
    name: "huawei",
    display_name: "Huawei",
    label: "Huawei",
    label_zh: "华为",
    strategies: &[Strategy::Overwrite],
    handle: HandleKind::NotifyId,
    recalled_by: None,
    tokens: Tokens::AsTheyAre,
    // The whole body has 4096 bytes; ours is far below.
    notice: None,
    peer: Peer::Vendor,
    calls_back: true,
};

static HARMONY: Facts = Facts {
    name: "harmony",
    display_name: "HarmonyOS",
    label: "HarmonyOS",
    label_zh: "鸿蒙",
    // Its recall takes back what is shown and what is not delivered yet; an overwrite only what is shown.
    strategies: &[Strategy::Recall, Strategy::Overwrite, Strategy::RecallThenOverwrite],
    handle: HandleKind::NotifyId,
    recalled_by: Some(RecalledBy::Handle),
    tokens: Tokens::AsTheyAre,
    // The whole body has 4096 bytes; ours is far below.
    notice: None,
    peer: Peer::Vendor,
    calls_back: true,
};

static XIAOMI: Facts = Facts {
    name: "xiaomi",
    display_name: "Xiaomi",
    label: "Xiaomi",
    label_zh: "小米",
    strategies: &[Strategy::Overwrite, Strategy::Recall, Strategy::RecallThenOverwrite],
    handle: HandleKind::NotifyId,
    recalled_by: Some(RecalledBy::Handle),
    tokens: Tokens::AsTheyAre,
    // Title under 50, description under 128.
    notice: Some(NoticeLimits {
        title: 49,
        text: 127,
        counting: Counting::Characters,
    }),
    peer: Peer::Vendor,
    calls_back: true,
};

static OPPO: Facts = Facts {
    name: "oppo",
    display_name: "OPPO",
    label: "OPPO",
    label_zh: "OPPO",
    strategies: &[Strategy::Overwrite],
    handle: HandleKind::NotifyId,
    recalled_by: None,
    tokens: Tokens::AsTheyAre,
    // 50, and 128 in the style for long texts.
    notice: Some(NoticeLimits {
        title: 50,
        text: 128,
        counting: Counting::Characters,
    }),
    peer: Peer::Vendor,
    calls_back: true,
};

static VIVO: Facts = Facts {
    name: "vivo",
    display_name: "vivo",
    label: "vivo",
    label_zh: "vivo",
    // vivo's way is to recall. Its recall could not be confirmed from public sources,
    // so what it does not take is overwritten.
    strategies: &[Strategy::RecallThenOverwrite, Strategy::Recall, Strategy::Overwrite],
    handle: HandleKind::NotifyId,
    recalled_by: Some(RecalledBy::VendorTask),
    tokens: Tokens::AsTheyAre,
    // 40 and 100, or 20 and 50 Chinese characters.
    notice: Some(NoticeLimits {
        title: 40,
        text: 100,
        counting: Counting::WideAsTwo,
    }),
    peer: Peer::Vendor,
    calls_back: true,
};

static HONOR: Facts = Facts {
    name: "honor",
    display_name: "Honor",
    label: "Honor",
    label_zh: "荣耀",
    strategies: &[Strategy::Overwrite],
    handle: HandleKind::NotifyId,
    recalled_by: None,
    tokens: Tokens::AsTheyAre,
    // The whole body has 4096 bytes; ours is far below.
    notice: None,
    peer: Peer::Vendor,
    calls_back: false,
};

static MEIZU: Facts = Facts {
    name: "meizu",
    display_name: "Meizu",
    label: "Meizu",
    label_zh: "魅族",
    strategies: &[Strategy::Overwrite],
    handle: HandleKind::NotifyKey,
    recalled_by: None,
    tokens: Tokens::AsTheyAre,
    // A title of 32 characters, 8 below ours: its client cuts a longer one.
    notice: None,
    peer: Peer::Vendor,
    calls_back: true,
};

static APNS: Facts = Facts {
    name: "apns",
    display_name: "Apple",
    label: "Apple",
    label_zh: "Apple",
    strategies: &[Strategy::Overwrite],
    handle: HandleKind::CollapseId,
    recalled_by: None,
    tokens: Tokens::Hexadecimal,
    // The whole body has 4096 bytes; ours is far below.
    notice: None,
    peer: Peer::Vendor,
    calls_back: false,
};

static FCM: Facts = Facts {
    name: "fcm",
    display_name: "Firebase",
    label: "Firebase (FCM)",
    label_zh: "Firebase（FCM）",
    strategies: &[Strategy::Overwrite],
    handle: HandleKind::Tag,
    recalled_by: None,
    tokens: Tokens::DevicesOrAudiences,
    // The whole message has 4096 bytes, 2048 to a topic; ours is below.
    notice: None,
    peer: Peer::Vendor,
    calls_back: false,
};

static WEB_PUSH: Facts = Facts {
    name: "web_push",
    display_name: "Web Push",
    label: "Web Push",
    label_zh: "网页推送",
    strategies: &[Strategy::Overwrite],
    // The notification's tag, and the topic of what a push service still keeps.
    handle: HandleKind::Tag,
    recalled_by: None,
    tokens: Tokens::Endpoints,
    // The text has 3,993 bytes; ours is far below.
    notice: None,
    peer: Peer::Vendor,
    calls_back: false,
};

static SELF_BUILT: Facts = Facts {
    name: "self_built",
    display_name: "the self-built channel",
    label: "Self-built",
    label_zh: "自建通道",
    strategies: &[Strategy::Overwrite],
    handle: HandleKind::NotifyId,
    recalled_by: None,
    tokens: Tokens::AsTheyAre,
    notice: None,
    peer: Peer::Device,
    calls_back: false,
};

static SMS: Facts = Facts {
    name: "sms",
    display_name: "SMS",
    label: "SMS",
    label_zh: "短信",
    strategies: &[],
    handle: HandleKind::NotifyId,
    recalled_by: None,
    tokens: Tokens::AsTheyAre,
    notice: None,
    peer: Peer::Vendor,
    calls_back: false,
};
