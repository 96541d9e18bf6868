//! `PUT /v1/tasks/{id}` and `/v1/messages/{id}`.

use jiff::Timestamp;
use revocation_rules::channel::Channel;
use revocation_rules::ids::PushRef;
use revocation_rules::push::{MAX_PUSH_TITLE_CHARS, Push, PushType, Registration};
use revocation_rules::task_number::TaskNumber;
use serde::{Deserialize, Serialize};

use super::NoticeBody;
use super::bounded::Text;
use crate::problem::Problem;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterBody {
    #[serde(rename = "type")]
    push_type: PushType,
    title: Text<{ MAX_PUSH_TITLE_CHARS * 4 }>,
    sent_at: Timestamp,
    send_until: Option<Timestamp>,
    notice: Option<NoticeBody>,
}

impl RegisterBody {
    /// # Errors
    /// 400 naming each line of the notice that can not be one.
    pub fn registration(self, push: PushRef) -> Result<Registration, Problem> {
        let mut errors = Vec::new();
        // Nobody knows yet which channels a revocation will cover.
        let notices = self.notice.map(|notice| notice.check(&Channel::ALL, &mut errors));
        if !errors.is_empty() {
            return Err(Problem::invalid_all(errors));
        }
        Ok(Registration {
            push,
            push_type: self.push_type,
            title: self.title.0,
            sent_at: to_millisecond(self.sent_at),
            send_until: self.send_until.map(to_millisecond),
            notices,
        })
    }
}

/// Everything is kept to the millisecond.
pub(super) fn to_millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// A registered push, without its revocations.
#[derive(Debug, Serialize)]
pub struct RegisteredAnswer<'a> {
    id: &'a str,
    kind: &'static str,
    /// What a task goes by where ids have to be numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    task_number: Option<u64>,
    #[serde(rename = "type")]
    push_type: PushType,
    title: &'a str,
    sent_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    send_until: Option<Timestamp>,
    registered_at: Timestamp,
    /// The last moment of its revocability, itself no longer in it.
    closes_at: Timestamp,
}

impl<'a> From<&'a Push> for RegisteredAnswer<'a> {
    fn from(push: &'a Push) -> Self {
        let registration = &push.registration;
        Self {
            id: registration.push.id.as_str(),
            kind: registration.push.kind.as_str(),
            task_number: registration.push.task_number().map(TaskNumber::get),
            push_type: registration.push_type,
            title: &registration.title,
            sent_at: registration.sent_at,
            send_until: registration.send_until,
            registered_at: push.registered_at,
            closes_at: registration.closes_at(),
        }
    }
}
