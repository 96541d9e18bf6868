//! The dry run: what a revocation would do, without doing it.
//!
//! Reads headers only, and payloads only where a scope names targets and there are few.

use std::collections::BTreeMap;

use jiff::Timestamp;
use revocation_rules::batch::{BatchHeader, Sending};
use revocation_rules::channel::{Capability, Channel, Channels, Strategy};
use revocation_rules::notice::Notices;
use revocation_rules::scope::Scope;
use revocation_rules::verdict::{Verdict, decide};
use revocation_rules::window;

use crate::ports::{AppNotices, BatchHeaders, Clock, PushStore, StoreError};
use crate::request_revocation::{NewRevocation, RequestError};
use crate::resolve_notices::resolve_notices;

/// What would become of the deliveries of one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelPreview {
    pub capability: Capability,
    /// How the channel takes back here; `None` when it can not.
    pub strategy: Option<Strategy>,
    pub deliveries: u64,
    /// Would be asked of the vendor.
    pub revocable: u64,
    /// Sent without the id that overwriting needs.
    pub not_revocable: u64,
    /// Their own 7 days are over.
    pub too_late: u64,
    /// Held back by the sender.
    pub stopped: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    pub verdict: Verdict,
    pub closes_at: Timestamp,
    pub notices: Notices,
    pub channels: BTreeMap<Channel, ChannelPreview>,
    /// False when the scope names targets: then the numbers are upper bounds.
    pub exact: bool,
}

/// Looks at everything a revocation would cover.
///
/// # Errors
/// When the push is unknown or the store fails. A refusal is part of the answer.
pub async fn preview_revocation(
    store: &(impl PushStore + BatchHeaders + AppNotices),
    clock: &impl Clock,
    channels: &Channels,
    request: &NewRevocation,
) -> Result<Preview, RequestError> {
    let now = clock.now();
    let push = store.push(&request.push).await?.ok_or(RequestError::PushNotFound)?;
    let mut found = BTreeMap::new();
    for shard in 0..push.shards.get() {
        add_shard(store, channels, request, shard, now, &mut found).await?;
    }
    Ok(Preview {
        verdict: decide(&push, &request.scope, channels, now),
        closes_at: push.registration.closes_at(),
        notices: resolve_notices(store, &push, request.notices.as_ref()).await?,
        channels: found,
        exact: request.scope.targets.is_none(),
    })
}

async fn add_shard(
    store: &impl BatchHeaders,
    channels: &Channels,
    request: &NewRevocation,
    shard: u16,
    now: Timestamp,
    found: &mut BTreeMap<Channel, ChannelPreview>,
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = store.headers(&request.push, shard, after.as_ref()).await?;
        for header in &page.headers {
            add(found, channels, &request.scope, header, now);
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

fn add(found: &mut BTreeMap<Channel, ChannelPreview>, channels: &Channels, scope: &Scope, header: &BatchHeader, now: Timestamp) {
    if !scope.has_channel(header.channel) {
        return;
    }
    let capability = channels.capability(header.channel);
    let preview = found.entry(header.channel).or_insert(ChannelPreview {
        capability,
        strategy: channels.strategy(header.channel),
        deliveries: 0,
        revocable: 0,
        not_revocable: 0,
        too_late: 0,
        stopped: 0,
    });
    let count = u64::from(header.count);
    preview.deliveries += count;
    if capability != Capability::Able {
        return;
    }
    if header.sending == Sending::HeldBack {
        preview.stopped += count;
    } else if !window::is_open(header.sent_at, now) {
        preview.too_late += count;
    } else {
        preview.not_revocable += u64::from(header.without_handle);
        preview.revocable += count - u64::from(header.without_handle);
    }
}
