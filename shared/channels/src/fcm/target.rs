//! Whom a recorded token names: an app on a device, or a topic's audience.

use revocation_rules::channel::Audience;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// FCM takes exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target<'a> {
    /// A Firebase installation id.
    Fid(&'a str),
    /// A registration token.
    Token(&'a str),
    Audience(Audience<'a>),
}

const FID_CHARS: usize = 22;

impl<'a> Target<'a> {
    pub fn of(recorded: &'a str) -> Self {
        match Audience::named_by(recorded) {
            Some(audience) => Self::Audience(audience),
            None if is_fid(recorded) => Self::Fid(recorded),
            None => Self::Token(recorded),
        }
    }

    /// Nobody can say who is reached.
    pub const fn is_an_audience(self) -> bool {
        matches!(self, Self::Audience(_))
    }

    /// Under which field FCM takes it, and what it is called there.
    pub const fn field(self) -> (&'static str, &'a str) {
        match self {
            Self::Fid(fid) => ("fid", fid),
            Self::Token(token) => ("token", token),
            Self::Audience(Audience::Topic(topic)) => ("topic", topic),
            Self::Audience(Audience::Condition(condition)) => ("condition", condition),
        }
    }
}

impl Serialize for Target<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (field, name) = self.field();
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(field, name)?;
        map.end()
    }
}

/// 22 characters of URL-safe Base64, of which the first four bits are 0111. A registration token has over a hundred.
fn is_fid(text: &str) -> bool {
    text.len() == FID_CHARS
        && matches!(text.as_bytes()[0], b'c'..=b'f')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_what_it_is() {
        let fid = "cT0123456789abcdefghij";
        for (recorded, target) in [
            (fid, Target::Fid(fid)),
            ("f-0_23456789abcdefghij", Target::Fid("f-0_23456789abcdefghij")),
            ("gT0123456789abcdefghij", Target::Token("gT0123456789abcdefghij")),
            ("cT0123456789abcdefghi", Target::Token("cT0123456789abcdefghi")),
            ("cT0123456789abcdefghijk", Target::Token("cT0123456789abcdefghijk")),
            ("cT01234567:9abcdefghij", Target::Token("cT01234567:9abcdefghij")),
            ("cT0123456789abcdefgh\u{e9}", Target::Token("cT0123456789abcdefgh\u{e9}")),
            ("d1:APA91b-x", Target::Token("d1:APA91b-x")),
            ("/topics/news", Target::Audience(Audience::Topic("news"))),
            (
                "'a' in topics && 'b' in topics",
                Target::Audience(Audience::Condition("'a' in topics && 'b' in topics")),
            ),
        ] {
            assert_eq!(Target::of(recorded), target);
            assert_eq!(target.is_an_audience(), recorded.contains("topics"));
        }
    }
}
