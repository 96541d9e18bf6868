//! A token that names no device: a topic, or a condition over topics.

/// How a topic is recorded.
const TOPIC: &str = "/topics/";
/// What every condition has, and no token.
const IN_TOPICS: &str = "' in topics";

/// Whoever is subscribed. The vendor names nobody and counts nobody, so it is one delivery and no device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience<'a> {
    /// Its name.
    Topic(&'a str),
    /// As it was sent.
    Condition(&'a str),
}

impl<'a> Audience<'a> {
    /// `/topics/<name>`, or `'a' in topics && 'b' in topics`.
    pub fn named_by(token: &'a str) -> Option<Self> {
        match token.strip_prefix(TOPIC) {
            Some(topic) => Some(Self::Topic(topic)),
            None => token.contains(IN_TOPICS).then_some(Self::Condition(token)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_and_a_condition_name_an_audience_and_a_token_does_not() {
        let condition = "'a' in topics && 'b' in topics";
        for (token, audience) in [
            ("/topics/news", Some(Audience::Topic("news"))),
            (condition, Some(Audience::Condition(condition))),
            ("cT0123456789abcdefghij", None),
            ("d1:APA91b-x", None),
        ] {
            assert_eq!(Audience::named_by(token), audience, "{token}");
        }
    }
}
