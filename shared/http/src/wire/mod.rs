//! The JSON that travels. Input refuses unknown fields; output may gain fields.

mod bounded;
mod device;
mod gate;
mod list;
mod me;
mod outcomes;
mod push;
mod receipts;
mod record;
mod register;
mod revoke;
mod summary;
mod totals;
mod unmatched;

pub use device::{DeviceTokenAnswer, DeviceTokenBody, WithdrawnTokenAnswer};
pub use gate::{GateAnswer, gate_question};
pub use list::{PushListAnswer, push_list_query};
pub use me::MeAnswer;
pub use outcomes::{OutcomesAnswer, outcomes_question};
pub use push::{PushAnswer, RevocationAnswer};
pub use receipts::{ReceiptsAnswer, ReceiptsBody};
pub use record::{RecordAnswer, RecordBody};
pub use register::{RegisterBody, RegisteredAnswer};
pub use revoke::{PreviewAnswer, RevokeBody, revocation_path};
pub use totals::TotalsAnswer;

use revocation_rules::channel::Channel;
use revocation_rules::ids::Locale;
use revocation_rules::notice::{self, MAX_LOCALES, MAX_TEXT_CHARS, Notice, Notices};
use serde::Deserialize;

use self::bounded::{Map, Text};
use crate::problem::{FieldError, Problem};

/// A notice as the caller writes it, perhaps in more languages than one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeBody {
    title: Line,
    text: Line,
    #[serde(default)]
    locales: Map<Locale, LocalNotice, MAX_LOCALES>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct LocalNotice {
    title: Line,
    text: Line,
}

/// A line of a notice: the longest on any channel, in the longest characters.
type Line = Text<{ MAX_TEXT_CHARS * 4 }>;

impl NoticeBody {
    /// Every text must fit every one of `channels`.
    fn check(self, channels: &[Channel], errors: &mut Vec<FieldError>) -> Notices {
        self.check_at("/notice", channels, errors)
    }

    /// As the whole body of a request: an app's own notice, for any channel.
    ///
    /// # Errors
    /// 400 naming each line that can not be one.
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
