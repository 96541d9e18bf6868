//! The texts of keys.
//!
//! An id may hold any printable character; `#` and `%` in it are written as
//! `%23` and `%25`, so that two pushes never share a key and a push never gets
//! into the key range of another.

use revocation_rules::channel::Channel;
use revocation_rules::ids::{AppId, BatchId, BatchRef, PushId, PushKind, PushRef, RevocationId, TargetId, Tenant, WorkspaceId};
use revocation_rules::push::PushType;
use revocation_rules::receipt::{ReceiptEvent, TokenDigest};

pub const PUSH: &str = "push";
pub const REVOCATION: &str = "revocation#";
pub const COUNTERS: &str = "progress#";
pub const BATCH: &str = "batch#";
pub const OUTCOME: &str = "outcome#";
pub const NOTICE: &str = "notice";
pub const PAYLOAD: &str = "payload#";

pub fn push(push: &PushRef) -> String {
    format!("{}#{}#{}", push.tenant, push.kind.as_str(), escaped(&push.id))
}

/// What belongs to a tenant as a whole. No push lies there: a push's key goes on after its kind.
pub fn app(tenant: &Tenant) -> String {
    format!("{tenant}#app")
}

/// Where the messages of one type that went to a target lie. No push lies there, either.
pub fn target(tenant: &Tenant, push_type: PushType, target: &TargetId) -> String {
    format!("{tenant}#target#{}#{}", push_type.as_str(), escaped_text(target.as_str()))
}

/// The push a key names; `None` for a text that [`push`] does not write.
pub fn parse_push(pk: &str) -> Option<PushRef> {
    let mut parts = pk.split('#');
    let (tenant, kind, id) = (parts.next()?, parts.next()?, parts.next()?);
    let (app, workspace) = tenant.split_once('/')?;
    let found = PushRef {
        tenant: Tenant {
            app: app.parse::<AppId>().ok()?,
            workspace: workspace.parse::<WorkspaceId>().ok()?,
        },
        kind: match kind {
            "message" => PushKind::Message,
            "task" => PushKind::Task,
            _ => return None,
        },
        id: id.replace("%23", "#").replace("%25", "%").parse::<PushId>().ok()?,
    };
    (push(&found) == pk).then_some(found)
}

pub fn escaped(id: &PushId) -> String {
    escaped_text(id.as_str())
}

pub fn escaped_text(text: &str) -> String {
    text.replace('%', "%25").replace('#', "%23")
}

pub fn revocation(id: &RevocationId) -> String {
    format!("{REVOCATION}{id}")
}

pub fn counters_of(revocation: &RevocationId) -> String {
    format!("{COUNTERS}{revocation}#")
}

pub fn counters(revocation: &RevocationId, channel: Channel, spread: u8) -> String {
    format!("{COUNTERS}{revocation}#{channel}#{spread:02}")
}

/// Where the headers and progresses of a shard lie.
pub fn shard(of: &PushRef, shard: u16) -> String {
    format!("{}#{shard}", push(of))
}

pub fn header(batch: &BatchId) -> String {
    format!("{BATCH}{batch}")
}

pub fn progress(batch: &BatchId) -> String {
    format!("{OUTCOME}{batch}")
}

/// Where the receipts of a batch lie: away from its shard, which fan-outs walk.
pub fn receipts(batch: &BatchRef) -> String {
    format!("{}#receipt#{}", shard(&batch.push, batch.shard), batch.batch)
}

/// Before the first receipt of an event.
pub fn receipts_from(event: ReceiptEvent) -> String {
    format!("{}#", event.as_str())
}

/// After the last one: `$` comes after `#`.
pub fn receipts_to(event: ReceiptEvent) -> String {
    format!("{}$", event.as_str())
}

pub fn receipt(event: ReceiptEvent, token: &TokenDigest) -> String {
    format!("{}#{}", event.as_str(), token.as_str())
}

/// Where the payloads of a batch lie: one, unless another batch was sent under the same id.
pub fn payloads(batch: &BatchRef) -> String {
    format!("{}#{BATCH}{}", shard(&batch.push, batch.shard), batch.batch)
}

pub fn payload(digest: &str) -> String {
    format!("{PAYLOAD}{digest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push_of(id: &str) -> PushRef {
        PushRef {
            tenant: Tenant {
                app: "app".parse().unwrap(),
                workspace: "default".parse().unwrap(),
            },
            kind: PushKind::Task,
            id: id.parse().unwrap(),
        }
    }

    #[test]
    fn a_push_is_read_back_from_its_key() {
        for id in ["x", "x#0", "x%23", "x%230", "%", "%2523", "a/b", "促销 #1", "push"] {
            let named = push_of(id);
            assert_eq!(parse_push(&push(&named)), Some(named), "{id}");
        }
        assert_eq!(push(&push_of("x#0%")), "app/default#task#x%230%25");
    }

    #[test]
    fn a_text_that_is_no_key_names_no_push() {
        for text in [
            "",
            "app/default#task",
            "app/default#task#x#0",
            "app#task#x",
            "app/default#fax#x",
            "app/default#task#%zz",
        ] {
            assert_eq!(parse_push(text), None, "{text}");
        }
    }

    #[test]
    fn what_bears_on_a_dispatch_lies_side_by_side() {
        let token = TokenDigest::of(&"t".parse().unwrap());
        let asked = receipts_from(ReceiptEvent::Cleared)..receipts_to(ReceiptEvent::Revoked);
        for event in ReceiptEvent::ALL {
            assert_eq!(asked.contains(&receipt(event, &token)), event != ReceiptEvent::Shown, "{event:?}");
        }
    }

    #[test]
    fn no_push_lies_where_another_has_its_batches() {
        assert_ne!(push(&push_of("x#0")), shard(&push_of("x"), 0));
        assert_ne!(push(&push_of("x%230")), push(&push_of("x#0")));
    }
}
