//! `PUT /v1/tasks/{id}` and `/v1/messages/{id}`.

use std::borrow::Cow;

use jiff::Timestamp;
use revocation_rules::channel::Channel;
use revocation_rules::ids::{PushId, PushKind, PushRef};
use revocation_rules::push::{MAX_PUSH_TITLE_CHARS, Push, PushType, Registration};
use revocation_rules::shard::MAX_EXPECTED;
use revocation_rules::task_number::TaskNumber;
use serde::{Deserialize, Serialize};

use super::bounded::Text;
use super::notice::NoticeBody;
use crate::problem::Problem;

/// What a sender says of a push before sending it. Never changes afterwards. It must not lie more than 7 days
/// back: then nothing of it could be revoked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Registration"))]
pub struct RegisterBody {
    #[serde(rename = "type")]
    push_type: PushType,
    /// For people who look for the push. Never sent to a device.
    #[cfg_attr(feature = "description", schemars(length(max = MAX_PUSH_TITLE_CHARS)))]
    title: Text<{ MAX_PUSH_TITLE_CHARS * 4 }>,
    /// When sending starts or started: at most 60 s in the future. Kept to the millisecond.
    sent_at: Timestamp,
    /// The latest moment at which a delivery of this push is sent: at most 30 days after `sent_at`. Left out: `sent_at` itself.
    send_until: Option<Timestamp>,
    notice: Option<NoticeBody>,
    /// Tasks only: about how many deliveries it will have. The more, the wider its batches are spread, so that they are
    /// taken back side by side. Left out: enough for some millions. Only the first registration's counts.
    #[cfg_attr(feature = "description", schemars(range(min = 1, max = MAX_EXPECTED)))]
    expected_deliveries: Option<u64>,
}

impl RegisterBody {
    /// How many deliveries the sender expects.
    ///
    /// # Errors
    /// 400 for a number that is none, and for a message, which has few.
    pub fn expected_deliveries(&self, kind: PushKind) -> Result<Option<u64>, Problem> {
        let wrong = |detail: String| Err(Problem::invalid("/expected_deliveries", detail));
        match (self.expected_deliveries, kind) {
            (None, _) => Ok(None),
            (Some(_), PushKind::Message) => wrong("is said of tasks only".to_owned()),
            (Some(1..=MAX_EXPECTED), PushKind::Task) => Ok(self.expected_deliveries),
            (Some(_), PushKind::Task) => wrong(format!("must be between 1 and {MAX_EXPECTED}")),
        }
    }

    /// # Errors
    /// 400 naming each line of the notice that cannot be one.
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
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "RegisteredPush"))]
pub struct RegisteredAnswer<'a> {
    pub id: Cow<'a, PushId>,
    pub kind: PushKind,
    /// What a task goes by in calls that name tasks by numbers (`TaskId` of the mPaaS SDKs): its id, if that is a number below
    /// 2^52 in its shortest form, else a number made of its id. Messages have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "description", schemars(range(max = 9_007_199_254_740_991_u64)))]
    pub task_number: Option<u64>,
    #[serde(rename = "type")]
    pub push_type: PushType,
    pub title: Cow<'a, str>,
    /// When sending starts or started.
    pub sent_at: Timestamp,
    /// The latest moment at which a delivery is sent, where it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_until: Option<Timestamp>,
    /// When it was registered first.
    pub registered_at: Timestamp,
    /// From this moment on nothing of it can be revoked: 7 days after its last possible delivery.
    pub closes_at: Timestamp,
    /// Over how many key ranges its batches are spread, by what its first registration expected. Messages have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shards: Option<u16>,
}

impl<'a> From<&'a Push> for RegisteredAnswer<'a> {
    fn from(push: &'a Push) -> Self {
        let registration = &push.registration;
        Self {
            id: Cow::Borrowed(&registration.push.id),
            kind: registration.push.kind,
            task_number: registration.push.task_number().map(TaskNumber::get),
            push_type: registration.push_type,
            title: Cow::Borrowed(&registration.title),
            sent_at: registration.sent_at,
            send_until: registration.send_until,
            registered_at: push.registered_at,
            closes_at: registration.closes_at(),
            shards: match registration.push.kind {
                PushKind::Message => None,
                PushKind::Task => Some(push.shards.get()),
            },
        }
    }
}

#[cfg(feature = "description")]
pub(crate) mod described {
    use serde_json::{Value, json};

    use super::{PushKind, PushType, RegisterBody, RegisteredAnswer};
    use crate::description::example::{examples, push, told};
    use crate::description::{Operation, Schemas, Tag};
    use crate::route::kind_word;

    /// A registration has one of the types of its kind.
    fn registration(kind: PushKind, schemas: &mut Schemas) -> Value {
        let types: Vec<_> = PushType::ALL
            .into_iter()
            .filter(|push_type| push_type.kind() == kind)
            .map(PushType::as_str)
            .collect();
        schemas.input_named::<RegisterBody>(&format!("{}Registration", kind_word(kind)), |schema| {
            schema["properties"]["type"] = json!({ "type": "string", "enum": types });
            match kind {
                PushKind::Message => {
                    if let Some(properties) = schema["properties"].as_object_mut() {
                        properties.remove("expected_deliveries");
                    }
                }
                PushKind::Task => {}
            }
        })
    }

    fn request(kind: PushKind) -> Value {
        match kind {
            PushKind::Message => told([(
                "sent_now",
                "A push that is sent at once",
                json!({ "type": "simple", "title": "Your order is on its way", "sent_at": "2026-11-23T08:00:00Z" }),
            )]),
            PushKind::Task => told([(
                "sent_over_hours",
                "A push that is sent over hours, with a notice of its own",
                json!({
                    "type": "batch", "title": "Autumn sale", "sent_at": "2026-11-23T08:00:00Z", "send_until": "2026-11-23T12:00:00Z",
                    "expected_deliveries": 2_500_000,
                    "notice": { "title": "Correction", "text": "The offer we sent was wrong." }
                }),
            )]),
        }
    }

    pub(crate) fn register() -> Operation {
        let registered = |kind| examples([("registered", push(kind))]);
        Operation::new(
            "register{Kind}",
            Tag::Sending,
            "Register a {kind} before sending it",
            "From then on it can be revoked, even while it is being sent.",
        )
        .body_as(registration, request)
        .answer::<RegisteredAnswer<'_>>(201, "Registered.", registered)
        .answer::<RegisteredAnswer<'_>>(200, "The same registration was made before.", registered)
        .problem(404, "NotFound")
        .problem(409, "PushConflict")
        .problem(415, "UnsupportedMediaType")
    }
}
