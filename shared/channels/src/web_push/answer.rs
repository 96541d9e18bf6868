//! What a push service's answer means for us. Pure. Each service has words of its own; they share the statuses of RFC 8030.

use crate::driver::Told;
use crate::meaning::{Meaning, Said, undocumented};

/// How Google says, under several statuses, that a subscription was made with another key.
const OTHER_KEY: &[u8] = b"UnauthorizedRegistration";

pub(super) fn classify(told: &Told<'_>) -> Said {
    let status = told.status.as_u16();
    let meaning = match known(status.into()) {
        Some(Meaning::Refused) if status == 400 && says(told.body, OTHER_KEY) => Meaning::SessionRefused,
        Some(Meaning::Transient) if told.retry_after.is_some() => Meaning::Throttled,
        Some(meaning) => meaning,
        // Whoever says how long to wait is throttling.
        None if told.retry_after.is_some() && undocumented(status) == Meaning::Transient => Meaning::Throttled,
        None => undocumented(status),
    };
    // Nothing of the body: it may say the endpoint.
    Said::new(format!("web_push:http_{status}"), meaning).after(told.retry_after)
}

/// RFC 8030 and what the services' own documents add.
pub(super) fn known(status: i64) -> Option<Meaning> {
    Some(match status {
        200..=202 => Meaning::Accepted,
        // The token's signature, its subject, its time; or the subscription was made with another key.
        401 | 403 => Meaning::SessionRefused,
        // The subscription is over.
        404 | 410 => Meaning::Gone,
        // What we sent is wrong, and would be again; where it should go instead is nothing that we follow.
        301 | 302 | 303 | 307 | 308 | 400 | 405 | 411 | 413 | 415 => Meaning::Refused,
        // 406 is Microsoft's.
        406 | 429 => Meaning::Throttled,
        500 | 502 | 503 | 504 => Meaning::Transient,
        _ => return None,
    })
}

fn says(body: &[u8], word: &[u8]) -> bool {
    body.windows(word.len()).any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::driver::told;
    use crate::tables;

    const WAIT: Option<Duration> = Some(Duration::from_secs(7));

    fn meaning(status: u16, retry_after: Option<Duration>, body: &str) -> Meaning {
        told(status, retry_after, body, classify).meaning
    }

    /// Those of RFC 8030, sections 5 to 8, and of the services' documents.
    const SAID: [i64; 17] = [200, 201, 202, 307, 308, 400, 401, 403, 404, 405, 406, 410, 411, 413, 415, 429, 503];

    #[test]
    fn every_documented_status_has_its_meaning() {
        use Meaning::{Accepted, Gone, Refused, SessionRefused, Throttled, Transient};
        tables::compare("Web Push", known, 200..600, &SAID);
        for (status, expected) in [
            (200, Accepted),
            (201, Accepted),
            (202, Accepted),
            (204, Transient),
            (301, Refused),
            (302, Refused),
            (307, Refused),
            (400, Refused),
            (401, SessionRefused),
            (403, SessionRefused),
            (404, Gone),
            (405, Refused),
            (406, Throttled),
            (408, Transient),
            (410, Gone),
            (411, Refused),
            (413, Refused),
            (415, Refused),
            (418, Refused),
            (429, Throttled),
            (500, Transient),
            (502, Transient),
            (503, Transient),
            (507, Transient),
        ] {
            assert_eq!(meaning(status, None, ""), expected, "{status}");
        }
    }

    #[test]
    fn whoever_says_how_long_to_wait_is_throttling() {
        for status in [429, 406, 500, 503, 507] {
            let said = told(status, WAIT, "", classify);
            assert_eq!((said.meaning, said.retry_after), (Meaning::Throttled, WAIT), "{status}");
        }
        assert_eq!(meaning(410, WAIT, ""), Meaning::Gone);
    }

    #[test]
    fn google_says_in_words_that_the_key_is_another() {
        assert_eq!(
            meaning(400, None, "<HTML><TITLE>UnauthorizedRegistration</TITLE>"),
            Meaning::SessionRefused
        );
        assert_eq!(meaning(410, None, "UnauthorizedRegistration"), Meaning::Gone);
    }

    #[test]
    fn nothing_of_a_body_is_kept() {
        let said = told(403, None, r#"{"reason":"planted"}"#, classify);
        assert_eq!(said.reason, "web_push:http_403");
    }
}
