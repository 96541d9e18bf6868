//! The JSON that travels. Input refuses unknown fields; output may gain fields.

mod gate;
mod list;
mod outcomes;
mod push;
mod record;
mod register;
mod revoke;

pub use gate::{GateAnswer, gate_question};
pub use list::{PushListAnswer, push_list_query};
pub use outcomes::{OutcomesAnswer, outcomes_question};
pub use push::{PushAnswer, RevocationAnswer};
pub use record::{RecordAnswer, RecordBody};
pub use register::{RegisterBody, RegisteredAnswer};
pub use revoke::{PreviewAnswer, RevokeBody, revocation_path};

use revocation_rules::ids::PushKind;
use revocation_rules::notice::{MAX_TEXT_CHARS, MAX_TITLE_CHARS, Notice, check_line};
use serde::Deserialize;

use crate::problem::FieldError;

/// A notice as the caller writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeBody {
    title: String,
    text: String,
}

impl NoticeBody {
    fn check(self, errors: &mut Vec<FieldError>) -> Notice {
        for (name, line, max) in [("title", &self.title, MAX_TITLE_CHARS), ("text", &self.text, MAX_TEXT_CHARS)] {
            if let Err(error) = check_line(line, max) {
                errors.push(FieldError {
                    pointer: format!("/notice/{name}"),
                    detail: error.to_string(),
                });
            }
        }
        Notice {
            title: self.title,
            text: self.text,
        }
    }
}

/// `messages` or `tasks`, as in the path.
pub(crate) const fn collection(kind: PushKind) -> &'static str {
    match kind {
        PushKind::Message => "messages",
        PushKind::Task => "tasks",
    }
}
