//! What to do, given what is known of an account's session. Pure.

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{SessionRecord, SharedFailure, VendorSession};
use revocation_rules::retry::AttemptFailure;

/// How long one worker may be opening a session before the next one tries.
pub(super) const LEASED_FOR: SignedDuration = SignedDuration::from_secs(12);
/// How long a failure is everybody's; a wrong secret longer than a bad moment.
const SHARED_FOR: SignedDuration = SignedDuration::from_secs(3);
const MISCONFIGURED_FOR: SignedDuration = SignedDuration::from_secs(30);
/// The longest a vendor's own wait is kept for all.
const THROTTLED_AT_MOST: SignedDuration = SignedDuration::from_secs(60);
/// Nothing of the above ends later than this, but by a clock that is wrong.
const NEVER_LATER: SignedDuration = SignedDuration::from_secs(90);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Use(VendorSession),
    /// Nobody is opening one, and it is time: do it under the lease. The
    /// session that is renewed early goes on being good meanwhile.
    Open {
        meanwhile: Option<VendorSession>,
    },
    /// Somebody is renewing this one, or failed to a moment ago.
    UseForNow(VendorSession),
    /// Somebody is opening one.
    Wait,
    Fail(SharedFailure),
}

/// Decides for a caller who was `refused` with a session of that version.
pub(super) fn step(record: &SessionRecord, refused: Option<u64>, now: Timestamp) -> Step {
    let good = record.session.as_ref().filter(|session| is_good(session, refused, now));
    if let Some(session) = good
        && now < renewed_from(session)
    {
        return Step::Use(session.clone());
    }
    let failure = record.failure.as_ref().filter(|failure| lasts(failure.until, now));
    let is_leased = record.leased_until.is_some_and(|until| lasts(until, now));
    match (good, failure) {
        (Some(session), failure) if is_leased || failure.is_some() => Step::UseForNow(session.clone()),
        (None, Some(failure)) => Step::Fail(failure.clone()),
        (None, None) if is_leased => Step::Wait,
        (meanwhile, _) => Step::Open {
            meanwhile: meanwhile.cloned(),
        },
    }
}

pub(super) fn is_good(session: &VendorSession, refused: Option<u64>, now: Timestamp) -> bool {
    now < session.good_until && Some(session.version) != refused
}

/// At four fifths of its life.
fn renewed_from(session: &VendorSession) -> Timestamp {
    let fifth = session.good_until.duration_since(session.opened_at) / 5;
    session.good_until.saturating_sub(fifth).unwrap_or(session.opened_at)
}

/// Half open, and not for ever when it was written by a clock far ahead.
fn lasts(until: Timestamp, now: Timestamp) -> bool {
    now < until && until.duration_since(now) <= NEVER_LATER
}

pub(super) fn after(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// Everybody's for a few seconds.
pub(super) fn shared(failure: AttemptFailure, now: Timestamp) -> SharedFailure {
    let share = match &failure {
        AttemptFailure::Transient { .. } => SHARED_FOR,
        AttemptFailure::Misconfigured { .. } => MISCONFIGURED_FOR,
        AttemptFailure::Throttled { retry_after, .. } => {
            let asked = retry_after.map(|asked| SignedDuration::try_from(asked).unwrap_or(THROTTLED_AT_MOST));
            asked.unwrap_or(SHARED_FOR).clamp(SHARED_FOR, THROTTLED_AT_MOST)
        }
    };
    SharedFailure {
        failure,
        until: after(now, share),
    }
}

/// A version that was never used before, even if the record was deleted in between.
pub(super) fn next_version(before: u64, now: Timestamp) -> u64 {
    (before + 1).max(u64::try_from(now.as_millisecond()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::answers::{misconfigured, throttled, transient};

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + secs).unwrap()
    }

    /// Good from 0 to 100.
    fn session() -> VendorSession {
        VendorSession {
            text: "text".into(),
            version: 7,
            opened_at: at(0),
            good_until: at(100),
        }
    }

    fn record(leased_until: Option<i64>, fails_until: Option<i64>) -> SessionRecord {
        SessionRecord {
            version: 1,
            session: Some(session()),
            failure: fails_until.map(failure),
            leased_until: leased_until.map(at),
        }
    }

    fn failure(until: i64) -> SharedFailure {
        SharedFailure {
            failure: transient("down"),
            until: at(until),
        }
    }

    #[test]
    fn nothing_known_is_opened() {
        let open = Step::Open { meanwhile: None };
        assert_eq!(step(&SessionRecord::default(), None, at(0)), open);
        assert_eq!(step(&SessionRecord::default(), Some(7), at(0)), open);
    }

    #[test]
    fn a_session_is_used_for_four_fifths_of_its_life_and_then_renewed_by_one() {
        let renew = Step::Open {
            meanwhile: Some(session()),
        };
        assert_eq!(step(&record(None, None), None, at(79)), Step::Use(session()));
        assert_eq!(step(&record(None, None), None, at(80)), renew);
        assert_eq!(step(&record(Some(90), None), None, at(80)), Step::UseForNow(session()));
        assert_eq!(step(&record(Some(90), None), None, at(90)), renew, "who held the lease is gone");
        assert_eq!(step(&record(None, Some(83)), None, at(80)), Step::UseForNow(session()));
        assert_eq!(step(&record(None, None), None, at(100)), Step::Open { meanwhile: None });
    }

    #[test]
    fn without_a_good_session_everybody_waits_for_the_one_who_opens() {
        for (refused, now) in [(None, 100), (Some(7), 10)] {
            assert_eq!(step(&record(Some(now + 5), None), refused, at(now)), Step::Wait);
            assert_eq!(step(&record(Some(now), None), refused, at(now)), Step::Open { meanwhile: None });
            assert_eq!(step(&record(None, Some(now + 3)), refused, at(now)), Step::Fail(failure(now + 3)));
            assert_eq!(step(&record(None, Some(now)), refused, at(now)), Step::Open { meanwhile: None });
        }
    }

    #[test]
    fn only_the_refused_version_is_replaced() {
        assert_eq!(step(&record(None, None), Some(6), at(10)), Step::Use(session()));
        assert_eq!(step(&record(None, None), Some(7), at(10)), Step::Open { meanwhile: None });
    }

    #[test]
    fn what_a_clock_far_ahead_wrote_holds_nobody_up() {
        let hour = 3_600;
        assert_eq!(
            step(&record(Some(hour), Some(hour)), Some(7), at(0)),
            Step::Open { meanwhile: None }
        );
    }

    #[test]
    fn a_wrong_secret_is_shared_longer_than_a_bad_moment() {
        let secs = |failure| shared(failure, at(0)).until.duration_since(at(0)).as_secs();
        assert_eq!(secs(transient("x")), 3);
        assert_eq!(secs(misconfigured("x")), 30);
        assert_eq!(secs(throttled("x", None)), 3);
        assert_eq!(secs(throttled("x", Some(Duration::from_secs(20)))), 20);
        assert_eq!(secs(throttled("x", Some(Duration::MAX))), 60);
        assert_eq!(secs(throttled("x", Some(Duration::from_hours(9)))), 60);
    }

    #[test]
    fn a_version_is_never_used_twice() {
        let first = next_version(0, at(0));
        assert_eq!(next_version(first, at(0)), first + 1);
        assert!(next_version(0, at(1)) > next_version(first, at(0)), "deleted in between");
    }
}
