//! When to look next whether a revocation can settle, by how far it has come.
//!
//! Looks that come later and later find the last delivery ended long after it did: a recall that took a minute was
//! settled half a minute later. How fast deliveries end tells when the rest will have.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::channel::Channel;
use crate::counters::ChannelCounters;
use crate::revocation::Revocation;
use crate::settling::all_found;

/// No look is sooner than this.
const SOONEST: Duration = Duration::from_secs(1);
/// Nor sooner than this part of the time since the request, so that what has come to a standstill is looked at more and
/// more seldom, and looks come to an end.
const PART: u32 = 20;

/// How far a revocation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headway {
    /// Deliveries that have ended, of `all` that were found.
    pub ended: u64,
    pub all: u64,
    /// Since the request.
    pub since: Duration,
}

impl Headway {
    pub fn of(revocation: &Revocation, counters: &BTreeMap<Channel, ChannelCounters>, now: Timestamp) -> Self {
        Self {
            ended: counters.values().map(|counters| counters.outcomes.total()).sum(),
            all: all_found(revocation, counters),
            since: now.duration_since(revocation.requested_at).try_into().unwrap_or_default(),
        }
    }

    /// How long the rest takes if it goes on as before; at the latest `latest`.
    pub fn next_look(self, latest: Duration) -> Duration {
        let rest = self.all.saturating_sub(self.ended);
        if self.ended == 0 {
            return latest;
        }
        let rest_ms = self.since.as_millis().saturating_mul(rest.into()) / u128::from(self.ended);
        let rest = Duration::from_millis(u64::try_from(rest_ms).unwrap_or(u64::MAX));
        rest.max(SOONEST).max(self.since / PART).min(latest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LATEST: Duration = Duration::from_secs(64);

    fn after(since_s: u64, ended: u64) -> Duration {
        let headway = Headway {
            ended,
            all: 1_000,
            since: Duration::from_secs(since_s),
        };
        headway.next_look(LATEST)
    }

    #[test]
    fn the_next_look_is_when_the_rest_will_have_ended() {
        assert_eq!(after(30, 600), Duration::from_secs(20));
        assert_eq!(after(40, 800), Duration::from_secs(10));
    }

    #[test]
    fn it_is_neither_too_soon_nor_too_late() {
        assert_eq!(after(2, 999), SOONEST);
        assert_eq!(after(30, 1), LATEST);
        assert_eq!(after(30, 0), LATEST);
    }

    #[test]
    fn what_stands_still_is_looked_at_more_and_more_seldom() {
        let (mut since, mut looks) = (Duration::from_secs(1), 0);
        while since < Duration::from_mins(10) {
            let headway = Headway {
                ended: 999,
                all: 1_000,
                since,
            };
            since += headway.next_look(LATEST);
            looks += 1;
        }
        assert!(looks < 120, "{looks}");
    }

    proptest! {
        /// Whatever the counters say: a second at least, and never later than without them.
        #[test]
        fn no_counters_delay_a_look(ended in 0_u64.., all in 0_u64.., since_s in 0_u64..1_000_000) {
            let headway = Headway { ended, all, since: Duration::from_secs(since_s) };
            let wait = headway.next_look(LATEST);
            prop_assert!((SOONEST..=LATEST).contains(&wait));
        }
    }
}
