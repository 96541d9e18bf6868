//! What is so of each channel: its one declaration. Whatever loops over channels
//! or asks for something of one reads it here.

use super::Strategy;

/// What is so of one channel.
#[derive(Debug)]
pub struct Facts {
    /// In the API, in what is stored, in settings and logs.
    pub name: &'static str,
    /// In the middle of a sentence.
    pub display_name: &'static str,
    /// By itself, in the languages of the console.
    pub label: Label,
    /// The strategies there are, the default first. None: nothing can be taken back.
    pub strategies: &'static [Strategy],
    /// By what a message is overwritten.
    pub handle: HandleKind,
    /// By what a message is recalled, where a strategy recalls.
    pub recalled_by: Option<RecalledBy>,
    pub tokens: Tokens,
    /// How long a notice may be; none where the vendor documents no limit within ours.
    pub notice: Option<NoticeLimits>,
    pub peer: Peer,
    /// Does the vendor call back with what becomes of a delivery?
    pub calls_back: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    pub en: &'static str,
    pub zh: &'static str,
}

/// What a shown notification is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandleKind {
    NotifyId,
    CollapseId,
}

/// What a recall names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecalledBy {
    /// The notification, as an overwrite does.
    Handle,
    /// The vendor's own sending, which may hold other deliveries, too.
    VendorTask,
}

/// How tokens are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tokens {
    AsTheyAre,
    /// They are bytes written in hexadecimal, so their letters' case says nothing.
    Hexadecimal,
}

/// How long a notice's lines may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoticeLimits {
    pub title: usize,
    pub text: usize,
    pub counting: Counting,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    Characters,
    /// A character outside ASCII counts as two.
    WideAsTwo,
}

/// Who is asked to take a message back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// A vendor, which accepts: what the device did is not known.
    Vendor,
    /// The device itself, which confirms what it did.
    Device,
}

pub(super) static HUAWEI: Facts = Facts {
    name: "huawei",
    display_name: "Huawei",
    label: Label {
        en: "Huawei", zh: "华为"
    },
    strategies: &[Strategy::Overwrite],
    handle: HandleKind::NotifyId,
    recalled_by: None,
    tokens: Tokens::AsTheyAre,
    // The whole body has 4096 bytes; ours is far below.
    notice: None,
    peer: Peer::Vendor,
    calls_back: true,
};

pub(super) static XIAOMI: Facts = Facts {
    name: "xiaomi",
    display_name: "Xiaomi",
    label: Label {
        en: "Xiaomi", zh: "小米"
    },
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

pub(super) static OPPO: Facts = Facts {
    name: "oppo",
    display_name: "OPPO",
    label: Label { en: "OPPO", zh: "OPPO" },
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

pub(super) static VIVO: Facts = Facts {
    name: "vivo",
    display_name: "vivo",
    label: Label { en: "vivo", zh: "vivo" },
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

pub(super) static APNS: Facts = Facts {
    name: "apns",
    display_name: "Apple",
    label: Label { en: "Apple", zh: "Apple" },
    strategies: &[Strategy::Overwrite],
    handle: HandleKind::CollapseId,
    recalled_by: None,
    tokens: Tokens::Hexadecimal,
    // The whole body has 4096 bytes; ours is far below.
    notice: None,
    peer: Peer::Vendor,
    calls_back: false,
};

pub(super) static SELF_BUILT: Facts = Facts {
    name: "self_built",
    display_name: "the self-built channel",
    label: Label {
        en: "Self-built",
        zh: "自建通道",
    },
    strategies: &[Strategy::Overwrite],
    handle: HandleKind::NotifyId,
    recalled_by: None,
    tokens: Tokens::AsTheyAre,
    notice: None,
    peer: Peer::Device,
    calls_back: false,
};

pub(super) static SMS: Facts = Facts {
    name: "sms",
    display_name: "SMS",
    label: Label { en: "SMS", zh: "短信" },
    strategies: &[],
    handle: HandleKind::NotifyId,
    recalled_by: None,
    tokens: Tokens::AsTheyAre,
    notice: None,
    peer: Peer::Vendor,
    calls_back: false,
};
