//! `GET` and `PUT /v1/notice`, and the notice of a push or a revocation.

use revocation_rules::channel::Channel;
use revocation_rules::ids::Locale;
#[cfg(feature = "description")]
use revocation_rules::notice::MAX_TITLE_CHARS;
use revocation_rules::notice::{self, MAX_LOCALES, MAX_TEXT_CHARS, Notice, Notices};
use serde::{Deserialize, Serialize};

use super::bounded::{Map, Text};
use crate::problem::{FieldError, Problem};

/// What the device shows in the message's place. A delivery recorded with a `locale` gets the closest language,
/// every other one the title and text here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Notice"))]
pub struct NoticeBody {
    /// At most 40 characters, on one line, not blank. Where vivo is covered, a character outside ASCII counts as two.
    #[cfg_attr(feature = "description", schemars(length(max = MAX_TITLE_CHARS), extend("pattern" = ONE_LINE)))]
    title: Line,
    /// At most 100 characters, on one line, not blank. Where vivo is covered, a character outside ASCII counts as two.
    #[cfg_attr(feature = "description", schemars(length(max = MAX_TEXT_CHARS), extend("pattern" = ONE_LINE)))]
    text: Line,
    /// At most 20 languages.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    locales: Map<Locale, LocalNotice, MAX_LOCALES>,
}

/// A notice in one language.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "LocalNotice"))]
struct LocalNotice {
    /// At most 40 characters, on one line, not blank. Where vivo is covered, a character outside ASCII counts as two.
    #[cfg_attr(feature = "description", schemars(length(max = MAX_TITLE_CHARS), extend("pattern" = ONE_LINE)))]
    title: Line,
    /// At most 100 characters, on one line, not blank. Where vivo is covered, a character outside ASCII counts as two.
    #[cfg_attr(feature = "description", schemars(length(max = MAX_TEXT_CHARS), extend("pattern" = ONE_LINE)))]
    text: Line,
}

/// Something that is no blank, on one line.
#[cfg(feature = "description")]
const ONE_LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$";

/// A line of a notice: the longest on any channel, in the longest characters.
type Line = Text<{ MAX_TEXT_CHARS * 4 }>;

impl NoticeBody {
    /// Every text must fit every one of `channels`.
    pub(super) fn check(self, channels: &[Channel], errors: &mut Vec<FieldError>) -> Notices {
        self.check_at("/notice", channels, errors)
    }

    /// As the whole body of a request: an app's own notice, for any channel.
    ///
    /// # Errors
    /// 400 naming each line that cannot be one.
    pub fn notices(self) -> Result<Notices, Problem> {
        let mut errors = Vec::new();
        let notices = self.check_at("", &Channel::ALL, &mut errors);
        if errors.is_empty() {
            Ok(notices)
        } else {
            Err(Problem::invalid_all(errors))
        }
    }

    fn check_at(self, at: &str, channels: &[Channel], errors: &mut Vec<FieldError>) -> Notices {
        let mut wrong = |pointer: String, detail: String| errors.push(FieldError { pointer, detail });
        let local = |notice: LocalNotice| Notice {
            title: notice.title.0,
            text: notice.text.0,
        };
        let notices = Notices {
            default: Notice {
                title: self.title.0,
                text: self.text.0,
            },
            locales: self.locales.0.into_iter().map(|(locale, notice)| (locale, local(notice))).collect(),
        };
        for (locale, notice) in notices.all() {
            let pointer = locale.map_or_else(|| at.to_owned(), |locale| format!("{at}/locales/{locale}"));
            for (line, error) in notice::check(notice, channels) {
                wrong(format!("{pointer}/{}", line.as_str()), error.to_string());
            }
        }
        notices
    }
}

#[cfg(feature = "description")]
pub(crate) mod described {
    use revocation_rules::ids::PushKind;
    use serde_json::{Value, json};

    use super::NoticeBody;
    use crate::description::example::examples;
    use crate::description::{Operation, Tag};

    fn notice(_: PushKind) -> Value {
        examples([(
            "two_languages",
            json!({
                "title": "Message revoked", "text": "Message revoked",
                "locales": { "zh": { "title": "消息已撤回", "text": "该消息已被撤回" } }
            }),
        )])
    }

    pub(crate) fn read() -> Operation {
        Operation::new(
            "readNotice",
            Tag::Revoking,
            "What the app's users read in place of a revoked message",
            "Used where neither the revocation nor the push brings a notice of its own. `Message revoked` until it is written.",
        )
        .answer::<NoticeBody>(200, "The notice.", notice)
    }

    pub(crate) fn write() -> Operation {
        Operation::new(
            "writeNotice",
            Tag::Revoking,
            "Replace the app's notice",
            "For revocations requested from now on.",
        )
        .body::<NoticeBody>(notice)
        .answer::<NoticeBody>(200, "The notice.", notice)
    }
}
