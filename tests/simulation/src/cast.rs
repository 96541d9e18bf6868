//! Who plays: tenants, pushes, batches and scopes, each the same in every run of a seed.

use jiff::{SignedDuration, Timestamp};
use revocation_app::{NewBatch, NewReceipt};
use revocation_rules::batch::{Delivery, Handle, Sending};
use revocation_rules::channel::{Channel, Channels, HandleKind};
use revocation_rules::ids::{PushRef, Tenant};
use revocation_rules::push::Registration;
use revocation_rules::receipt::ReceiptEvent;
use revocation_rules::scope::Scope;
use revocation_rules::window::WINDOW;
use revocation_testkit::{Chance, builders};

use crate::ops::BATCHES;

/// The batch of a push that has enough deliveries to tell a wrong setting from dead tokens.
pub const LARGE: usize = BATCHES;
const LARGE_SLOTS: usize = 24;

#[derive(Debug, Clone)]
pub struct Cast {
    seed: u64,
    start: Timestamp,
}

impl Cast {
    pub fn new(seed: u64, start: Timestamp) -> Self {
        Self { seed, start }
    }

    /// Everybody comes again, under the same ids, with the same batches or with others.
    pub fn live_again(&mut self, start: Timestamp, with_others: bool) {
        self.start = start;
        if with_others {
            self.seed ^= 0x6c69_7665;
        }
    }

    pub fn channels() -> Channels {
        Channels::new([Channel::Huawei, Channel::Apns, Channel::Vivo, Channel::Sms])
    }

    /// Named alike but for their app, so that a leak shows.
    pub fn tenant(nth: usize) -> Tenant {
        builders::tenant(["APPA", "APPB"][nth])
    }

    pub fn push(tenant: usize, nth: usize) -> PushRef {
        let tenant = Self::tenant(tenant);
        if nth == 0 {
            builders::task(&tenant, "p")
        } else {
            builders::message(&tenant, "p")
        }
    }

    /// Sent just now, a while ago, or so long ago that its window ends during the run.
    pub fn registration(&self, tenant: usize, nth: usize) -> Registration {
        let mut chance = self.chance(&[tenant, nth]);
        let ago = match chance.below(6) {
            0 | 1 => SignedDuration::ZERO,
            2 => SignedDuration::from_mins(90),
            3 => WINDOW - SignedDuration::from_millis(1 + i64::try_from(chance.below(30_000)).unwrap()),
            4 => WINDOW - SignedDuration::from_mins(5),
            _ => WINDOW - SignedDuration::from_hours(3),
        };
        let sent_at = self.start - ago;
        let mut push = builders::a_push().named(Self::push(tenant, nth)).sent_at(sent_at);
        match chance.below(6) {
            0 => push = push.sent_until(sent_at + SignedDuration::from_hours(2)),
            1 => push = push.sent_until(sent_at + SignedDuration::from_mins(3)),
            // Sent over so long that TTL deletes batches while others can be revoked.
            2 => push = push.sent_until(sent_at + SignedDuration::from_hours(12 * 24)),
            _ => {}
        }
        push.registration()
    }

    /// The same batch id in the variants 0 and 1 is a conflict.
    pub fn batch(&self, tenant: usize, push: usize, nth: usize, variant: usize) -> NewBatch {
        let mut chance = self.chance(&[tenant, push, nth, variant, 7]);
        let registration = self.registration(tenant, push);
        let channel = *chance.pick(&[
            Channel::Huawei,
            Channel::Huawei,
            Channel::Huawei,
            Channel::Apns,
            Channel::Apns,
            Channel::Vivo,
            Channel::Sms,
            Channel::Oppo,
        ]);
        let (channel, slots) = match nth {
            LARGE => (Channel::Huawei, LARGE_SLOTS),
            _ => (channel, 1 + chance.below(4)),
        };
        let bare = chance.in_thousand(150);
        let first = chance.below(4);
        // One user may have several devices.
        let same_target = chance.in_thousand(200);
        let deliveries = (0..slots)
            .map(|slot| Delivery {
                target: format!("u{}", if same_target { first } else { (first + slot) % 4 })
                    .parse()
                    .unwrap(),
                // In small letters, as Apple's are compared in.
                token: format!("{}/{push}/{nth}/{variant}/{slot}", registration.push.tenant)
                    .to_lowercase()
                    .parse()
                    .unwrap(),
                handle: (!bare || slot > 0).then(|| match channel.facts().handle {
                    HandleKind::CollapseId => Handle::CollapseId(format!("c{nth}")),
                    HandleKind::NotifyId => Handle::NotifyId(u32::try_from(nth).unwrap() + 1),
                    HandleKind::Tag => Handle::Tag(format!("t{nth}")),
                    HandleKind::NotifyKey => Handle::NotifyKey(format!("k{nth}")),
                }),
                vendor_task: None,
                locale: None,
                subscription: None,
            })
            .collect();
        let sending_ms = registration.latest_sending().duration_since(registration.sent_at).as_millis();
        // Up to a little in the future.
        let said_ms = chance.below(usize::try_from(sending_ms.min(180_000)).unwrap() + 1);
        let said = registration.sent_at + SignedDuration::from_millis(i64::try_from(said_ms).unwrap());
        NewBatch {
            push: registration.push,
            batch: format!("b{nth}").parse().unwrap(),
            channel,
            sending: if chance.in_thousand(100) && nth != LARGE {
                Sending::HeldBack
            } else {
                Sending::Sent
            },
            sent_at: chance.in_thousand(600).then_some(said),
            deliveries,
        }
    }

    /// What devices say of a batch, and of what nobody sent.
    pub fn receipts(&self, tenant: usize, push: usize, nth: usize, draw: u64) -> Vec<NewReceipt> {
        use ReceiptEvent::{Cleared, Opened, Revoked, Shown};
        let mut chance = Chance::new(draw);
        let new = self.batch(tenant, push, nth, 0);
        let one = |token: &str, event| NewReceipt {
            kind: new.push.kind,
            id: new.push.id.clone(),
            batch: new.batch.clone(),
            token: token.parse().unwrap(),
            event,
            at: None,
        };
        let mut said = Vec::new();
        for _ in 0..=chance.below(3) {
            let of = chance.pick(&new.deliveries).token.clone();
            let event = *chance.pick(&[Shown, Opened, Cleared, Revoked, Revoked, Revoked]);
            said.push(one(of.as_str(), event));
            if chance.in_thousand(200) {
                said.push(one(of.as_str(), event));
            }
        }
        if chance.in_thousand(200) {
            said.push(one("of nobody", Revoked));
        }
        if chance.in_thousand(200) {
            said.push(NewReceipt {
                batch: "unknown".parse().unwrap(),
                ..one("of nobody", Opened)
            });
        }
        if chance.in_thousand(100) {
            said.push(NewReceipt {
                id: "unknown".parse().unwrap(),
                ..one("of nobody", Cleared)
            });
        }
        said
    }

    /// Whose word it is: a sender's, a callback's of the batch's channel, or of another one.
    pub fn about(&self, tenant: usize, push: usize, nth: usize, draw: u64) -> Option<Channel> {
        let mut chance = Chance::new(draw ^ 0x0ab0);
        let own = self.batch(tenant, push, nth, 0).channel;
        *chance.pick(&[
            None,
            None,
            Some(own),
            Some(own),
            Some(own),
            Some(Channel::Xiaomi),
            Some(Channel::Huawei),
        ])
    }

    pub fn scope(nth: usize) -> Scope {
        let of = |channels: Option<&[Channel]>, targets: Option<&[&str]>| Scope {
            channels: channels.map(|channels| channels.iter().copied().collect()),
            targets: targets.map(|targets| targets.iter().map(|target| target.parse().unwrap()).collect()),
        };
        match nth {
            0 => Scope::everything(),
            1 => of(Some(&[Channel::Huawei]), None),
            2 => of(Some(&[Channel::Apns, Channel::Vivo]), None),
            3 => of(None, Some(&["u0"])),
            4 => of(None, Some(&["u1", "u2"])),
            5 => of(Some(&[Channel::Huawei]), Some(&["u0", "u3"])),
            6 => of(Some(&[Channel::Huawei, Channel::Oppo]), None),
            _ => of(Some(&[Channel::Sms]), None),
        }
    }

    pub fn channel(nth: usize) -> Option<Channel> {
        Channel::ALL.get(nth).copied()
    }

    fn chance(&self, of: &[usize]) -> Chance {
        let mut seed = self.seed;
        for part in of {
            seed = Chance::new(seed ^ *part as u64).number();
        }
        Chance::new(seed)
    }
}
