//! The JSON that travels. Input refuses unknown fields; output may gain fields.

mod device;
mod gate;
mod list;
mod outcomes;
mod push;
mod receipts;
mod record;
mod register;
mod revoke;

pub use device::{DeviceTokenAnswer, DeviceTokenBody};
pub use gate::{GateAnswer, gate_question};
pub use list::{PushListAnswer, push_list_query};
pub use outcomes::{OutcomesAnswer, outcomes_question};
pub use push::{PushAnswer, RevocationAnswer};
pub use receipts::{ReceiptsAnswer, ReceiptsBody};
pub use record::{RecordAnswer, RecordBody};
pub use register::{RegisterBody, RegisteredAnswer};
pub use revoke::{PreviewAnswer, RevokeBody, revocation_path};

use std::collections::BTreeMap;

use revocation_rules::channel::Channel;
use revocation_rules::ids::{Locale, PushKind};
use revocation_rules::notice::{self, MAX_LOCALES, Notice, Notices};
use serde::Deserialize;

use crate::problem::FieldError;

/// A notice as the caller writes it, perhaps in more languages than one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeBody {
    title: String,
    text: String,
    #[serde(default)]
    locales: BTreeMap<Locale, LocalNotice>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct LocalNotice {
    title: String,
    text: String,
}

impl NoticeBody {
    /// Every text must fit every one of `channels`.
    fn check(self, channels: impl IntoIterator<Item = Channel> + Clone, errors: &mut Vec<FieldError>) -> Notices {
        let mut wrong = |pointer: String, detail: String| errors.push(FieldError { pointer, detail });
        if self.locales.len() > MAX_LOCALES {
            wrong("/notice/locales".to_owned(), format!("has more than {MAX_LOCALES} languages"));
        }
        let local = |notice: LocalNotice| Notice {
            title: notice.title,
            text: notice.text,
        };
        let notices = Notices {
            default: Notice {
                title: self.title,
                text: self.text,
            },
            locales: self.locales.into_iter().map(|(locale, notice)| (locale, local(notice))).collect(),
        };
        for (locale, notice) in notices.all() {
            let pointer = locale.map_or_else(|| "/notice".to_owned(), |locale| format!("/notice/locales/{locale}"));
            for (line, error) in notice::check(notice, channels.clone()) {
                wrong(format!("{pointer}/{}", line.as_str()), error.to_string());
            }
        }
        notices
    }
}

/// `messages` or `tasks`, as in the path.
pub(crate) const fn collection(kind: PushKind) -> &'static str {
    match kind {
        PushKind::Message => "messages",
        PushKind::Task => "tasks",
    }
}
