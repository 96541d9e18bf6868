//! The text that replaces a revoked message, in its user's language.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::channel::{Channel, Counting, NoticeLimits};
use crate::ids::Locale;

/// Longest title and text on any channel, in characters.
pub const MAX_TITLE_CHARS: usize = 40;
pub const MAX_TEXT_CHARS: usize = 100;
/// Most languages one notice may come in.
pub const MAX_LOCALES: usize = 20;

/// What the device shows in the message's place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Notice {
    pub title: String,
    pub text: String,
}

impl Default for Notice {
    fn default() -> Self {
        Self {
            title: "Message revoked".to_owned(),
            text: "Message revoked".to_owned(),
        }
    }
}

/// A notice in several languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notices {
    /// For whoever reads none of the others.
    #[serde(flatten)]
    pub default: Notice,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub locales: BTreeMap<Locale, Notice>,
}

impl Notices {
    /// The notice for a user: in the locale itself, else in the longest part of
    /// it that there is (`zh-Hant-TW`, `zh-Hant`, `zh`), else the default.
    pub fn for_locale(&self, locale: Option<&Locale>) -> &Notice {
        let Some(locale) = locale.filter(|_| !self.locales.is_empty()) else {
            return &self.default;
        };
        let mut wanted = locale.as_str();
        loop {
            let found = self.locales.iter().find(|(known, _)| known.as_str().eq_ignore_ascii_case(wanted));
            match (found, wanted.rsplit_once('-')) {
                (Some((_, notice)), _) => return notice,
                (None, Some((shorter, _))) => wanted = shorter,
                (None, None) => return &self.default,
            }
        }
    }

    /// The default first, then each language with its name.
    pub fn all(&self) -> impl Iterator<Item = (Option<&Locale>, &Notice)> {
        let locales = self.locales.iter().map(|(locale, notice)| (Some(locale), notice));
        std::iter::once((None, &self.default)).chain(locales)
    }
}

impl From<Notice> for Notices {
    fn from(default: Notice) -> Self {
        Self {
            default,
            locales: BTreeMap::new(),
        }
    }
}

/// Why a text cannot be a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    #[error("must not be empty")]
    Empty,
    #[error("is longer than {max} characters")]
    TooLong { max: usize },
    #[error("is longer than {channel} takes: {max} characters, of which one outside ASCII counts as two")]
    TooLongFor { channel: Channel, max: usize },
    #[error("has a control character")]
    ControlCharacter,
}

/// Which line of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    Title,
    Text,
}

impl Line {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Text => "text",
        }
    }
}

/// What is wrong with a notice that these channels are to show.
pub fn check(notice: &Notice, channels: &[Channel]) -> Vec<(Line, NoticeError)> {
    let line = |line: Line| match line {
        Line::Title => check_line(&notice.title, MAX_TITLE_CHARS, channels, |limits| limits.title),
        Line::Text => check_line(&notice.text, MAX_TEXT_CHARS, channels, |limits| limits.text),
    };
    [Line::Title, Line::Text]
        .into_iter()
        .filter_map(|which| Some((which, line(which).err()?)))
        .collect()
}

fn check_line(line: &str, max: usize, channels: &[Channel], limit: fn(&NoticeLimits) -> usize) -> Result<(), NoticeError> {
    if line.trim().is_empty() {
        return Err(NoticeError::Empty);
    }
    if line.chars().any(char::is_control) {
        return Err(NoticeError::ControlCharacter);
    }
    let length = line.chars().count();
    if length > max {
        return Err(NoticeError::TooLong { max });
    }
    let wide = line.chars().filter(|character| !character.is_ascii()).count();
    for &channel in channels {
        let Some(limits) = &channel.facts().notice else {
            continue;
        };
        let counted = match limits.counting {
            Counting::Characters => length,
            Counting::WideAsTwo => length + wide,
        };
        let max = limit(limits);
        if counted > max {
            return Err(NoticeError::TooLongFor { channel, max });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(title: &str, text: &str) -> Notice {
        Notice {
            title: title.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn length_counts_characters_and_on_vivo_wide_ones_twice() {
        let all_but_vivo = Channel::ALL.map(|channel| if channel == Channel::Vivo { Channel::Sms } else { channel });
        let long = notice(&"撤".repeat(40), &"回".repeat(100));
        assert_eq!(check(&long, &all_but_vivo), []);
        let for_vivo = |max| NoticeError::TooLongFor {
            channel: Channel::Vivo,
            max,
        };
        assert_eq!(
            check(&long, &Channel::ALL),
            [(Line::Title, for_vivo(40)), (Line::Text, for_vivo(100))]
        );
        assert_eq!(check(&notice(&"撤".repeat(20), &"回".repeat(50)), &Channel::ALL), []);
        assert_eq!(check(&notice(&"x".repeat(40), &"x".repeat(100)), &Channel::ALL), []);
        assert_eq!(
            check(&notice(&"x".repeat(41), "x"), &all_but_vivo),
            [(Line::Title, NoticeError::TooLong { max: 40 })]
        );
    }

    #[test]
    fn a_line_must_say_something_and_hold_no_control_character() {
        let wrong = check(&notice(" ", "a\nb"), &Channel::ALL);
        assert_eq!(
            wrong,
            [(Line::Title, NoticeError::Empty), (Line::Text, NoticeError::ControlCharacter)]
        );
    }

    #[test]
    fn a_user_reads_the_closest_language() {
        let notices = Notices {
            default: notice("d", "d"),
            locales: [("zh", "zh"), ("zh-Hant", "hant"), ("en-GB", "gb")]
                .into_iter()
                .map(|(locale, title)| (locale.parse().unwrap(), notice(title, title)))
                .collect(),
        };
        let read = |locale: &str| notices.for_locale(Some(&locale.parse().unwrap())).title.as_str();
        assert_eq!(read("zh-Hant-TW"), "hant");
        assert_eq!(read("zh-CN"), "zh");
        assert_eq!(read("en-gb"), "gb");
        assert_eq!(read("en"), "d");
        assert_eq!(notices.for_locale(None).title, "d");
    }

    #[test]
    fn a_notice_without_languages_is_stored_as_it_always_was() {
        let old = r#"{"title":"t","text":"x"}"#;
        let read: Notices = serde_json::from_str(old).unwrap();
        assert_eq!(read, Notices::from(notice("t", "x")));
        assert_eq!(serde_json::to_string(&read).unwrap(), old);
    }
}
