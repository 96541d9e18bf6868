//! How long to wait before the next try. Decided without a clock.

use std::time::Duration;

/// Doubled with every try.
const FIRST: Duration = Duration::from_millis(500);
/// Never longer than this, unless the API asks for it.
const LONGEST: Duration = Duration::from_secs(20);
/// An answer 500 is a fault, and waiting mends few of them.
const MOST_FAULTS: u32 = 3;

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// No answer.
    Unheard,
    /// With a status, and the seconds to wait that came with it.
    Answered { status: u16, retry_after: Option<Duration> },
}

/// Does it help to ask again after the `tries`th try, and after how long? `spread` is chance, from 0 to 1.
///
/// Never sooner than the API asked for. `None`: the answer stands.
pub fn again(ended: Ended, tries: u32, spread: f64) -> Option<Duration> {
    let floor = match ended {
        Ended::Unheard => Duration::ZERO,
        Ended::Answered { status: 500, .. } if tries >= MOST_FAULTS => return None,
        Ended::Answered {
            status: 429 | 500..,
            retry_after,
        } => retry_after.unwrap_or_default(),
        Ended::Answered { .. } => return None,
    };
    let doubled = FIRST.saturating_mul(1 << tries.saturating_sub(1).min(10)).min(LONGEST);
    // Half of it at least, so that many who were cut off together do not come back together.
    Some(floor.saturating_add(doubled.mul_f64(0.5 + spread.clamp(0.0, 1.0) / 2.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, seconds: Option<u64>) -> Ended {
        Ended::Answered {
            status,
            retry_after: seconds.map(Duration::from_secs),
        }
    }

    #[test]
    fn nobody_is_asked_sooner_than_they_asked_for() {
        for spread in [0.0, 0.3, 1.0] {
            for status in [429, 503] {
                assert!(again(answered(status, Some(7)), 1, spread).unwrap() >= Duration::from_secs(7));
                assert_eq!(again(answered(status, Some(u64::MAX)), 1, spread).unwrap().as_secs(), u64::MAX);
            }
        }
    }

    #[test]
    fn waits_grow_and_end() {
        let waits: Vec<_> = (1..=12).map(|tries| again(Ended::Unheard, tries, 1.0).unwrap()).collect();
        assert!(waits.is_sorted(), "{waits:?}");
        assert_eq!(waits[0], FIRST);
        assert_eq!(waits[11], LONGEST);
        assert_eq!(again(Ended::Unheard, u32::MAX, 0.0).unwrap(), LONGEST / 2);
    }

    #[test]
    fn an_answer_that_waiting_does_not_change_stands() {
        for status in [200, 202, 301, 400, 401, 403, 404, 409, 413] {
            assert_eq!(again(answered(status, Some(1)), 1, 0.5), None, "{status}");
        }
        assert!(again(answered(500, None), 2, 0.5).is_some());
        assert_eq!(again(answered(500, None), 3, 0.5), None);
        assert!(again(answered(502, None), 50, 0.5).is_some());
    }
}
