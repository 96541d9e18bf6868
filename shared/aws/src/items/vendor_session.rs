//! A vendor session, who is opening one, and how the last opening failed.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{SessionKey, SessionRecord, SessionText, SharedFailure, StoreError, VendorSession};
use revocation_rules::retry::AttemptFailure;

use super::{Item, Reader, Writer, expires_at, written_by};

const SESSION: &str = "session";
const FAILURE: &str = "failure";
const LEASE: &str = "lease_ends_at";
const RETRY_AFTER: &str = "retry_after_ms";

/// How long an item outlives everything in it.
const KEPT_LONGER: SignedDuration = SignedDuration::from_hours(1);

/// `name` names the write.
pub fn write(key: &SessionKey, record: &SessionRecord, name: &str) -> Item {
    let ends = [
        record.session.as_ref().map(|session| session.good_until),
        record.failure.as_ref().map(|failure| failure.until),
        record.leased_until,
    ];
    let end = ends.into_iter().flatten().max().unwrap_or(Timestamp::UNIX_EPOCH);
    let mut item = Writer::keyed(key.to_string())
        .number("version", record.version)
        .number("expires_at", expires_at(end.saturating_add(KEPT_LONGER).unwrap_or(end)))
        .time_if(LEASE, record.leased_until)
        .text(written_by::ATTRIBUTE, name);
    if let Some(session) = &record.session {
        item = item
            .text(SESSION, session.text.expose())
            .number("session_version", session.version)
            .time("opened_at", session.opened_at)
            .time("session_ends_at", session.good_until);
    }
    if let Some(SharedFailure { failure, until }) = &record.failure {
        item = item
            .text(FAILURE, kind(failure))
            .text("failure_reason", failure.reason())
            .time("failure_ends_at", *until);
        if let AttemptFailure::Throttled {
            retry_after: Some(wait), ..
        } = failure
        {
            item = item.number(RETRY_AFTER, u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        }
    }
    item.finish()
}

pub fn read(item: &Item) -> Result<SessionRecord, StoreError> {
    let reader = Reader::new("vendor session", item)?;
    Ok(SessionRecord {
        version: reader.number("version")?,
        session: reader.if_there(SESSION, session)?,
        failure: reader.if_there(FAILURE, failure)?,
        leased_until: reader.if_there(LEASE, Reader::time)?,
    })
}

fn session(reader: &Reader<'_>, attribute: &'static str) -> Result<VendorSession, StoreError> {
    Ok(VendorSession {
        text: SessionText::from(reader.text(attribute)?),
        version: reader.number("session_version")?,
        opened_at: reader.time("opened_at")?,
        good_until: reader.time("session_ends_at")?,
    })
}

fn failure(reader: &Reader<'_>, attribute: &'static str) -> Result<SharedFailure, StoreError> {
    let reason = reader.text("failure_reason")?.to_owned();
    let failure = match reader.text(attribute)? {
        "transient" => AttemptFailure::Transient { reason },
        "misconfigured" => AttemptFailure::Misconfigured { reason },
        "throttled" => AttemptFailure::Throttled {
            retry_after: reader.if_there(RETRY_AFTER, Reader::number)?.map(Duration::from_millis),
            reason,
        },
        _ => return Err(reader.damaged(attribute)),
    };
    Ok(SharedFailure {
        failure,
        until: reader.time("failure_ends_at")?,
    })
}

const fn kind(failure: &AttemptFailure) -> &'static str {
    match failure {
        AttemptFailure::Transient { .. } => "transient",
        AttemptFailure::Throttled { .. } => "throttled",
        AttemptFailure::Misconfigured { .. } => "misconfigured",
    }
}
