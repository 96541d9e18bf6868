//! The dry run: what a revocation would do, without doing it.
//!
//! Reads headers; and payloads where the scope names targets, as many as there
//! is time for.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use revocation_rules::channel::{Channel, Channels};
use revocation_rules::notice::Notices;
use revocation_rules::unmatched::Unmatched;
use revocation_rules::verdict::{Verdict, decide};

use crate::channel_preview::ChannelPreview;
use crate::examine_scope::{Beyond, Bound, Look, examine};
use crate::ports::{AppNotices, BatchHeaders, BatchPayloads, Clock, PushStore};
use crate::request_revocation::{NewRevocation, RequestError};
use crate::resolve_notices::resolve_notices;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    pub verdict: Verdict,
    pub closes_at: Timestamp,
    pub notices: Notices,
    pub channels: BTreeMap<Channel, ChannelPreview>,
    /// How many of the deliveries may be for targets that the scope does not
    /// name, because there was more than is looked at. With none the numbers are exact.
    pub unexamined_deliveries: u64,
    /// There is more than there was time to count: the numbers are lower bounds.
    pub at_least: bool,
    pub unmatched: Unmatched,
}

/// Payloads that one dry run looks at: two million deliveries, some 60 MB.
const BATCHES: usize = 2_000;
/// How long it looks at them; then it counts the rest by its headers. A function has 10 seconds.
const PATIENCE: SignedDuration = SignedDuration::from_secs(5);
/// How long it counts.
const COUNTING: SignedDuration = SignedDuration::from_secs(7);

/// Looks at everything a revocation would cover.
///
/// # Errors
/// When the push is unknown or the store fails. A refusal is part of the answer.
pub async fn preview_revocation(
    store: &(impl PushStore + BatchHeaders + BatchPayloads + AppNotices),
    clock: &impl Clock,
    channels: &Channels,
    request: &NewRevocation,
) -> Result<Preview, RequestError> {
    let now = clock.now();
    let push = store.push(&request.push).await?.ok_or(RequestError::PushNotFound)?;
    let look = Look {
        scope: &request.scope,
        channels,
        now,
    };
    let bound = Bound {
        batches: BATCHES,
        until: now.saturating_add(PATIENCE).unwrap_or(Timestamp::MAX),
        beyond: Beyond::Counted,
        counted_until: now.saturating_add(COUNTING).unwrap_or(Timestamp::MAX),
    };
    let seen = examine(store, clock, &request.push, push.shards, &look, bound).await?;
    Ok(Preview {
        verdict: decide(&push, &request.scope, channels, now),
        closes_at: push.registration.closes_at(),
        notices: resolve_notices(store, &push, request.notices.as_ref()).await?,
        unmatched: seen.unmatched(&request.scope),
        unexamined_deliveries: seen.unexamined,
        at_least: seen.left_some,
        channels: seen.channels,
    })
}
