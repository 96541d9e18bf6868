//! Meizu: a form whose field `cb` is `{"<message id>-<type>": {"param", "type", "targets"}}`.

use revocation_rules::channel::Channel;

use super::vendor::{Signature, Vendor};
use super::xiaomi;

pub(super) const VENDOR: Vendor = Vendor {
    channel: Channel::Meizu,
    signature: Signature::None,
    // The status alone counts.
    yes: &[],
    // Its words are Xiaomi's, but that it says no times.
    told: xiaomi::told,
};
