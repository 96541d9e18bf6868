//! What failed is tried again by request; and which notice a revocation has.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::time::Duration;

use jiff::SignedDuration;
use revocation_app::ports::{AppNotices, BatchWorkStore, Claimed, Clock, DispatchJob};
use revocation_app::{Accepted, Confirmed, Dispatched, NewRevocation, ReplayError};
use revocation_rules::actor::Act;
use revocation_rules::channel::Channel;
use revocation_rules::ids::RevocationId;
use revocation_rules::notice::{Notice, Notices};
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::BatchProgress;
use revocation_rules::receipt::ReceiptEvent;
use revocation_rules::retry::MAX_ATTEMPTS;
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::scope::Scope;
use revocation_rules::settling::Eagerness;
use revocation_testkit::builders::{a_batch, a_push, noon};
use revocation_testkit::{Batch, Kept, Mood, Scene, run};

/// A push with two deliveries on Huawei.
fn two_deliveries() -> (Scene, Batch) {
    let scene = Scene::of(a_push().build());
    let batch = scene.kept(a_batch().to(&["u1", "u2"]));
    scene.clock.advance(SignedDuration::from_secs(1));
    (scene, batch)
}

/// One attempt at the batch, for one revocation.
fn attempt(scene: &Scene, batch: &Batch, revocation: &Revocation) -> BatchProgress {
    scene.dispatch(&DispatchJob::of(revocation, &batch.header));
    scene.store.progress_of(&batch.header.batch).unwrap()
}

fn counted(scene: &Scene, id: &RevocationId, outcome: Outcome) -> u64 {
    scene.counters(id, Channel::Huawei).outcomes.get(outcome)
}

fn only(target: &str) -> Scope {
    let mut scope = Scope::everything();
    scope.targets = Some([target.parse().unwrap()].into());
    scope
}

fn settled(revocation: &Revocation, outcome: Outcome) -> u64 {
    match &revocation.state {
        State::Settled { totals, .. } => totals[&Channel::Huawei].get(outcome),
        state @ (State::Requested | State::Dispatched { .. }) => panic!("{}", state.name()),
    }
}

#[test]
fn what_a_used_up_quota_ended_is_overwritten_by_a_replay() {
    let (scene, _) = two_deliveries();
    let id = scene.revoke(Scope::everything()).id;
    scene.vendor.is(Mood::Exhausted);
    assert_eq!(settled(&scene.work(&id), Outcome::Failed), 2);

    scene.vendor.is(Mood::Well);
    let replayed = scene.replay(&id).unwrap();
    assert_eq!((replayed.state, replayed.replays), (State::Requested, 1));
    let after = scene.work(&id);
    assert_eq!((settled(&after, Outcome::Overwritten), settled(&after, Outcome::Failed)), (2, 0));
    assert_eq!(
        (counted(&scene, &id, Outcome::Overwritten), counted(&scene, &id, Outcome::Failed)),
        (2, 0)
    );
    assert_eq!(after.fanout.found[&Channel::Huawei], 2, "the second walk counts nothing twice");
}

#[test]
fn a_replay_calls_nobody_again_who_was_served() {
    let (scene, _) = two_deliveries();
    let id = scene.revoke(Scope::everything()).id;
    scene.work(&id);
    let calls = scene.vendor.calls_from(0).len();
    scene.replay(&id).unwrap();
    scene.work(&id);
    assert_eq!(scene.vendor.calls_from(0).len(), calls);
}

#[test]
fn another_revocation_of_the_same_deliveries_is_told_of_a_replay() {
    let (scene, _) = two_deliveries();
    let mut huawei = Scope::everything();
    huawei.channels = Some([Channel::Huawei].into());
    let part = scene.revoke(huawei).id;
    scene.vendor.is(Mood::Exhausted);
    scene.work(&part);
    let whole = scene.revoke(Scope::everything()).id;
    assert_eq!(settled(&scene.work(&whole), Outcome::Failed), 2);

    scene.vendor.is(Mood::Well);
    scene.replay(&part).unwrap();
    scene.work(&part);
    for id in [&part, &whole] {
        assert_eq!(
            (counted(&scene, id, Outcome::Overwritten), counted(&scene, id, Outcome::Failed)),
            (2, 0)
        );
    }
}

#[test]
fn a_job_from_before_a_replay_neither_begins_nor_hides_it() {
    let (scene, batch) = two_deliveries();
    let revocation = scene.revoke(Scope::everything());
    let older = DispatchJob::of(&revocation, &batch.header);
    scene.vendor.is(Mood::Exhausted);
    scene.work(&revocation.id);

    scene.vendor.is(Mood::Well);
    let replayed = scene.replay(&revocation.id).unwrap();
    assert_eq!(scene.dispatch(&older), Dispatched::NothingToDo);
    assert_eq!(counted(&scene, &revocation.id, Outcome::Failed), 2);
    assert_eq!(scene.dispatch(&DispatchJob::of(&replayed, &batch.header)), Dispatched::Finished);
    assert_eq!(counted(&scene, &revocation.id, Outcome::Overwritten), 2);
    assert_eq!(scene.dispatch(&older), Dispatched::NothingToDo);
}

#[test]
fn a_job_that_an_older_version_queued_begins_the_replay_that_is_stored() {
    let (scene, batch) = two_deliveries();
    let revocation = scene.revoke(Scope::everything());
    scene.vendor.is(Mood::Exhausted);
    scene.work(&revocation.id);

    scene.vendor.is(Mood::Well);
    scene.replay(&revocation.id).unwrap();
    let silent = DispatchJob {
        replays: None,
        ..DispatchJob::of(&revocation, &batch.header)
    };
    assert_eq!(scene.dispatch(&silent), Dispatched::Finished);
    assert_eq!(counted(&scene, &revocation.id, Outcome::Overwritten), 2);
}

/// Its worker is lost after it has opened what failed. What an older job then makes of it is news to all who counted it.
#[test]
fn a_job_from_before_a_replay_that_meets_what_it_has_opened_tells_the_others() {
    let (scene, batch) = two_deliveries();
    let mut huawei = Scope::everything();
    huawei.channels = Some([Channel::Huawei].into());
    let part = scene.revoke(huawei);
    let older = DispatchJob::of(&part, &batch.header);
    scene.vendor.is(Mood::Exhausted);
    scene.work(&part.id);
    let whole = scene.revoke(Scope::everything());
    scene.work(&whole.id);

    scene.vendor.is(Mood::Well);
    let replayed = scene.replay(&part.id).unwrap();
    let lease = scene.clock.now() + SignedDuration::from_secs(90);
    let mut opened = scene.store.progress_of(&batch.header.batch).unwrap();
    opened.start_replay(&part.id, replayed.replays, &[0, 1]);
    assert_eq!(run(scene.store.claim(&opened.claimed(lease))).unwrap(), Claimed::Yes);
    scene.clock.set(lease);
    assert_eq!(scene.dispatch(&older), Dispatched::Finished);
    for id in [&part.id, &whole.id] {
        assert_eq!(
            (counted(&scene, id, Outcome::Overwritten), counted(&scene, id, Outcome::Failed)),
            (2, 0)
        );
    }
}

/// Another one's replay changes what it was settled with: its totals say so a quarter of an hour later, not a day.
#[test]
fn a_settled_revocation_is_looked_at_soon_after_anothers_replay() {
    let (scene, batch) = two_deliveries();
    let part = scene.revoke(only("u1"));
    let whole = scene.revoke(Scope::everything());
    scene.vendor.is(Mood::Exhausted);
    for (id, failed) in [(&part.id, 1), (&whole.id, 2)] {
        assert_eq!(settled(&scene.work(id), Outcome::Failed), failed);
    }
    // The sweep looks less and less often.
    for _ in 0..12 {
        let due = scene.read(&whole.id).due_at.unwrap();
        scene.clock.set(scene.clock.now().max(due));
        scene.check(&whole.id, Eagerness::Redrive);
    }

    scene.vendor.is(Mood::Well);
    let replayed = scene.replay(&part.id).unwrap();
    scene.walk(&part.id);
    attempt(&scene, &batch, &replayed);
    let due = scene.read(&whole.id).due_at.unwrap();
    assert_eq!(due.duration_since(scene.clock.now()), SignedDuration::from_mins(15));
    scene.clock.set(due);
    scene.check(&whole.id, Eagerness::Redrive);
    let after = scene.read(&whole.id);
    assert_eq!((settled(&after, Outcome::Overwritten), settled(&after, Outcome::Failed)), (1, 1));
}

#[test]
fn another_revocations_end_gives_nobody_new_attempts() {
    let (scene, batch) = two_deliveries();
    let one = scene.revoke(only("u1"));
    let whole = scene.revoke(Scope::everything());
    scene.walk(&whole.id);
    scene.replay(&whole.id).unwrap();
    scene.vendor.is(Mood::Down);
    attempt(&scene, &batch, &whole);
    scene.clock.advance(SignedDuration::from_mins(16));
    scene.vendor.is(Mood::Exhausted);
    attempt(&scene, &batch, &one);
    scene.vendor.is(Mood::Down);

    // Each attempt on the other delivery tells the first revocation, which has ended, of what it knows.
    for nth in 1..MAX_ATTEMPTS {
        assert_eq!(attempt(&scene, &batch, &whole).attempts, nth);
        scene.clock.advance(SignedDuration::from_mins(16));
    }
    attempt(&scene, &batch, &whole);
    assert_eq!(
        (
            counted(&scene, &one.id, Outcome::Failed),
            counted(&scene, &whole.id, Outcome::Failed)
        ),
        (1, 2)
    );
}

/// Its worker may have read the receipts a moment before this one was there.
#[test]
fn what_a_device_confirms_while_it_is_replayed_is_looked_at_again() {
    let (scene, batch) = two_deliveries();
    let id = scene.revoke(Scope::everything()).id;
    scene.vendor.is(Mood::Exhausted);
    scene.work(&id);
    let said = scene.receipt(&batch, 0, ReceiptEvent::Revoked);
    assert_eq!(scene.take(None, vec![said]).unwrap().accepted, 1);
    let confirm = || scene.confirm(&batch.header.batch, 0);
    assert_eq!(confirm(), Confirmed::Done { deliveries: 0 });
    scene.replay(&id).unwrap();
    assert_eq!(confirm(), Confirmed::ComesBack);
    scene.work(&id);
    assert_eq!(confirm(), Confirmed::Done { deliveries: 0 });
    assert_eq!(counted(&scene, &id, Outcome::Confirmed), 1);
}

#[test]
fn a_replay_that_finds_no_payload_leaves_what_was_counted() {
    let (scene, batch) = two_deliveries();
    let id = scene.revoke(only("u1")).id;
    scene.vendor.is(Mood::Exhausted);
    scene.work(&id);
    scene.replay(&id).unwrap();
    scene
        .store
        .delete_expired(&Kept::Payload(batch.header.digest.clone()), &batch.header.batch);
    let after = scene.work(&id);
    assert_eq!((settled(&after, Outcome::Failed), counted(&scene, &id, Outcome::Failed)), (1, 1));
}

#[test]
fn a_replay_of_what_is_being_walked_changes_nothing_and_a_closed_window_refuses_it() {
    let (scene, _) = two_deliveries();
    let id = scene.revoke(Scope::everything()).id;
    assert_eq!(scene.replay(&id).unwrap().replays, 0);
    scene.work(&id);
    scene.clock.set(scene.read(&id).closes_at);
    assert!(matches!(scene.replay(&id), Err(ReplayError::WindowClosed { .. })));
    let nobody = "rvk_nobody".parse().unwrap();
    assert!(matches!(scene.replay(&nobody), Err(ReplayError::RevocationNotFound)));
}

#[test]
fn a_replay_that_the_queue_did_not_take_is_due_for_the_sweep() {
    let (scene, _) = two_deliveries();
    let id = scene.revoke(Scope::everything()).id;
    scene.work(&id);
    let replayed = scene.replay(&id).unwrap();
    let wait = replayed.due_at.unwrap().duration_since(scene.clock.now());
    assert!(Duration::try_from(wait).unwrap() <= Duration::from_mins(1));
}

#[test]
fn a_notice_is_the_revocations_else_the_pushs_else_the_apps() {
    let notices = |title: &str| {
        Notices::from(Notice {
            title: title.to_owned(),
            text: title.to_owned(),
        })
    };
    let of_push = |notices| {
        let mut push = a_push().build();
        push.registration.notices = notices;
        Scene::of(push)
    };
    let title = |scene: &Scene, notices| {
        let request = NewRevocation {
            notices,
            ..scene.request(Scope::everything())
        };
        match scene.ask(&request).unwrap() {
            Accepted::New(revocation) => revocation.notices.default.title,
            Accepted::AlreadyThere(revocation) => panic!("{} was there already", revocation.id),
        }
    };
    let of_app = |scene: &Scene| {
        let act = Act {
            by: "key-1".parse().unwrap(),
            at: noon(),
        };
        run(scene.store.put_notices(&scene.push_ref().tenant, &notices("app"), &act)).unwrap();
    };

    assert_eq!(title(&of_push(None), None), "Message revoked");
    let scene = of_push(None);
    of_app(&scene);
    assert_eq!(title(&scene, None), "app");
    let scene = of_push(Some(notices("push")));
    of_app(&scene);
    assert_eq!(title(&scene, None), "push");
    let scene = of_push(Some(notices("push")));
    of_app(&scene);
    assert_eq!(title(&scene, Some(notices("revocation"))), "revocation");
}
