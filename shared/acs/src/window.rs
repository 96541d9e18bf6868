//! How old, or how far ahead, a signed request may be.

use jiff::{SignedDuration, Timestamp};

/// On either side of the server's own time; the last moment belongs to it.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(15);

pub fn is_current(signed_at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(signed_at).abs() <= WINDOW
}

/// `2026-11-23T03:47:34Z`, exactly.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    const SHAPE: &[u8] = b"dddd-dd-ddTdd:dd:ddZ";
    let fits = text.len() == SHAPE.len()
        && text.bytes().zip(SHAPE).all(|(byte, shape)| match shape {
            b'd' => byte.is_ascii_digit(),
            _ => byte == *shape,
        });
    if fits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifteen_minutes_either_way_and_no_more() {
        let signed = Timestamp::from_second(1_795_405_654).unwrap();
        let after = |seconds| is_current(signed, signed + SignedDuration::from_secs(seconds));
        assert!(after(0) && after(900) && after(-900));
        assert!(!after(901) && !after(-901));
    }

    #[test]
    fn a_time_has_one_form() {
        assert_eq!(time("2026-11-23T03:47:34Z"), Some(Timestamp::from_second(1_795_405_654).unwrap()));
        for bad in [
            "",
            "2026-11-23T03:47:34",
            "2026-11-23T03:47:34+00:00",
            "2026-11-23 03:47:34Z",
            "2026-11-23t03:47:34z",
            "2026-13-23T03:47:34Z",
            "2026-11-23T25:47:34Z",
            "2026-11-23T03:47:34.0Z",
            "２026-11-23T03:47:3Z",
        ] {
            assert_eq!(time(bad), None, "{bad}");
        }
    }
}
