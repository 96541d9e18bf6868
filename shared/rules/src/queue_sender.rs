//! Who put a message on the senders' queue, as AWS says, and what becomes of those that nobody has bound to a tenant.

use std::fmt;
use std::str::FromStr;

/// AWS says at most 128 characters.
const MAX_BYTES: usize = 128;

/// The unique id of an IAM user or role, such as `AROA1234567890EXAMPLE`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueSender(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sender is the unique id of an IAM user or role: letters and digits, no session")]
pub struct NotASender;

impl QueueSender {
    /// Who is named by the attribute `SenderId` of a message. A role stands there with the name of its session,
    /// which is chosen by whoever takes the role, and so says nothing.
    pub fn of_sender_id(text: &str) -> Option<Self> {
        let (principal, _session) = text.split_once(':').unwrap_or((text, ""));
        principal.parse().ok()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for QueueSender {
    type Err = NotASender;

    fn from_str(text: &str) -> Result<Self, NotASender> {
        let fits = (1..=MAX_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if fits { Ok(Self(text.to_owned())) } else { Err(NotASender) }
    }
}

impl fmt::Display for QueueSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for QueueSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What becomes of a recording whose sender is not bound to the tenant that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unbound {
    Refuse,
    /// Recorded and logged, until everybody is bound.
    Allow,
}

impl Unbound {
    pub const FORMAT: &str = "refuse or allow";

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "refuse" => Some(Self::Refuse),
            "allow" => Some(Self::Allow),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_the_same_sender_in_every_session() {
        let role: QueueSender = "AROA1234567890EXAMPLE".parse().unwrap();
        for text in [
            "AROA1234567890EXAMPLE",
            "AROA1234567890EXAMPLE:i-0123",
            "AROA1234567890EXAMPLE:AROAOTHER",
            "AROA1234567890EXAMPLE:a:b",
        ] {
            assert_eq!(QueueSender::of_sender_id(text).as_ref(), Some(&role), "{text}");
        }
    }

    #[test]
    fn what_is_no_id_is_nobody() {
        for text in ["", ":session", "AROA#shop/default", "AROA 1", "*", &"A".repeat(129)] {
            assert_eq!(QueueSender::of_sender_id(text), None, "{text}");
        }
        assert!("AROA1:session".parse::<QueueSender>().is_err(), "a session cannot be bound");
    }

    #[test]
    fn only_the_word_allows() {
        assert_eq!(Unbound::parse("allow"), Some(Unbound::Allow));
        assert_eq!(Unbound::parse("refuse"), Some(Unbound::Refuse));
        for text in ["", "Allow", "true", "all"] {
            assert_eq!(Unbound::parse(text), None);
        }
    }
}
