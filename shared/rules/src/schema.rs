//! What ids and words look like to whoever calls the API, as JSON schemas.
//! The enums have theirs by derive, each beside what it describes.

use std::borrow::Cow;
use std::fmt::Write as _;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::actor::{KeyLabel, MAX_LABEL_CHARS};
use crate::ids::{BatchId, DeviceToken, KeyId, Locale, MAX_ID_BYTES, PushId, RevocationId, TargetId, VendorTaskId};
use crate::outcome::{Counts, Outcome};
use crate::visible::{UNSEEN, Visible};
use crate::web_push::MAX_ENDPOINT_BYTES;

const FREE_TEXT: &str = r"^[^\u0000-\u001f\u007f-\u009f]+$";
const NAME: &str = "^[A-Za-z0-9._-]+$";

macro_rules! text {
    ($($type:ident, $inline:literal, $max:expr, $pattern:expr, $description:literal;)*) => {$(
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                $inline
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string", "minLength": 1, "maxLength": $max, "pattern": $pattern, "description": $description
                })
            }
        }
    )*};
}

text! {
    PushId, false, MAX_ID_BYTES, FREE_TEXT,
        "The sender's own name for a push: a message id or a task id. At most 4,096 bytes of UTF-8, no control characters. A new one has visible characters only, no blank at either end: the list is in docs/problems.md, at invalid-request.";
    BatchId, false, 128, NAME,
        "The sender's name for one record call, so that sending it twice records it once.";
    TargetId, false, MAX_ID_BYTES, FREE_TEXT,
        "The user or device a delivery was for, in the sender's words. One target may have several devices. At most 4,096 bytes of UTF-8, no control characters. One that is recorded or named in a scope now has visible characters only.";
    RevocationId, false, 64, "^rvk_[A-Za-z0-9._-]+$", "Names one revocation. Given out by the API.";
    KeyId, false, 64, NAME, "Names an access key; not secret.";
    DeviceToken, true, MAX_ENDPOINT_BYTES, FREE_TEXT,
        "Where the vendor delivers to. At most 512 bytes of UTF-8, of `web_push`, where it is a browser's endpoint, 1,024; no control characters.";
    VendorTaskId, true, 64, NAME,
        "The vendor's own id of the sending, where it recalls by it: the `taskId` that vivo answered. One sending belongs to one batch.";
    Locale, false, 35, "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$", "A language tag such as `en` or `zh-CN`, at most 35 characters.";
}

impl JsonSchema for KeyLabel {
    fn schema_name() -> Cow<'static, str> {
        "KeyLabel".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_LABEL_CHARS,
            "description": "What people call an access key. Two keys may have the same: it stands beside the id, never instead of it.",
            "example": "Night shift"
        })
    }
}

/// As its id, but visible.
impl<T: JsonSchema> JsonSchema for Visible<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        format!("New{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        let described = schema.get("description").and_then(|text| text.as_str()).unwrap_or_default();
        let (what, _) = described.split_once(", no control characters").unwrap_or((described, ""));
        let described =
            format!("{what}, visible characters only, no blank at either end: the list is in docs/problems.md, at invalid-request.");
        schema.insert("description".to_owned(), described.into());
        schema.insert("pattern".to_owned(), visible_pattern().into());
        schema
    }
}

/// Visible characters, and spaces between them. Characters above U+FFFF are two to some readers of
/// patterns, so only the API looks at those.
fn visible_pattern() -> String {
    let unseen = UNSEEN
        .iter()
        .filter(|(_, last)| *last <= 0xffff)
        .fold(String::new(), |mut list, (first, last)| {
            // Writing to a String cannot fail.
            let _ = if first == last {
                write!(list, "\\u{first:04x}")
            } else {
                write!(list, "\\u{first:04x}-\\u{last:04x}")
            };
            list
        });
    format!("^[^ {unseen}]([^{unseen}]*[^ {unseen}])?$")
}

impl JsonSchema for Counts {
    fn schema_name() -> Cow<'static, str> {
        "OutcomeCounts".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let outcomes = Outcome::json_schema(generator);
        let each = outcomes.get("oneOf").and_then(Value::as_array).into_iter().flatten();
        let counts = each.filter_map(|outcome| {
            let count = json!({ "type": "integer", "minimum": 1, "description": outcome["description"] });
            Some((outcome["const"].as_str()?.to_owned(), count))
        });
        json_schema!({
            "type": "object",
            "description": "How many deliveries ended how. An outcome that none had is left out.",
            "properties": counts.collect::<Map<_, _>>()
        })
    }
}
