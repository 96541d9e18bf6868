//! The text that replaces a revoked message.

use serde::{Deserialize, Serialize};

/// Longest title and text, in characters: vivo's limits, the tightest of the channels.
pub const MAX_TITLE_CHARS: usize = 40;
pub const MAX_TEXT_CHARS: usize = 100;

/// What the device shows in the message's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// Why a text can not be a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    #[error("must not be empty")]
    Empty,
    #[error("is longer than {max} characters")]
    TooLong { max: usize },
    #[error("has a control character")]
    ControlCharacter,
}

/// Checks one line of a notice against `max` characters.
pub fn check_line(line: &str, max: usize) -> Result<(), NoticeError> {
    if line.trim().is_empty() {
        return Err(NoticeError::Empty);
    }
    if line.chars().count() > max {
        return Err(NoticeError::TooLong { max });
    }
    if line.chars().any(char::is_control) {
        return Err(NoticeError::ControlCharacter);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters_not_bytes() {
        assert_eq!(check_line(&"撤".repeat(40), MAX_TITLE_CHARS), Ok(()));
        assert_eq!(check_line(&"撤".repeat(41), MAX_TITLE_CHARS), Err(NoticeError::TooLong { max: 40 }));
    }
}
