//! The wait that an answer asks for: `Retry-After`, RFC 9110, section 10.2.3.

use std::time::Duration;

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// Seconds, or a date: the answer's own `Date` says how far that is off, whatever the clock of this machine says. What
/// cannot be read is no wish.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let answered = date(headers.get(DATE)?.to_str().ok()?)?;
    // A date that has passed asks for no wait.
    Some(Duration::try_from(date(text)?.duration_since(answered)).unwrap_or_default())
}

fn date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_seconds_or_a_date_by_the_clock_of_who_answers() {
        let read = |retry_after_text: &str, date: Option<&str>| {
            let named = [(RETRY_AFTER, Some(retry_after_text)), (DATE, date)];
            let headers: HeaderMap = named
                .into_iter()
                .filter_map(|(name, text)| Some((name, text?.parse().unwrap())))
                .collect();
            retry_after(&headers)
        };
        let eight = Some("Mon, 23 Nov 2026 08:00:00 GMT");
        assert_eq!(read("7", None), Some(Duration::from_secs(7)));
        assert_eq!(read("Mon, 23 Nov 2026 08:01:00 GMT", eight), Some(Duration::from_mins(1)));
        assert_eq!(read("Mon, 23 Nov 2026 07:59:00 GMT", eight), Some(Duration::ZERO));
        assert_eq!(read("Mon, 23 Nov 2026 08:01:00 GMT", None), None);
        assert_eq!(read("-7", eight), None);
        assert_eq!(read("soon", eight), None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
