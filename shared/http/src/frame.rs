//! The JSON that travels between devices of the self-built channel and us. docs/devices.md is its description.
//!
//! What we send may gain fields; of what we get, unknown fields are ignored,
//! because a device in the field is older or newer than we are.

use jiff::Timestamp;
use revocation_rules::frame::{DeviceReceipt, FromDevice, ToDevice};
use revocation_rules::ids::{BatchId, PushId, PushKind};
use revocation_rules::instruction::InstructionId;
use revocation_rules::notice::Notice;
use revocation_rules::receipt::ReceiptEvent;
use serde::{Deserialize, Serialize};

/// Longest frame that is read. The longest ids fit in, whatever their escapes.
const MAX_FRAME_BYTES: usize = 8 * 1024;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Out<'a> {
    Registered {
        missed: usize,
        more: bool,
    },
    Revoke {
        instruction: &'a str,
        kind: PushKind,
        id: &'a PushId,
        notify_id: u32,
        notice: &'a Notice,
        /// No sound, no vibration, no light.
        quiet: bool,
        revoked_at: Timestamp,
        closes_at: Timestamp,
    },
    Acked {
        instruction: &'a str,
    },
    Noted {
        kind: PushKind,
        id: &'a PushId,
        batch_id: &'a BatchId,
        event: ReceiptEvent,
    },
    Pong,
    Error {
        detail: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum In {
    Register,
    Ack {
        instruction: String,
        event: Option<AckEvent>,
    },
    Receipt {
        kind: PushKind,
        id: PushId,
        batch_id: BatchId,
        event: ReportEvent,
    },
    Ping,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum AckEvent {
    Revoked,
    Opened,
    Cleared,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReportEvent {
    Shown,
    Opened,
    Cleared,
}

/// Why a text is not a frame. Never holds the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FrameError(pub &'static str);

/// What the device is sent.
pub fn encode(frame: &ToDevice) -> String {
    let out = match frame {
        ToDevice::Registered { missed, more } => Out::Registered {
            missed: *missed,
            more: *more,
        },
        ToDevice::Revoke(instruction) => Out::Revoke {
            instruction: instruction.id.as_str(),
            kind: instruction.batch.push.kind,
            id: &instruction.batch.push.id,
            notify_id: instruction.notify_id,
            notice: &instruction.notice,
            quiet: true,
            revoked_at: instruction.revoked_at,
            closes_at: instruction.closes_at,
        },
        ToDevice::Acked { instruction } => Out::Acked {
            instruction: instruction.as_str(),
        },
        ToDevice::Noted { receipt } => Out::Noted {
            kind: receipt.kind,
            id: &receipt.id,
            batch_id: &receipt.batch,
            event: receipt.event,
        },
        ToDevice::Pong => Out::Pong,
        ToDevice::Error { detail } => Out::Error { detail },
    };
    // Cannot fail: frames have string keys only.
    serde_json::to_string(&out).unwrap_or_default()
}

/// # Errors
/// When the text is not a frame that devices send.
pub fn decode(text: &str) -> Result<FromDevice, FrameError> {
    if text.len() > MAX_FRAME_BYTES {
        return Err(FrameError("the frame is too long"));
    }
    // serde's own words may quote what was sent.
    let frame: In = serde_json::from_str(text).map_err(|_| FrameError("this is not a frame; see docs/devices.md"))?;
    Ok(match frame {
        In::Register => FromDevice::Register,
        In::Ack { instruction, event } => FromDevice::Ack {
            instruction: instruction
                .parse::<InstructionId>()
                .map_err(|_| FrameError("this is not an instruction's id"))?,
            event: match event {
                None | Some(AckEvent::Revoked) => ReceiptEvent::Revoked,
                Some(AckEvent::Opened) => ReceiptEvent::Opened,
                Some(AckEvent::Cleared) => ReceiptEvent::Cleared,
            },
        },
        In::Receipt { kind, id, batch_id, event } => FromDevice::Receipt(DeviceReceipt {
            kind,
            id,
            batch: batch_id,
            event: match event {
                ReportEvent::Shown => ReceiptEvent::Shown,
                ReportEvent::Opened => ReceiptEvent::Opened,
                ReportEvent::Cleared => ReceiptEvent::Cleared,
            },
        }),
        In::Ping => FromDevice::Ping,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use revocation_rules::ids::{BatchRef, PushRef, Tenant};
    use revocation_rules::instruction::Instruction;
    use serde_json::{Value, json};

    fn instruction(id: &str, notice: Notice) -> Instruction {
        Instruction {
            id: format!("ins_{}", "0".repeat(32)).parse().unwrap(),
            device: "planted-device".parse().unwrap(),
            batch: BatchRef {
                push: PushRef {
                    tenant: Tenant {
                        app: "shop".parse().unwrap(),
                        workspace: "default".parse().unwrap(),
                    },
                    kind: PushKind::Task,
                    id: id.parse().unwrap(),
                },
                shard: 0,
                batch: "b1".parse().unwrap(),
            },
            notify_id: 7,
            notice,
            revoked_at: "2026-11-23T08:20:00Z".parse().unwrap(),
            closes_at: "2026-11-30T08:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn an_instruction_says_what_to_show_instead_of_what() {
        let sent: Value = serde_json::from_str(&encode(&ToDevice::Revoke(instruction("t1", Notice::default())))).unwrap();
        assert_eq!(
            sent,
            json!({
                "type": "revoke", "instruction": format!("ins_{}", "0".repeat(32)), "kind": "task", "id": "t1", "notify_id": 7,
                "notice": { "title": "Message revoked", "text": "Message revoked" }, "quiet": true,
                "revoked_at": "2026-11-23T08:20:00Z", "closes_at": "2026-11-30T08:00:00Z"
            })
        );
    }

    #[test]
    fn the_longest_instruction_fits_a_frame() {
        let line = |length: usize| "\u{1F4E3}".repeat(length);
        let longest = instruction(
            &"\"".repeat(revocation_rules::ids::MAX_ID_BYTES),
            Notice {
                title: line(40),
                text: line(100),
            },
        );
        // The gateway bills and sends in frames of 32 kB.
        assert!(encode(&ToDevice::Revoke(longest)).len() < 32 * 1024);
    }

    #[test]
    fn the_other_frames_are_as_described() {
        let receipt = DeviceReceipt {
            kind: PushKind::Message,
            id: "m".parse().unwrap(),
            batch: "b".parse().unwrap(),
            event: ReceiptEvent::Opened,
        };
        for (frame, expected) in [
            (
                ToDevice::Registered { missed: 3, more: false },
                json!({ "type": "registered", "missed": 3, "more": false }),
            ),
            (
                ToDevice::Noted { receipt },
                json!({ "type": "noted", "kind": "message", "id": "m", "batch_id": "b", "event": "opened" }),
            ),
            (ToDevice::Pong, json!({ "type": "pong" })),
            (ToDevice::Error { detail: "no" }, json!({ "type": "error", "detail": "no" })),
        ] {
            assert_eq!(serde_json::from_str::<Value>(&encode(&frame)).unwrap(), expected);
        }
    }

    #[test]
    fn what_devices_say_is_understood() {
        let id = format!("ins_{}", "a".repeat(32));
        let ack = |event: &str| decode(&format!(r#"{{"type":"ack","instruction":"{id}"{event}}}"#));
        let expected = |event| {
            Ok(FromDevice::Ack {
                instruction: id.parse().unwrap(),
                event,
            })
        };
        assert_eq!(ack(""), expected(ReceiptEvent::Revoked));
        assert_eq!(ack(r#","event":"opened","new":1"#), expected(ReceiptEvent::Opened));
        assert_eq!(decode(r#"{"type":"register","app":"7.1"}"#), Ok(FromDevice::Register));
        assert_eq!(decode(r#"{"type":"ping"}"#), Ok(FromDevice::Ping));
        assert!(matches!(
            decode(r#"{"type":"receipt","kind":"task","id":"t","batch_id":"b","event":"shown"}"#),
            Ok(FromDevice::Receipt(DeviceReceipt {
                event: ReceiptEvent::Shown,
                ..
            }))
        ));
    }

    #[test]
    fn what_is_no_frame_is_refused_and_not_quoted() {
        let long = format!(r#"{{"type":"ping","x":"{}"}}"#, "x".repeat(MAX_FRAME_BYTES));
        for bad in [
            "",
            "ping",
            "{}",
            r#"{"type":"planted"}"#,
            r#"{"type":"ack"}"#,
            r#"{"type":"ack","instruction":"planted"}"#,
            r#"{"type":"ack","instruction":"ins_0","event":"shown"}"#,
            r#"{"type":"receipt","kind":"task","id":"t","batch_id":"b","event":"revoked"}"#,
            &long,
        ] {
            let error = decode(bad).unwrap_err().to_string();
            assert!(!error.contains("planted"), "{error}");
        }
    }
}
