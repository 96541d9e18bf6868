//! What devices say before anybody recorded their batch: kept, bounded, and found by the dispatch.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use jiff::SignedDuration;
use revocation_app::ports::{DispatchJob, Job, ReceiptStore};
use revocation_app::{Confirmed, Dispatched, NewReceipt, TakenReceipts};
use revocation_rules::channel::{Channel, Channels};
use revocation_rules::ids::BatchRef;
use revocation_rules::outcome::Outcome;
use revocation_rules::receipt::{Came, Receipt, ReceiptEvent, TokenDigest, most_early};
use revocation_rules::revocation::Revocation;
use revocation_testkit::builders::{a_batch, a_push, a_revocation, noon, task, tenant};
use revocation_testkit::{Batch, ManualClock, MemoryStore, Scene, run};

/// A push whose batch of three is sent and not recorded yet.
struct Stand {
    scene: Scene,
    batch: Batch,
}

impl Stand {
    fn on(channel: Channel) -> Self {
        let clock = ManualClock::at(noon());
        let store = MemoryStore::new().with_clock(&clock);
        let push = a_push().named(task(&tenant("SHOP"), "t1")).build();
        let mut scene = Scene::with(store, clock, push);
        scene.channels = Channels::new([channel]);
        let batch = scene.batch(a_batch().on(channel).to(&["u1", "u2", "u3"]));
        Self { scene, batch }
    }

    fn receipt(&self, slot: usize, event: ReceiptEvent) -> NewReceipt {
        self.scene.receipt(&self.batch, slot, event)
    }

    fn take(&self, about: Option<Channel>, receipts: Vec<NewReceipt>) -> TakenReceipts {
        self.scene.take(about, receipts).unwrap()
    }

    fn record(&self) {
        self.scene.keep(&self.batch);
    }

    fn revoke(&self) -> Revocation {
        self.scene.revoked(a_revocation())
    }

    fn dispatch(&self, revocation: &Revocation) -> Vec<Option<Outcome>> {
        let job = DispatchJob::of(revocation, &self.batch.header);
        assert_eq!(self.scene.dispatch(&job), Dispatched::Finished);
        self.outcomes()
    }

    fn outcomes(&self) -> Vec<Option<Outcome>> {
        self.scene.outcomes(&self.batch.header.batch)
    }

    fn confirm(&self) -> Confirmed {
        self.scene.confirm(&self.batch.header.batch, 0)
    }

    fn confirm_jobs(&self) -> Vec<BatchRef> {
        let jobs = self.scene.queue.sent().into_iter();
        jobs.filter_map(|job| match job {
            Job::Confirm { batch, .. } => Some(batch),
            Job::Fanout { .. } | Job::Check { .. } | Job::Recount(_) | Job::Dispatch(_) => None,
        })
        .collect()
    }
}

const OVERWRITTEN: Option<Outcome> = Some(Outcome::Overwritten);

#[test]
fn what_a_device_said_before_its_batch_was_recorded_is_never_asked_of_the_vendor() {
    let stand = Stand::on(Channel::Huawei);
    let said = vec![
        stand.receipt(0, ReceiptEvent::Opened),
        stand.receipt(1, ReceiptEvent::Cleared),
        stand.receipt(2, ReceiptEvent::Revoked),
        stand.receipt(0, ReceiptEvent::Shown),
    ];
    let taken = stand.take(None, said);
    let expected = TakenReceipts {
        accepted: 3,
        early: vec![0, 1, 2],
        unknown: vec![3],
        ..TakenReceipts::default()
    };
    assert_eq!(taken, expected);
    assert_eq!(stand.confirm(), Confirmed::NothingToDo, "there is no batch to look at yet");
    stand.record();
    let told = [Outcome::SkippedOpened, Outcome::SkippedCleared, Outcome::Confirmed];
    assert_eq!(stand.dispatch(&stand.revoke()), told.map(Some));
    assert!(stand.scene.vendor.calls_from(0).is_empty());
}

#[test]
fn what_a_device_confirmed_early_is_worked_in_when_its_batch_is_recorded_late() {
    // The push is revoked first, as a sender that does not stop does it.
    let stand = Stand::on(Channel::Huawei);
    let revocation = stand.revoke();
    stand.take(Some(Channel::Huawei), vec![stand.receipt(1, ReceiptEvent::Revoked)]);
    stand.record();
    assert_eq!(stand.dispatch(&revocation), [OVERWRITTEN, Some(Outcome::Confirmed), OVERWRITTEN]);
}

#[test]
fn what_came_early_and_was_written_late_is_looked_for_once_more() {
    // Between looking for the batch and writing the receipt, the batch was recorded and revoked:
    // as if the receipt had come without its batch and its job later.
    let stand = Stand::on(Channel::Huawei);
    stand.record();
    let revocation = stand.revoke();
    assert_eq!(stand.dispatch(&revocation), [OVERWRITTEN; 3]);
    let other = Stand::on(Channel::Huawei);
    other.take(Some(Channel::Huawei), vec![other.receipt(0, ReceiptEvent::Revoked)]);
    assert_eq!(
        other.confirm_jobs(),
        std::slice::from_ref(&other.batch.header.batch),
        "also where there is no batch yet"
    );
    let early = Receipt {
        batch: stand.batch.header.batch.clone(),
        token: TokenDigest::of(&stand.batch.deliveries[0].token),
        event: ReceiptEvent::Revoked,
        at: noon(),
        came: Came::BeforeBatch {
            about: Some(Channel::Huawei),
        },
    };
    run(stand.scene.store.keep_receipts(&[early])).unwrap();
    assert_eq!(stand.confirm(), Confirmed::Done { deliveries: 1 });
    assert_eq!(stand.outcomes()[0], Some(Outcome::Confirmed));
}

#[test]
fn a_callback_of_one_channel_says_nothing_of_another_channel_s_batch() {
    for early in [false, true] {
        let stand = Stand::on(Channel::Huawei);
        if !early {
            stand.record();
        }
        let said = |event| vec![stand.receipt(0, event)];
        let taken = stand.take(Some(Channel::Xiaomi), said(ReceiptEvent::Opened));
        let confirmed = stand.take(Some(Channel::Xiaomi), said(ReceiptEvent::Revoked));
        if early {
            // Whose batch it is is not known yet.
            assert_eq!((taken.accepted, taken.early, taken.foreign), (1, vec![0], vec![]));
            stand.record();
        } else {
            assert_eq!((taken.accepted, taken.unknown, taken.foreign), (0, vec![], vec![0]));
            assert_eq!(confirmed.foreign, [0]);
            assert_eq!(stand.confirm_jobs(), []);
        }
        // Its own channel's word counts, and is not taken away by the other's.
        stand.take(Some(Channel::Huawei), vec![stand.receipt(1, ReceiptEvent::Cleared)]);
        stand.take(Some(Channel::Xiaomi), vec![stand.receipt(1, ReceiptEvent::Cleared)]);
        let outcomes = stand.dispatch(&stand.revoke());
        assert_eq!(
            outcomes,
            [OVERWRITTEN, Some(Outcome::SkippedCleared), OVERWRITTEN],
            "early: {early}"
        );
        assert_eq!(stand.confirm(), Confirmed::Done { deliveries: 0 });
    }
}

#[test]
fn an_early_receipt_finds_an_apple_token_whatever_its_letters() {
    for (recorded, told) in [("00FC13ADFF785122", "00fc13adff785122"), ("00fc13adff785122", "00FC13ADFF785122")] {
        for early in [true, false] {
            let mut stand = Stand::on(Channel::Apns);
            stand.batch.deliveries[0].token = recorded.parse().unwrap();
            if !early {
                stand.record();
            }
            let receipt = NewReceipt {
                token: told.parse().unwrap(),
                ..stand.receipt(0, ReceiptEvent::Opened)
            };
            assert_eq!(stand.take(None, vec![receipt]).accepted, 1);
            if early {
                stand.record();
            }
            assert_eq!(
                stand.dispatch(&stand.revoke())[0],
                Some(Outcome::SkippedOpened),
                "{recorded} {told} {early}"
            );
        }
    }
}

#[test]
fn whoever_floods_a_push_with_receipts_of_batches_that_nobody_recorded_is_stopped() {
    let stand = Stand::on(Channel::Huawei);
    let most = most_early(stand.batch.header.batch.push.kind);
    let flood = |nth: usize| {
        let receipts = (0..1_000).map(|token| NewReceipt {
            batch: format!("b{nth}").parse().unwrap(),
            token: format!("t{token}").parse().unwrap(),
            ..stand.receipt(0, ReceiptEvent::Opened)
        });
        stand.take(None, receipts.collect())
    };
    let mut accepted = 0;
    for nth in 0..most / 1_000 + 3 {
        let taken = flood(nth + 100);
        accepted += taken.accepted;
        assert_eq!(taken.accepted + taken.unknown.len(), 1_000);
        assert_eq!(taken.unknown.len(), taken.too_many);
    }
    assert_eq!(accepted, most);
    // What was recorded is taken as ever.
    stand.record();
    assert_eq!(stand.take(None, vec![stand.receipt(0, ReceiptEvent::Opened)]).accepted, 1);
}

#[test]
fn nothing_is_kept_early_for_a_push_that_nobody_registered_or_that_nobody_can_revoke_any_more() {
    let stand = Stand::on(Channel::Huawei);
    let opened = stand.receipt(0, ReceiptEvent::Opened);
    let other = NewReceipt {
        id: "t2".parse().unwrap(),
        ..opened.clone()
    };
    assert_eq!(stand.take(None, vec![other]).unknown, [0]);
    stand
        .scene
        .clock
        .set(stand.scene.push.registration.closes_at() - SignedDuration::from_millis(1));
    assert_eq!(stand.take(None, vec![opened.clone()]).early, [0]);
    stand.scene.clock.set(stand.scene.push.registration.closes_at());
    assert_eq!(stand.take(None, vec![opened]).unknown, [0]);
}
