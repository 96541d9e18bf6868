//! The texts of keys.
//!
//! An id may hold any printable character; `#` and `%` in it are written as
//! `%23` and `%25`, so that two pushes never share a key and a push never gets
//! into the key range of another. An id that is too long for a key is written
//! as its digest, and stands whole in an attribute of the item.

use std::borrow::Cow;

use revocation_app::ports::DUE_PARTS;
use revocation_rules::channel::Channel;
use revocation_rules::hex::hex;
use revocation_rules::ids::{AppId, BatchId, BatchRef, PushId, PushKind, PushRef, RevocationId, TargetId, Tenant, WorkspaceId};
use revocation_rules::push::PushType;
use revocation_rules::receipt::{ReceiptEvent, TokenDigest};
use revocation_rules::task_number::TaskNumber;
use sha2::{Digest, Sha256};

pub const PUSH: &str = "push";
pub const REVOCATION: &str = "revocation#";
pub const COUNTERS: &str = "counters";
pub const OLDER_COUNTERS: &str = "progress#";
pub const BATCH: &str = "batch#";
pub const OUTCOME: &str = "outcome#";
pub const NOTICE: &str = "notice";
pub const TARGETS: &str = "targets";
pub const PAYLOAD: &str = "payload#";
pub const NUMBER: &str = "number";
/// Longest id, in bytes, that stands in a key itself. `DynamoDB` takes 2,048
/// bytes in `pk` and 1,024 in `sk`, and each byte may become three.
const LONGEST_IN_KEY: usize = 256;
/// Before a digest. No id begins so: its own `%` is followed by a digit.
const DIGEST: &str = "%sha256%";

pub fn push(push: &PushRef) -> String {
    format!("{}#{}#{}", push.tenant, push.kind.as_str(), part(push.id.as_str()))
}

/// Index `open`: the key of the part of the due revocations that one belongs to. An older version wrote all of them
/// under one key, which takes 1,000 writes a second and has those wait that write the table itself.
pub fn open(id: &RevocationId) -> String {
    open_part(Sha256::digest(id.as_str().as_bytes())[0] % (DUE_PARTS - 1))
}

/// The last part is the key of older versions.
pub fn open_part(part: u8) -> String {
    if part < DUE_PARTS - 1 {
        format!("open#{part:02}")
    } else {
        "open".to_owned()
    }
}

/// An id as it stands in a key, between two `#` or at the end.
pub fn part(id: &str) -> Cow<'_, str> {
    if id.len() > LONGEST_IN_KEY {
        format!("{DIGEST}{}", hex(&Sha256::digest(id.as_bytes()))).into()
    } else if id.contains(['#', '%']) {
        escaped_text(id).into()
    } else {
        id.into()
    }
}

/// The id, if it cannot be read back from its part of a key.
pub fn id_beside(id: &PushId) -> Option<&str> {
    Some(id.as_str()).filter(|id| id.len() > LONGEST_IN_KEY)
}

/// Is the id of the push in this key written as its digest?
pub fn has_digest(pk: &str) -> bool {
    pk.split('#').nth(2).is_some_and(|part| part.starts_with(DIGEST))
}

/// Where it says which task goes by a number.
pub fn number(tenant: &Tenant, number: TaskNumber) -> String {
    format!("{tenant}#{NUMBER}#{}", number.get())
}

/// What belongs to a tenant as a whole. No push lies there: a push's key goes on after its kind.
pub fn app(tenant: &Tenant) -> String {
    format!("{tenant}#app")
}

/// Where the messages of one type that went to a target lie. No push lies there, either.
pub fn target(tenant: &Tenant, push_type: PushType, target: &TargetId) -> String {
    format!("{tenant}#target#{}#{}", push_type.as_str(), part(target.as_str()))
}

/// The push a key names, given the id that stood beside it, if one did; `None`
/// for a text that [`push`] does not write.
pub fn parse_push(pk: &str, beside: Option<&str>) -> Option<PushRef> {
    let mut parts = pk.split('#');
    let (tenant, kind, id) = (parts.next()?, parts.next()?, parts.next()?);
    let id = beside.map_or_else(|| id.replace("%23", "#").replace("%25", "%"), str::to_owned);
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
        id: id.parse::<PushId>().ok()?,
    };
    (push(&found) == pk).then_some(found)
}

pub fn escaped_text(text: &str) -> String {
    text.replace('%', "%25").replace('#', "%23")
}

pub fn revocation(id: &RevocationId) -> String {
    format!("{REVOCATION}{id}")
}

/// The key of the targets that a revocation names, when they are many. They lie by themselves.
pub fn targets_of(of: &PushRef, revocation: &RevocationId) -> (String, String) {
    (format!("{}#targets#{revocation}", push(of)), TARGETS.to_owned())
}

/// Where older code counted: beside the push.
pub fn older_counters_of(revocation: &RevocationId) -> String {
    format!("{OLDER_COUNTERS}{revocation}#")
}

/// The key of one of the items that count a revocation. Each lies by itself.
pub fn counters(of: &PushRef, revocation: &RevocationId, spread: u8) -> (String, String) {
    (format!("{}#counters#{revocation}#{spread:02}", push(of)), COUNTERS.to_owned())
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
#[cfg(test)]
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

/// Before the receipts of a batch that came early, which lie before the others.
pub const EARLY_RECEIPTS: &str = "before#";

/// A receipt that came before its batch, from somebody who may speak of one
/// channel only, or of all. Nobody else's receipt of the same event has this key.
pub fn early_receipt(event: ReceiptEvent, token: &TokenDigest, about: Option<Channel>) -> String {
    format!(
        "{EARLY_RECEIPTS}{}#{}",
        receipt(event, token),
        about.map_or(ANY_CHANNEL, Channel::as_str)
    )
}

/// Stands where a channel would: there is none of this name.
pub const ANY_CHANNEL: &str = "any";

/// Where it is counted how many receipts of a push came before their batches.
pub fn early_count(of: &PushRef) -> String {
    format!("{}#early#receipt#", push(of))
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
            assert_eq!(parse_push(&push(&named), None), Some(named.clone()), "{id}");
            assert_eq!(id_beside(&named.id), None);
            assert!(!has_digest(&push(&named)));
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
            assert_eq!(parse_push(text, None), None, "{text}");
        }
        assert_eq!(parse_push("app/default#task#x", Some("y")), None);
    }

    #[test]
    fn a_long_id_stands_beside_its_key() {
        for id in [
            "x".repeat(257),
            "促".repeat(1365),
            "%#".repeat(2048),
            format!("{DIGEST}{}", "x".repeat(300)),
        ] {
            let named = push_of(&id);
            let pk = push(&named);
            assert!(pk.len() < 256 && has_digest(&pk));
            assert_eq!(parse_push(&pk, id_beside(&named.id)), Some(named));
            assert_eq!(parse_push(&pk, None), None);
            assert_eq!(parse_push(&pk, Some(&"y".repeat(257))), None);
        }
        // What looks like a digest is an id like any other.
        let named = push_of("%sha256%ab");
        assert!(!has_digest(&push(&named)));
        assert_eq!(parse_push(&push(&named), None), Some(named));
    }

    #[test]
    fn the_longest_id_in_a_key_fits() {
        let id = "#".repeat(LONGEST_IN_KEY);
        let tenant = "t".repeat(64);
        let longest = PushRef {
            tenant: Tenant {
                app: tenant.parse().unwrap(),
                workspace: tenant.parse().unwrap(),
            },
            ..push_of(&id)
        };
        let batch = BatchRef {
            push: longest,
            shard: 15,
            batch: "b".repeat(128).parse().unwrap(),
        };
        assert!(payloads(&batch).len() <= 2_048 && receipts(&batch).len() <= 2_048);
        assert!(part(&id).len() + 64 <= 1_024);
    }

    #[test]
    fn revocations_that_are_due_are_spread_over_all_parts_and_none_is_where_older_ones_were() {
        let parts: std::collections::BTreeMap<String, usize> = (0..4_000).fold(std::collections::BTreeMap::new(), |mut parts, nth| {
            *parts.entry(open(&format!("rvk_{nth:016x}").parse().unwrap())).or_default() += 1;
            parts
        });
        let known: Vec<_> = (0..DUE_PARTS - 1).map(open_part).collect();
        assert_eq!(parts.keys().cloned().collect::<Vec<_>>(), known);
        assert!(parts.values().all(|count| (150..350).contains(count)), "{parts:?}");
        assert_eq!(open_part(DUE_PARTS - 1), "open");
    }

    #[test]
    fn a_number_names_no_push() {
        let named = push_of("summer-sale");
        let key = number(&named.tenant, named.task_number().unwrap());
        assert!(key.starts_with("app/default#number#"), "{key}");
        assert_eq!(parse_push(&key, None), None);
    }

    #[test]
    fn what_bears_on_a_dispatch_lies_side_by_side() {
        let token = TokenDigest::of(&"t".parse().unwrap());
        let asked = EARLY_RECEIPTS.to_owned()..receipts_to(ReceiptEvent::Revoked);
        // What an older version asks for, which cannot read the early ones.
        let asked_before = receipts_from(ReceiptEvent::Cleared)..receipts_to(ReceiptEvent::Revoked);
        for event in ReceiptEvent::ALL {
            assert_eq!(asked.contains(&receipt(event, &token)), event != ReceiptEvent::Shown, "{event:?}");
            assert!(!asked.contains(&super::super::looks::SK.to_owned()), "no receipt");
            assert_eq!(Channel::parse(ANY_CHANNEL), None);
            for about in Channel::ALL.into_iter().map(Some).chain([None]) {
                let early = early_receipt(event, &token, about);
                assert!(asked.contains(&early) && !asked_before.contains(&early), "{early}");
            }
        }
    }

    #[test]
    fn no_push_lies_where_another_has_its_batches() {
        assert_ne!(push(&push_of("x#0")), shard(&push_of("x"), 0));
        assert_ne!(push(&push_of("x%230")), push(&push_of("x#0")));
    }

    #[test]
    fn counters_and_targets_lie_where_nothing_else_does() {
        let by: RevocationId = "rvk_1".parse().unwrap();
        let mut all = std::collections::BTreeSet::new();
        let mut keys = 0;
        // Ids that look like what stands behind an id.
        let long = "#counters#rvk_1#00".repeat(200);
        for id in [
            "x",
            "x#counters#rvk_1#00",
            "x#counters",
            "x#targets#rvk_1",
            "counters",
            "x#0",
            "x#early#receipt#",
            &long,
        ] {
            let named = push_of(id);
            let batch = BatchRef {
                push: named.clone(),
                shard: 0,
                batch: "counters".parse().unwrap(),
            };
            let counters = (0..16).map(|nn| counters(&named, &by, nn));
            for (pk, sk) in counters.chain([targets_of(&named, &by)]) {
                assert_eq!(parse_push(&pk, id_beside(&named.id)), None, "{pk}");
                assert_eq!(parse_push(&pk, None), None, "{pk}");
                assert!(pk.len() <= 2_048, "{pk}");
                keys += 1;
                all.insert((pk, sk));
            }
            let others = [
                push(&named),
                shard(&named, 0),
                receipts(&batch),
                payloads(&batch),
                early_count(&named),
            ];
            for pk in others {
                keys += 1;
                // Under whatever sort key.
                all.insert((pk, COUNTERS.to_owned()));
            }
        }
        assert_eq!(all.len(), keys, "two things lie in one place");
        assert_ne!(
            counters(&push_of("x"), &by, 0),
            counters(&push_of("x"), &"rvk_10".parse().unwrap(), 0)
        );
    }
}
