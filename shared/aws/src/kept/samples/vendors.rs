//! What the dispatchers of a channel share.

use std::time::Duration;

use revocation_app::ports::{SessionKey, SessionRecord, SharedFailure, SharedPause, VendorSession};
use revocation_rules::channel::Channel;
use revocation_rules::retry::AttemptFailure;

use super::common::{later, noon};
use super::kind;
use crate::items::{self, Item};
use crate::kept::{Kind, shown};

pub const KINDS: &[Kind] = &[
    kind("vendor session", vendor_session, |item, _| shown(items::vendor_session::read(item))),
    kind("vendor pause", vendor_pause, |item, _| shown(items::vendor_pause::read(item))),
];

fn session_key() -> SessionKey {
    SessionKey::new(Channel::Huawei, [7; 32])
}

fn vendor_session() -> Item {
    let record = SessionRecord {
        version: 3,
        session: Some(VendorSession {
            text: "session".into(),
            version: 2,
            opened_at: noon(),
            good_until: later(3_600),
        }),
        failure: Some(SharedFailure {
            failure: AttemptFailure::Throttled {
                retry_after: Some(Duration::from_secs(2)),
                reason: "80300007".to_owned(),
            },
            until: later(2),
        }),
        leased_until: Some(later(10)),
    };
    items::vendor_session::write(&session_key(), &record, "a-write")
}

fn vendor_pause() -> Item {
    let pause = SharedPause {
        until: later(5),
        reason: "10072".to_owned(),
    };
    items::vendor_pause::write(&session_key(), &pause)
}
