//! What a vendor's code means, where a vendor answers with numbers.

use std::borrow::Cow;
use std::collections::HashSet;
use std::time::Duration;

use revocation_rules::retry::{Answer, AttemptFailure};

use crate::answers::{gone, misconfigured, quota_used_up, refused, throttled, transient, unknown};
use crate::driver::{Call, Fate, Heard, Reading};

/// A closed set. What the vendor's texts say besides is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    Accepted,
    /// The vendor knows that the device cannot be reached any more.
    Gone,
    /// The vendor does not know the device. It may be gone, or our own setting is
    /// wrong: another app's key or package, another environment.
    Unknown,
    /// What was named is not there: never was, or not any longer.
    NotThere,
    /// No for good: the same request would be refused again.
    Refused,
    /// No more today. A replay on another day can succeed.
    QuotaUsedUp,
    /// The session is not, or no longer, good.
    SessionRefused,
    Throttled,
    /// Too often for this device: it alone is asked later, and the others are asked on.
    TooOften,
    /// Our credentials or settings are wrong; a person can put them right.
    Misconfigured,
    /// This call is not for us: not granted, or not there. A person can have that
    /// changed; meanwhile another call may do.
    NotForUs,
    Transient,
}

/// What a vendor said: a meaning, and the code to store and log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// Such as `oppo:41` or `vivo:http_502`.
    pub reason: String,
    pub meaning: Meaning,
    /// The wait the vendor asked for.
    pub retry_after: Option<Duration>,
}

impl Said {
    pub fn new(reason: impl Into<String>, meaning: Meaning) -> Self {
        Self {
            reason: reason.into(),
            meaning,
            retry_after: None,
        }
    }

    /// It asked for this wait.
    #[must_use]
    pub fn after(self, retry_after: Option<Duration>) -> Self {
        Self { retry_after, ..self }
    }

    /// What a delivery came to. `accepted` is the answer of one that was accepted.
    pub fn answer(&self, accepted: Answer) -> Answer {
        let reason = self.reason.clone();
        let failed = Answer::Failed;
        match self.meaning {
            Meaning::Accepted => accepted,
            Meaning::Gone => gone(reason),
            Meaning::Unknown => unknown(reason),
            Meaning::NotThere | Meaning::Refused => refused(reason),
            Meaning::QuotaUsedUp => quota_used_up(reason),
            Meaning::Throttled | Meaning::TooOften => failed(throttled(reason, self.retry_after)),
            Meaning::SessionRefused | Meaning::Misconfigured | Meaning::NotForUs => failed(misconfigured(reason)),
            Meaning::Transient => failed(transient(reason)),
        }
    }

    /// The same, where the call was taken as a whole.
    fn fate<A>(&self, accepted: Answer) -> Fate<A> {
        match (self.meaning, self.answer(accepted)) {
            (Meaning::TooOften, Answer::Failed(failure)) => Fate::Waits(failure),
            (_, answer) => Fate::Ends(answer),
        }
    }

    /// What a call came to whose deliveries all share the answer.
    pub fn heard<A>(self, call: &Call<'_, A>, accepted: &Answer) -> Heard<A> {
        let reading = match self.meaning {
            Meaning::SessionRefused => Reading::NotLetIn,
            Meaning::QuotaUsedUp => Reading::QuotaUsedUp,
            Meaning::Accepted
            | Meaning::Gone
            | Meaning::Unknown
            | Meaning::NotThere
            | Meaning::Refused
            | Meaning::Throttled
            | Meaning::TooOften
            | Meaning::Misconfigured
            | Meaning::NotForUs
            | Meaning::Transient => match self.answer(accepted.clone()) {
                Answer::Failed(failure) => Reading::Failed(failure),
                answer => call.all(&answer),
            },
        };
        Heard {
            code: self.reason,
            reading,
        }
    }

    /// What a call that was accepted gave.
    pub fn given(self, text: Option<Cow<'_, str>>, unreadable: &str) -> Result<String, Self> {
        match text {
            _ if self.meaning != Meaning::Accepted => Err(self),
            Some(text) => Ok(text.into_owned()),
            None => Err(Self::new(unreadable, Meaning::Transient)),
        }
    }

    /// As why there is no session. Every "no" at a login is about the credentials.
    pub fn login_failure(self) -> AttemptFailure {
        match self.meaning {
            Meaning::Throttled | Meaning::TooOften => throttled(self.reason, self.retry_after),
            // An acceptance that gave no session can only be asked for again.
            Meaning::Transient | Meaning::Accepted | Meaning::QuotaUsedUp => transient(self.reason),
            Meaning::Gone
            | Meaning::Unknown
            | Meaning::NotThere
            | Meaning::Refused
            | Meaning::SessionRefused
            | Meaning::Misconfigured
            | Meaning::NotForUs => misconfigured(self.reason),
        }
    }
}

/// What a vendor said of the deliveries of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sayings {
    /// The same of every one.
    All(Said),
    /// The call as a whole was taken, with this code; this of each, in their order.
    Each { code: String, said: Vec<Said> },
    /// It is about one or some of several, and nobody says which.
    OneIsBad(Said),
}

impl Sayings {
    /// `whole` of each of so many deliveries, but `bad` of those at these places.
    pub fn all_but(whole: &Said, deliveries: usize, places: &HashSet<usize>, bad: &Said) -> Self {
        let said = (0..deliveries).map(|at| if places.contains(&at) { bad } else { whole }.clone());
        Self::Each {
            said: said.collect(),
            code: whole.reason.clone(),
        }
    }

    /// What the call came to. Who is bad among several is found by smaller calls:
    /// `smaller` has what is asked next for each delivery.
    pub fn heard<A>(self, call: &Call<'_, A>, accepted: &Answer, smaller: impl IntoIterator<Item = A>) -> Heard<A> {
        match self {
            Self::OneIsBad(said) if call.deliveries.len() > 1 => {
                let mut smaller = smaller.into_iter();
                Heard {
                    code: said.reason,
                    reading: call.each(|_| smaller.next().map_or(Fate::Ends(Answer::NotTried), Fate::Then)),
                }
            }
            Self::All(said) | Self::OneIsBad(said) => said.heard(call, accepted),
            Self::Each { code, said } => {
                let mut each = said.iter();
                let reading = call.each(|_| each.next().map_or(Fate::Ends(Answer::NotTried), |said| said.fate(accepted.clone())));
                Heard { code, reading }
            }
        }
    }
}

/// What a code means that nobody documents: a "no" for good under a status that
/// says so, since the same request would be told the same; else nobody can say.
pub(crate) const fn undocumented(status: u16) -> Meaning {
    match status {
        408 | 425 | 429 => Meaning::Transient,
        400..=499 => Meaning::Refused,
        _ => Meaning::Transient,
    }
}

#[cfg(test)]
mod tests {
    use revocation_rules::outcome::Outcome;

    use super::*;
    use crate::answers::overwritten;

    const WAIT: Option<Duration> = Some(Duration::from_secs(7));

    fn said(meaning: Meaning) -> Said {
        Said::new("v:1", meaning).after(WAIT)
    }

    #[test]
    fn every_meaning_has_its_answer() {
        let ended = |outcome| Answer::Ended {
            outcome,
            reason: "v:1".to_owned(),
        };
        for (meaning, answer) in [
            (Meaning::Accepted, overwritten()),
            (Meaning::Gone, ended(Outcome::TargetGone)),
            (Meaning::Unknown, unknown("v:1".to_owned())),
            (Meaning::NotThere, ended(Outcome::Refused)),
            (Meaning::Refused, ended(Outcome::Refused)),
            (Meaning::QuotaUsedUp, ended(Outcome::Failed)),
            (Meaning::SessionRefused, Answer::Failed(misconfigured("v:1"))),
            (Meaning::Throttled, Answer::Failed(throttled("v:1", WAIT))),
            (Meaning::TooOften, Answer::Failed(throttled("v:1", WAIT))),
            (Meaning::Misconfigured, Answer::Failed(misconfigured("v:1"))),
            (Meaning::NotForUs, Answer::Failed(misconfigured("v:1"))),
            (Meaning::Transient, Answer::Failed(transient("v:1"))),
        ] {
            assert_eq!(said(meaning).answer(overwritten()), answer);
        }
    }

    #[test]
    fn a_login_that_is_refused_waits_for_a_person() {
        assert_eq!(said(Meaning::Refused).login_failure(), misconfigured("v:1"));
        assert_eq!(said(Meaning::Throttled).login_failure(), throttled("v:1", WAIT));
        assert_eq!(said(Meaning::Transient).login_failure(), transient("v:1"));
    }

    #[test]
    fn a_code_that_nobody_documents_is_a_no_only_under_a_status_that_is_one() {
        for (status, meaning) in [
            (200, Meaning::Transient),
            (400, Meaning::Refused),
            (413, Meaning::Refused),
            (408, Meaning::Transient),
            (500, Meaning::Transient),
        ] {
            assert_eq!(undocumented(status), meaning, "{status}");
        }
    }
}
