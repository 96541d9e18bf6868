//! What each use case notes, and how often: once for what happened once.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use jiff::SignedDuration;
use revocation_app::ports::{BatchWorkStore, DispatchJob};
use revocation_app::{Dispatched, LEASE, NewBatch, name_unmatched, record_deliveries, sweep};
use revocation_metrics::{Dimension, Labels, METRICS, Metric, Sheet, gathered_now};
use revocation_rules::batch::Sending;
use revocation_rules::channel::Channel;
use revocation_rules::receipt::ReceiptEvent;
use revocation_rules::scope::Scope;
use revocation_rules::settling::Eagerness;
use revocation_testkit::builders::{a_batch, a_push, a_revocation, message, noon, tenant};
use revocation_testkit::{Mood, Scene, run};

const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// What is noted while this runs.
fn noted(work: impl FnOnce()) -> Sheet {
    gathered_now(work).1
}

/// The values of a metric with these dimensions.
fn of(sheet: &Sheet, metric: Metric, labels: &[(Dimension, &'static str)]) -> Vec<u64> {
    let labels = labels
        .iter()
        .fold(Labels::NONE, |all, (dimension, value)| all.with(*dimension, value));
    sheet.values_of(metric, labels)
}

const HUAWEI: (Dimension, &str) = (Dimension::Channel, "huawei");

fn class(class: &'static str) -> [(Dimension, &'static str); 2] {
    [HUAWEI, (Dimension::Class, class)]
}

fn outcome(outcome: &'static str) -> [(Dimension, &'static str); 2] {
    [HUAWEI, (Dimension::Outcome, outcome)]
}

fn three_deliveries() -> (Scene, DispatchJob) {
    let scene = Scene::of(a_push().build());
    let batch = scene.kept(a_batch().to(&["u1", "u2", "u3"]));
    scene.clock.advance(SECOND);
    let revocation = scene.revoked(a_revocation());
    let job = DispatchJob::of(&revocation, &batch.header);
    (scene, job)
}

fn a_whole_revocation() -> Sheet {
    noted(|| {
        let scene = Scene::of(a_push().build());
        scene.kept(a_batch().to(&["u1", "u2", "u3"]));
        scene.clock.advance(SECOND);
        let revocation = scene.revoke(Scope::everything());
        scene.clock.advance(SECOND * 3);
        scene.work(&revocation.id);
    })
}

#[test]
fn a_revocation_notes_its_gate_its_first_call_its_answers_its_outcomes_and_its_end() {
    let sheet = a_whole_revocation();
    // The clock stands still while the gate is closed.
    assert_eq!(sheet.values(Metric::TimeToGate), [0]);
    assert_eq!(of(&sheet, Metric::TimeToFirstCall, &[HUAWEI]), [3_000]);
    assert_eq!(of(&sheet, Metric::VendorAnswers, &class("accepted")), [3]);
    assert_eq!(of(&sheet, Metric::Attempts, &class("accepted")), [1]);
    assert_eq!(of(&sheet, Metric::Outcomes, &outcome("overwritten")), [3]);
    assert_eq!(sheet.values(Metric::TimeToSettle), [3_000]);
    assert!(sheet.values(Metric::Refusals).is_empty());
}

#[test]
fn a_job_that_comes_twice_notes_its_outcomes_once() {
    let (scene, job) = three_deliveries();
    let sheet = noted(|| {
        assert_eq!(scene.dispatch(&job), Dispatched::Finished);
        assert_eq!(scene.dispatch(&job), Dispatched::NothingToDo);
    });
    assert_eq!(sheet.values(Metric::Outcomes), [3]);
    assert_eq!(sheet.values(Metric::Attempts), [1]);
}

fn refused() -> Sheet {
    noted(|| {
        let scene = Scene::of(a_push().build());
        scene.clock.set(noon() + SignedDuration::from_hours(7 * 24));
        assert!(scene.ask(&scene.request(Scope::everything())).is_err());
    })
}

#[test]
fn a_refusal_is_noted_with_its_reason_and_no_gate() {
    let sheet = refused();
    assert_eq!(of(&sheet, Metric::Refusals, &[(Dimension::Refusal, "window_closed")]), [1]);
    assert!(sheet.values(Metric::TimeToGate).is_empty());
}

#[test]
fn what_a_vendor_says_is_noted_by_its_class_and_an_attempt_once() {
    for (mood, said) in [
        (Mood::Throttling, "throttled"),
        (Mood::Exhausted, "quota_used_up"),
        (Mood::Misaddressed, "unknown"),
    ] {
        let (scene, job) = three_deliveries();
        scene.vendor.is(mood);
        let sheet = noted(|| {
            scene.dispatch(&job);
        });
        assert_eq!(of(&sheet, Metric::VendorAnswers, &class(said)), [3], "{said}");
        assert_eq!(of(&sheet, Metric::Attempts, &class(said)), [1], "{said}");
    }
}

#[test]
fn only_the_first_call_of_a_batch_is_the_first_call() {
    let (scene, job) = three_deliveries();
    scene.vendor.is(Mood::Throttling);
    let sheet = noted(|| {
        scene.dispatch(&job);
        scene.clock.advance(SignedDuration::from_hours(30));
        scene.vendor.is(Mood::Well);
        scene.dispatch(&job);
    });
    assert_eq!(of(&sheet, Metric::TimeToFirstCall, &[HUAWEI]).len(), 1);
    assert_eq!(of(&sheet, Metric::Attempts, &class("accepted")), [1]);
}

fn a_lost_worker() -> Sheet {
    let (scene, job) = three_deliveries();
    // It took the batch and was never heard of again.
    let work = run(scene.store.work(&job.batch, &job.revocation, job.replays)).unwrap().unwrap();
    let until = revocation_app::ports::Clock::now(&scene.clock) + LEASE;
    let taken = revocation_rules::progress::BatchProgress::start(&work.header, work.earlier).claimed(until);
    run(scene.store.claim(&taken)).unwrap();
    scene.clock.advance(LEASE + SECOND);
    noted(|| assert_eq!(scene.dispatch(&job), Dispatched::Finished))
}

#[test]
fn a_worker_that_was_lost_is_noted_by_who_takes_its_batch() {
    let sheet = a_lost_worker();
    assert_eq!(of(&sheet, Metric::LeaseLosses, &[HUAWEI]), [1]);
    // The one that was lost may have called: this is not known to be the first call.
    assert!(sheet.values(Metric::TimeToFirstCall).is_empty());
}

fn late() -> Sheet {
    noted(|| {
        let scene = Scene::of(a_push().build());
        scene.revoke(Scope::everything());
        let recording = |()| NewBatch {
            push: scene.push_ref().clone(),
            batch: "late".parse().unwrap(),
            channel: Channel::Huawei,
            sending: Sending::Sent,
            sent_at: None,
            deliveries: a_batch().to(&["u1", "u2"]).deliveries(),
        };
        scene.clock.advance(SECOND);
        for () in [(), ()] {
            run(record_deliveries(
                &scene.store,
                &scene.queue,
                &scene.clock,
                &scene.channels,
                recording(()),
            ))
            .unwrap();
        }
    })
}

#[test]
fn a_late_delivery_is_noted_once_however_often_it_is_recorded() {
    assert_eq!(of(&late(), Metric::LateDeliveries, &[HUAWEI]), [2]);
}

fn confirmed() -> Sheet {
    let scene = Scene::of(a_push().build());
    let batch = scene.kept(a_batch().to(&["u1", "u2"]));
    scene.clock.advance(SECOND);
    let revocation = scene.revoked(a_revocation());
    scene.dispatch(&DispatchJob::of(&revocation, &batch.header));
    scene.take(None, vec![scene.receipt(&batch, 0, ReceiptEvent::Revoked)]).unwrap();
    noted(|| {
        scene.confirm(&batch.header.batch, 0);
        scene.confirm(&batch.header.batch, 1);
    })
}

#[test]
fn a_confirmation_is_an_outcome_of_its_own_and_noted_once() {
    let sheet = confirmed();
    assert_eq!(of(&sheet, Metric::Outcomes, &outcome("confirmed")), [1]);
    assert_eq!(sheet.values(Metric::Outcomes), [1]);
}

fn unmatched() -> Sheet {
    let push = a_push().named(message(&tenant("SHOP"), "m1"));
    let scene = Scene::of(push.build());
    scene.kept(a_batch().to(&["u1"]));
    scene.clock.advance(SECOND);
    let revocation = scene.revoked(a_revocation().for_targets(&["u1", "nobody", "nowhere"]));
    noted(|| {
        drop(run(name_unmatched(
            &scene.store,
            &scene.clock,
            &scene.channels,
            &revocation.scope,
            &revocation,
        )))
    })
}

#[test]
fn targets_without_a_delivery_are_counted_when_they_are_named() {
    assert_eq!(unmatched().values(Metric::UnmatchedTargets), [2]);
}

fn suspected() -> Sheet {
    let scene = Scene::of(a_push().build());
    let targets: Vec<String> = (0..50).map(|nth| format!("u{nth}")).collect();
    let batch = scene.kept(a_batch().to(&targets.iter().map(String::as_str).collect::<Vec<_>>()));
    scene.clock.advance(SECOND);
    let revocation = scene.revoked(a_revocation());
    scene.vendor.is(Mood::Misaddressed);
    noted(|| {
        scene.dispatch(&DispatchJob::of(&revocation, &batch.header));
    })
}

#[test]
fn deliveries_for_which_a_setting_is_suspected_are_counted() {
    assert_eq!(suspected().values(Metric::SuspectedDeliveries), [50]);
}

fn swept(late: SignedDuration) -> Sheet {
    let scene = Scene::of(a_push().build());
    scene.kept(a_batch());
    scene.clock.advance(SECOND);
    let revocation = scene.revoke(Scope::everything());
    scene.walk(&revocation.id);
    assert!(scene.read(&revocation.id).due_at.is_some());
    // It is due a minute after it was walked.
    scene.clock.advance(SignedDuration::from_secs(60) + late);
    let until = revocation_app::ports::Clock::now(&scene.clock) + SignedDuration::from_secs(30);
    noted(|| drop(run(sweep(&scene.store, &scene.queue, &scene.clock, until)).unwrap()))
}

#[test]
fn a_sweep_notes_how_late_it_is_and_how_long_a_revocation_has_been_under_way() {
    let sheet = swept(SignedDuration::from_mins(7));
    assert_eq!(sheet.values(Metric::SweepLag), [420_000]);
    assert_eq!(sheet.values(Metric::TimeOutstanding), [480_000]);
}

#[test]
fn a_sweep_with_nothing_to_do_notes_that_it_is_not_late() {
    let scene = Scene::of(a_push().build());
    let until = noon() + SignedDuration::from_secs(30);
    let sheet = noted(|| drop(run(sweep(&scene.store, &scene.queue, &scene.clock, until)).unwrap()));
    assert_eq!(sheet.values(Metric::SweepLag), [0]);
    assert!(sheet.values(Metric::TimeOutstanding).is_empty());
}

#[test]
fn a_replay_is_timed_from_when_it_was_asked_for() {
    let (scene, job) = three_deliveries();
    scene.vendor.is(Mood::Exhausted);
    scene.work(&job.revocation);
    scene.clock.advance(SignedDuration::from_hours(20));
    scene.vendor.is(Mood::Well);
    scene.replay(&job.revocation).unwrap();
    scene.clock.advance(SECOND * 2);
    let sheet = noted(|| {
        scene.walk(&job.revocation);
        let replays = Some(1);
        scene.dispatch(&DispatchJob { replays, ..job.clone() });
        scene.check(&job.revocation, Eagerness::Redrive);
    });
    assert_eq!(sheet.values(Metric::TimeToSettle), [2_000]);
    // An hour later it may not be the first call of the revocation.
    assert!(sheet.values(Metric::TimeToFirstCall).is_empty());
    assert_eq!(of(&sheet, Metric::Outcomes, &outcome("overwritten")), [3]);
}

/// The others are noted, and tested, where requests and queue messages arrive.
const ELSEWHERE: [Metric; 3] = [Metric::Requests, Metric::BusiestTenantRequests, Metric::DeadLettersReplayed];

#[test]
fn every_metric_of_the_use_cases_is_noted_by_one_of_them() {
    let sheets = [
        a_whole_revocation(),
        refused(),
        a_lost_worker(),
        late(),
        confirmed(),
        unmatched(),
        suspected(),
        swept(SECOND),
    ];
    for metric in METRICS.into_iter().filter(|metric| !ELSEWHERE.contains(metric)) {
        assert!(sheets.iter().any(|sheet| !sheet.values(metric).is_empty()), "{metric:?}");
    }
}

#[test]
fn no_line_has_a_token_a_target_or_a_text() {
    for sheet in [a_whole_revocation(), unmatched(), suspected(), late()] {
        let lines = sheet.lines("stack-1", 1_795_000_000_000);
        for planted in ["u1", "nobody", "token", "wrong price", "SHOP"] {
            assert!(!lines.contains(planted), "{planted} in {lines}");
        }
    }
}
