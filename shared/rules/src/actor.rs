//! Who did it: an access key, and what people call it.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{IdError, KeyId};

/// Longest label, in characters.
pub const MAX_LABEL_CHARS: usize = 64;

/// What people call a key, such as `Night shift`: 1 to 64 characters that can be seen. Shown
/// beside the key's id and never instead of it, since two keys may have the same.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyLabel(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    #[error("must have 1 to {MAX_LABEL_CHARS} characters")]
    Length,
    #[error("must not begin or end with a blank")]
    Blank,
    #[error("has a character that cannot be seen")]
    Unseen,
}

impl KeyLabel {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn check(text: &str) -> Result<(), LabelError> {
        if text.is_empty() || text.chars().count() > MAX_LABEL_CHARS {
            Err(LabelError::Length)
        } else if text.trim() != text {
            Err(LabelError::Blank)
        } else if text.chars().any(is_unseen) {
            Err(LabelError::Unseen)
        } else {
            Ok(())
        }
    }
}

/// Control characters, what turns the direction of writing, what has no width, and fillers: a
/// label stands beside ids and must not change how they read.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fdd0}'..='\u{fdef}'
            | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

impl FromStr for KeyLabel {
    type Err = LabelError;

    fn from_str(text: &str) -> Result<Self, LabelError> {
        Self::check(text).map(|()| Self(text.to_owned()))
    }
}

impl TryFrom<String> for KeyLabel {
    type Error = LabelError;

    fn try_from(text: String) -> Result<Self, LabelError> {
        Self::check(&text).map(|()| Self(text))
    }
}

impl From<KeyLabel> for String {
    fn from(label: KeyLabel) -> Self {
        label.0
    }
}

impl fmt::Display for KeyLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for KeyLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// A key that does something, with the label it had then.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Actor {
    pub key: KeyId,
    pub label: Option<KeyLabel>,
}

/// A key without a label.
impl From<KeyId> for Actor {
    fn from(key: KeyId) -> Self {
        Self { key, label: None }
    }
}

impl FromStr for Actor {
    type Err = IdError;

    fn from_str(key: &str) -> Result<Self, IdError> {
        key.parse().map(|key: KeyId| key.into())
    }
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Act {
    pub by: Actor,
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_what_a_person_can_see_and_no_more_than_64_of_it() {
        let long = "夜".repeat(MAX_LABEL_CHARS);
        for good in ["Night shift", "夜班", "o'Neil <ops> #1", "é", long.as_str()] {
            assert_eq!(good.parse::<KeyLabel>().unwrap().as_str(), good);
        }
        let longer = format!("{long}x");
        for bad in ["", " ", " a", "a ", "a\u{a0}", longer.as_str()] {
            assert!(bad.parse::<KeyLabel>().is_err(), "{bad:?}");
        }
        for unseen in [
            "a\u{202e}b",
            "a\u{200b}",
            "\u{feff}a",
            "a\nb",
            "a\u{2066}b",
            "a\u{e0041}b",
            "a\u{fffe}b",
            "a\u{ad}b",
        ] {
            assert_eq!(unseen.parse::<KeyLabel>(), Err(LabelError::Unseen), "{unseen:?}");
        }
    }
}
