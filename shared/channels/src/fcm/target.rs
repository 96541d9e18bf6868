//! Whom a recorded token names: an app on a device, or a topic's audience.

/// FCM takes exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target<'a> {
    /// A Firebase installation id.
    Fid(&'a str),
    /// A registration token.
    Token(&'a str),
    Topic(&'a str),
    Condition(&'a str),
}

/// How a topic is recorded.
const TOPIC: &str = "/topics/";
/// What every condition has, and no token.
const IN_TOPICS: &str = "' in topics";
const FID_CHARS: usize = 22;

impl<'a> Target<'a> {
    pub fn of(recorded: &'a str) -> Self {
        if let Some(topic) = recorded.strip_prefix(TOPIC) {
            Self::Topic(topic)
        } else if recorded.contains(IN_TOPICS) {
            Self::Condition(recorded)
        } else if is_fid(recorded) {
            Self::Fid(recorded)
        } else {
            Self::Token(recorded)
        }
    }

    /// Nobody can say who is reached.
    pub const fn is_an_audience(self) -> bool {
        match self {
            Self::Topic(_) | Self::Condition(_) => true,
            Self::Fid(_) | Self::Token(_) => false,
        }
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
            ("/topics/news", Target::Topic("news")),
            (
                "'a' in topics && 'b' in topics",
                Target::Condition("'a' in topics && 'b' in topics"),
            ),
        ] {
            assert_eq!(Target::of(recorded), target);
            assert_eq!(target.is_an_audience(), recorded.contains("topics"));
        }
    }
}
