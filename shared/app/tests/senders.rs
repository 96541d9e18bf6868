//! Who may record for whom over the queue.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use jiff::SignedDuration;
use revocation_app::ports::Clock as _;
use revocation_app::{AdmitError, KnownBindings, admit_recording};
use revocation_rules::ids::Tenant;
use revocation_rules::queue_sender::{QueueSender, Unbound};
use revocation_testkit::builders::{noon, tenant};
use revocation_testkit::{ManualClock, MemorySenders, run};

struct Stand {
    known: KnownBindings,
    senders: MemorySenders,
    clock: ManualClock,
}

impl Stand {
    fn new() -> Self {
        Self {
            known: KnownBindings::default(),
            senders: MemorySenders::default(),
            clock: ManualClock::at(noon()),
        }
    }

    fn ask(&self, unbound: Unbound, sender: Option<&QueueSender>, tenant: &Tenant) -> Result<(), AdmitError> {
        run(admit_recording(&self.known, &self.senders, &self.clock, unbound, sender, tenant))
    }

    fn later(&self, seconds: i64) {
        self.clock.set(self.clock.now() + SignedDuration::from_secs(seconds));
    }
}

fn sender(id: &str) -> QueueSender {
    id.parse().unwrap()
}

#[test]
fn a_sender_records_for_the_tenants_it_is_bound_to_and_no_other() {
    let stand = Stand::new();
    stand.senders.bind(&sender("AROASHOP"), &tenant("shop"));
    assert!(stand.ask(Unbound::Refuse, Some(&sender("AROASHOP")), &tenant("shop")).is_ok());
    for (who, of) in [("AROASHOP", "bank"), ("AROABANK", "shop"), ("AROASHO", "shop")] {
        match stand.ask(Unbound::Refuse, Some(&sender(who)), &tenant(of)) {
            Err(AdmitError::NotBound(named)) => assert_eq!(named, sender(who)),
            other => panic!("{who} records for {of}: {other:?}"),
        }
    }
    assert!(matches!(
        stand.ask(Unbound::Refuse, None, &tenant("shop")),
        Err(AdmitError::NoSender)
    ));
}

#[test]
fn a_binding_is_believed_for_a_minute_after_it_was_read_however_often_it_is_used() {
    let stand = Stand::new();
    let (who, shop) = (sender("AROASHOP"), tenant("shop"));
    stand.senders.bind(&who, &shop);
    assert!(stand.ask(Unbound::Refuse, Some(&who), &shop).is_ok());
    stand.senders.unbind(&who, &shop);
    for _ in 0..5 {
        stand.later(11);
        assert!(stand.ask(Unbound::Refuse, Some(&who), &shop).is_ok());
    }
    stand.later(5);
    assert!(stand.ask(Unbound::Refuse, Some(&who), &shop).is_err());
    assert_eq!(stand.senders.reads(), 2);
}

#[test]
fn a_new_binding_counts_at_once() {
    let stand = Stand::new();
    let (who, shop) = (sender("AROASHOP"), tenant("shop"));
    assert!(stand.ask(Unbound::Refuse, Some(&who), &shop).is_err());
    stand.senders.bind(&who, &shop);
    assert!(stand.ask(Unbound::Refuse, Some(&who), &shop).is_ok());
}

#[test]
fn until_everybody_is_bound_the_others_may_be_let_in() {
    let stand = Stand::new();
    assert!(stand.ask(Unbound::Allow, Some(&sender("AROASHOP")), &tenant("shop")).is_ok());
    assert!(stand.ask(Unbound::Allow, None, &tenant("shop")).is_ok());
}
