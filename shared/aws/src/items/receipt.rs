//! What a device said of one delivery: small, written once or again, never changed.

use jiff::Timestamp;
use revocation_app::ports::StoreError;
use revocation_rules::channel::Channel;
use revocation_rules::receipt::{Came, Receipt, ReceiptEvent, TokenDigest};
use revocation_rules::window;

use super::{Item, Reader, Writer, expires_at, key};

/// All that is read back.
pub const ATTRIBUTES: &str = "v, sk, expires_at";

/// What is read back. With the time at which it came: a batch's id may have been
/// recorded anew since.
pub struct Said {
    pub token: TokenDigest,
    pub event: ReceiptEvent,
    pub came: Came,
    pub at: Timestamp,
}

/// It is asked for while its batch can be revoked: 7 days after a sending that
/// came before it, whether or not its batch was recorded by then.
pub fn write(receipt: &Receipt, now: Timestamp) -> Item {
    let sk = match receipt.came {
        Came::AfterBatch => key::receipt(receipt.event, &receipt.token),
        Came::BeforeBatch { about } => key::early_receipt(receipt.event, &receipt.token, about),
    };
    Writer::at(key::receipts(&receipt.batch), &sk)
        .time("at", receipt.at)
        .number("expires_at", expires_at(window::kept_until(now)))
        .finish()
}

pub fn read(item: &Item) -> Result<Said, StoreError> {
    let reader = Reader::new("receipt", item)?;
    let (token, event, came) = reader.known("sk", |sk| {
        let (said, came) = match sk.strip_prefix(key::EARLY_RECEIPTS) {
            None => (sk, Came::AfterBatch),
            Some(early) => {
                let (said, about) = early.rsplit_once('#')?;
                let about = match about {
                    key::ANY_CHANNEL => None,
                    channel => Some(Channel::parse(channel)?),
                };
                (said, Came::BeforeBatch { about })
            }
        };
        let (event, token) = said.split_once('#')?;
        Some((TokenDigest::parse(token)?, ReceiptEvent::parse(event)?, came))
    })?;
    let kept_until = Timestamp::from_second(reader.number("expires_at")?).map_err(|_| reader.damaged("expires_at"))?;
    Ok(Said {
        token,
        event,
        came,
        at: kept_until.saturating_sub(window::KEPT).unwrap_or(Timestamp::MIN),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use revocation_rules::ids::{BatchRef, PushKind, PushRef, TargetId, Tenant};
    use revocation_rules::push::PushType;

    use super::*;

    /// The keys that a role may write in batches, as the template says.
    fn pattern() -> &'static str {
        let template = include_str!("../../../../infra/template.yaml");
        let of = |line: &'static str| Some(line.split_once("LeadingKeys\": \"")?.1.split_once('"')?.0);
        let found: BTreeSet<_> = template
            .lines()
            .filter_map(of)
            .filter(|pattern| pattern.contains("receipt"))
            .collect();
        assert_eq!(found.len(), 1, "{found:?}");
        found.into_iter().next().unwrap()
    }

    /// As `StringLike` does: a star is any text, with `#` in it, too.
    fn fits(key: &str, pattern: &str) -> bool {
        match pattern.split_once('*') {
            None => key == pattern,
            Some((before, after)) => key.strip_prefix(before).is_some_and(|rest| {
                (0..=rest.len())
                    .filter(|at| rest.is_char_boundary(*at))
                    .any(|at| fits(&rest[at..], after))
            }),
        }
    }

    #[test]
    fn who_may_write_receipts_in_batches_can_reach_nothing_else_whatever_ids_are_called() {
        let pattern = pattern();
        let names = ["receipt", "receipt-", "a", "0", "batch", "target"];
        let ids = [
            "receipt",
            "#receipt#",
            "a#0#receipt#b",
            "x#y#z#0#receipt#b",
            "%23receipt%23",
            "*#*#*#*#receipt#*",
            "%",
            "????",
            "0",
            &"#receipt#".repeat(28),
            &"#receipt#".repeat(300),
        ];
        let mut pairs = Vec::new();
        for id in ids {
            pairs.extend(ids.map(|other| (id, other)));
        }
        for (name, (id, other)) in names.iter().flat_map(|name| pairs.iter().map(move |pair| (name, pair))) {
            let tenant = Tenant {
                app: name.parse().unwrap(),
                workspace: name.parse().unwrap(),
            };
            for kind in [PushKind::Message, PushKind::Task] {
                let push = PushRef {
                    tenant: tenant.clone(),
                    kind,
                    id: id.parse().unwrap(),
                };
                let target: TargetId = other.parse().unwrap();
                for batch in ["receipt", "b", "-", "0.receipt.b"] {
                    let batch = BatchRef {
                        push: push.clone(),
                        shard: 15,
                        batch: batch.parse().unwrap(),
                    };
                    assert!(fits(&key::receipts(&batch), pattern), "{}", key::receipts(&batch));
                    assert!(!fits(&key::payloads(&batch), pattern), "{}", key::payloads(&batch));
                }
                assert!(fits(&key::early_count(&push), pattern), "{}", key::early_count(&push));
                let others = [
                    key::push(&push),
                    key::shard(&push, 0),
                    key::app(&tenant),
                    key::target(&tenant, PushType::Simple, &target),
                    push.task_number().map_or_else(String::new, |number| key::number(&tenant, number)),
                ];
                for key in others {
                    assert!(!fits(&key, pattern), "{key}");
                }
            }
        }
    }
}
