//! What there is to say of a channel.

use super::{Audience, Strategy};
use crate::ids::MAX_TOKEN_BYTES;
use crate::web_push::MAX_ENDPOINT_BYTES;

/// What is so of one channel.
#[derive(Debug)]
pub struct Facts {
    /// In the API, in what is stored, in settings and logs.
    pub name: &'static str,
    /// In the middle of a sentence.
    pub display_name: &'static str,
    /// By itself.
    pub label: &'static str,
    /// The same in Chinese.
    pub label_zh: &'static str,
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

/// What a shown notification is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandleKind {
    NotifyId,
    CollapseId,
    Tag,
    NotifyKey,
}

impl HandleKind {
    pub const ALL: [Self; 4] = [Self::NotifyId, Self::CollapseId, Self::Tag, Self::NotifyKey];

    /// Its field, where a delivery is recorded.
    pub const fn field(self) -> &'static str {
        match self {
            Self::NotifyId => "notify_id",
            Self::CollapseId => "collapse_id",
            Self::Tag => "tag",
            Self::NotifyKey => "notify_key",
        }
    }
}

/// What a recall names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecalledBy {
    /// The notification, as an overwrite does.
    Handle,
    /// The vendor's own sending, which may hold other deliveries, too.
    VendorTask,
}

/// What tokens are, and how they are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tokens {
    AsTheyAre,
    /// They are bytes written in hexadecimal, so their letters' case says nothing.
    Hexadecimal,
    /// They are addresses that are called, and come with keys.
    Endpoints,
    /// Names of devices, or of an audience ([`Audience`]).
    DevicesOrAudiences,
}

impl Tokens {
    /// The most bytes of one.
    pub const fn longest(self) -> usize {
        match self {
            Self::AsTheyAre | Self::Hexadecimal | Self::DevicesOrAudiences => MAX_TOKEN_BYTES,
            Self::Endpoints => MAX_ENDPOINT_BYTES,
        }
    }

    /// The audience that a token names instead of a device.
    pub fn audience(self, token: &str) -> Option<Audience<'_>> {
        match self {
            Self::DevicesOrAudiences => Audience::named_by(token),
            Self::AsTheyAre | Self::Hexadecimal | Self::Endpoints => None,
        }
    }
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
