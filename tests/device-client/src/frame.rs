//! The frames, as docs/devices.md has them. Fields that are not known are ignored.

use serde::{Deserialize, Serialize};

use crate::bar::{Key, Kind, Said};

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Notice {
    pub title: String,
    pub text: String,
}

/// Take one message back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoke {
    pub instruction: String,
    pub key: Key,
    pub notice: Notice,
}

/// What the service says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum In {
    Registered {
        /// Instructions that were sent for this registration.
        missed: usize,
        more: bool,
    },
    Revoke(Revoke),
    Acked {
        instruction: String,
    },
    Noted {
        receipt: Receipt,
    },
    Error,
    /// A pong, or what a newer service says.
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Wire {
    Registered {
        #[serde(default)]
        missed: usize,
        #[serde(default)]
        more: bool,
    },
    Revoke {
        instruction: String,
        kind: Kind,
        id: String,
        notify_id: u32,
        notice: Notice,
    },
    Acked {
        instruction: String,
    },
    Noted(Receipt),
    Error,
    #[serde(other)]
    Other,
}

/// What became of a message, in the user's hands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Receipt {
    pub kind: Kind,
    pub id: String,
    pub batch_id: String,
    pub event: String,
}

pub(crate) fn read(text: &str) -> In {
    match serde_json::from_str(text) {
        Ok(Wire::Registered { missed, more }) => In::Registered { missed, more },
        Ok(Wire::Revoke {
            instruction,
            kind,
            id,
            notify_id,
            notice,
        }) => In::Revoke(Revoke {
            instruction,
            key: Key { kind, id, notify_id },
            notice,
        }),
        Ok(Wire::Acked { instruction }) => In::Acked { instruction },
        Ok(Wire::Noted(receipt)) => In::Noted { receipt },
        Ok(Wire::Error) => In::Error,
        Ok(Wire::Other) | Err(_) => In::Other,
    }
}

pub(crate) const REGISTER: &str = r#"{"type":"register"}"#;

pub(crate) fn ack(instruction: &str, said: Said) -> String {
    serde_json::json!({ "type": "ack", "instruction": instruction, "event": said }).to_string()
}

pub(crate) fn receipt(receipt: &Receipt) -> String {
    let Receipt { kind, id, batch_id, event } = receipt;
    serde_json::json!({ "type": "receipt", "kind": kind, "id": id, "batch_id": batch_id, "event": event }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_says_is_understood() {
        let revoke = r#"{"type":"revoke","instruction":"ins_1","kind":"task","id":"t1","notify_id":7,
            "notice":{"title":"a","text":"b"},"quiet":true,"revoked_at":"2026-11-23T08:20:00Z","new":1}"#;
        assert!(matches!(
            read(revoke),
            In::Revoke(Revoke {
                key: Key { notify_id: 7, .. },
                ..
            })
        ));
        assert_eq!(
            read(r#"{"type":"registered","missed":2,"more":true}"#),
            In::Registered { missed: 2, more: true }
        );
        assert_eq!(read(r#"{"type":"error","detail":"no"}"#), In::Error);
        for other in [
            "",
            "x",
            r#"{"type":"pong"}"#,
            r#"{"type":"new","a":1}"#,
            r#"{"message":"Internal server error"}"#,
        ] {
            assert_eq!(read(other), In::Other, "{other}");
        }
    }

    #[test]
    fn a_note_gives_back_the_receipt() {
        let sent = Receipt {
            kind: Kind::Message,
            id: "m".to_owned(),
            batch_id: "b".to_owned(),
            event: "opened".to_owned(),
        };
        let noted = receipt(&sent).replace("\"receipt\"", "\"noted\"");
        assert_eq!(read(&noted), In::Noted { receipt: sent });
    }
}
