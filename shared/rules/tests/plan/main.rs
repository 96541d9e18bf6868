//! What becomes of each delivery, as a table: one row per reason.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod ways;

use jiff::{SignedDuration, Timestamp};
use revocation_rules::batch::{BatchHeader, Delivery, Handle, Sending};
use revocation_rules::channel::{Channel, Channels};
use revocation_rules::notice::Notice;
use revocation_rules::outcome::Outcome;
use revocation_rules::plan::{Left, Plan, ToCall, apply, end, plan, reason};
use revocation_rules::progress::BatchProgress;
use revocation_rules::receipt::{ReceiptEvent, Receipts, TokenDigest};
use revocation_rules::retry::{Answer, AttemptFailure, MAX_ATTEMPTS};
use revocation_rules::scope::Scope;
use revocation_rules::terms::Terms;
use revocation_rules::window;
use revocation_testkit::builders::{a_batch, a_revocation, noon};

fn header(channel: Channel, sending: Sending) -> BatchHeader {
    let (header, _) = a_batch().on(channel).build();
    BatchHeader {
        count: 3,
        without_handle: 1,
        audiences: 0,
        sending,
        ..header
    }
}

/// Two deliveries of one user, the second without a handle, and one of another user.
fn deliveries() -> Vec<Delivery> {
    let delivery = |target: &str, token: &str, handle| Delivery {
        target: target.parse().unwrap(),
        token: token.parse().unwrap(),
        handle,
        vendor_task: None,
        locale: None,
        subscription: None,
    };
    vec![
        delivery("u1", "a", Some(Handle::NotifyId(7))),
        delivery("u1", "b", None),
        delivery("u2", "c", Some(Handle::NotifyId(7))),
    ]
}

fn only(targets: &[&str]) -> Scope {
    Scope {
        channels: None,
        targets: Some(targets.iter().map(|target| target.parse().unwrap()).collect()),
    }
}

fn terms_of(scope: Scope) -> Terms {
    Terms {
        scope,
        ..Terms::from(&a_revocation().build())
    }
}

fn all() -> Channels {
    Channels::new(Channel::ALL)
}

/// The plan at the time of sending, when no receipt is there.
fn plan_at_first<'a>(header: &BatchHeader, deliveries: &'a [Delivery], revocation: &'a Terms, progress: &BatchProgress) -> Plan<'a> {
    plan(header, Some(deliveries), revocation, progress, &Receipts::default(), &all(), noon())
}

/// Slots that end by themselves, and slots to call.
fn planned(header: &BatchHeader, scope: &Scope, channels: &Channels, now: Timestamp) -> (Vec<(usize, Outcome, &'static str)>, Vec<usize>) {
    let (deliveries, revocation) = (deliveries(), terms_of(scope.clone()));
    let progress = BatchProgress::fresh(header);
    let plan = plan(
        header,
        Some(&deliveries),
        &revocation,
        &progress,
        &Receipts::default(),
        channels,
        now,
    );
    (plan.ends, plan.calls.iter().map(|call| call.slot).collect())
}

#[test]
fn a_delivery_with_a_handle_is_called_and_one_without_is_not_revocable() {
    let header = header(Channel::Huawei, Sending::Sent);
    let (ends, calls) = planned(&header, &Scope::everything(), &all(), noon());
    assert_eq!(ends, [(1, Outcome::NotRevocable, reason::NO_HANDLE)]);
    assert_eq!(calls, [0, 2]);
}

#[test]
fn a_list_of_targets_covers_all_deliveries_of_a_target_and_no_others() {
    let header = header(Channel::Huawei, Sending::Sent);
    let (ends, calls) = planned(&header, &only(&["u1"]), &all(), noon());
    assert_eq!((ends.len(), calls), (1, vec![0]));
    let (ends, calls) = planned(&header, &only(&["nobody"]), &all(), noon());
    assert!(ends.is_empty() && calls.is_empty());
}

#[test]
fn a_whole_batch_ends_alike_for_what_concerns_it_as_a_whole() {
    let now = noon();
    let closed = window::closes_at(noon());
    let rows = [
        (
            Channel::Sms,
            Sending::Sent,
            all(),
            now,
            Outcome::Unsupported,
            "channel_cannot_revoke",
        ),
        (
            Channel::Vivo,
            Sending::Sent,
            Channels::default(),
            now,
            Outcome::Unsupported,
            "channel_not_configured",
        ),
        (Channel::Huawei, Sending::HeldBack, all(), now, Outcome::Stopped, reason::HELD_BACK),
        (
            Channel::Huawei,
            Sending::Sent,
            all(),
            closed,
            Outcome::TooLate,
            reason::WINDOW_CLOSED,
        ),
        // What was never sent was not too late either.
        (
            Channel::Huawei,
            Sending::HeldBack,
            all(),
            closed,
            Outcome::Stopped,
            reason::HELD_BACK,
        ),
    ];
    for (channel, sending, channels, now, outcome, why) in rows {
        let (ends, calls) = planned(&header(channel, sending), &Scope::everything(), &channels, now);
        assert_eq!(ends, [(0, outcome, why), (1, outcome, why), (2, outcome, why)], "{channel}");
        assert!(calls.is_empty());
    }
    let (_, calls) = planned(
        &header(Channel::Huawei, Sending::Sent),
        &Scope::everything(),
        &all(),
        closed - SignedDuration::from_millis(1),
    );
    assert_eq!(calls, [0, 2]);
}

#[test]
fn what_has_ended_is_left_alone() {
    let header = header(Channel::Huawei, Sending::Sent);
    let deliveries = deliveries();
    let mut progress = BatchProgress::fresh(&header);
    end(
        &mut progress.slots,
        &[(0, Outcome::Overwritten, "r"), (1, Outcome::NotRevocable, "r")],
    );
    let revocation = terms_of(Scope::everything());
    let plan = plan_at_first(&header, &deliveries, &revocation, &progress);
    assert_eq!(plan.in_scope, [0, 1, 2]);
    assert!(plan.ends.is_empty());
    assert_eq!(plan.calls.iter().map(|call| call.slot).collect::<Vec<_>>(), [2]);
}

#[test]
fn a_lost_payload_and_used_up_attempts_end_as_failed() {
    let header = header(Channel::Huawei, Sending::Sent);
    let fresh = BatchProgress::fresh(&header);
    let (revocation, nothing) = (terms_of(Scope::everything()), Receipts::default());
    let without = plan(&header, None, &revocation, &fresh, &nothing, &all(), noon());
    assert!(
        without
            .ends
            .iter()
            .all(|end| *end == (end.0, Outcome::Failed, reason::PAYLOAD_MISSING))
    );
    assert_eq!(without.ends.len(), 3);

    let deliveries = deliveries();
    let worn = BatchProgress {
        attempts: MAX_ATTEMPTS,
        ..fresh
    };
    let plan = plan(&header, Some(&deliveries), &revocation, &worn, &nothing, &all(), noon());
    assert!(plan.calls.is_empty());
    assert_eq!(plan.ends[0], (0, Outcome::Failed, reason::ATTEMPTS_USED_UP));
}

#[test]
fn the_last_attempt_ends_what_fails_with_the_vendors_reason() {
    let header = header(Channel::Huawei, Sending::Sent);
    let failure = AttemptFailure::Transient {
        reason: "huawei:81000001".to_owned(),
    };
    let mut progress = BatchProgress::fresh(&header);
    progress.attempts = MAX_ATTEMPTS - 1;
    assert_eq!(
        apply(&mut progress, [(0, Answer::Failed(failure.clone()))]),
        Left::Retry(vec![failure.clone()])
    );
    assert_eq!(progress.slots.get(0), None);
    progress.attempts = MAX_ATTEMPTS;
    assert_eq!(apply(&mut progress, [(0, Answer::Failed(failure))]), Left::Nothing);
    assert_eq!(progress.slots.get(0), Some((Outcome::Failed, "huawei:81000001")));
}

#[test]
fn headway_starts_the_attempts_anew_while_some_wait_for_their_turn() {
    let header = header(Channel::Apns, Sending::Sent);
    let ended = Answer::Ended {
        outcome: Outcome::Overwritten,
        reason: "r".to_owned(),
    };
    let mut progress = BatchProgress::fresh(&header);
    progress.attempts = 5;
    assert_eq!(apply(&mut progress, [(0, ended), (1, Answer::NotTried)]), Left::HandBack);
    assert_eq!(progress.attempts, 0);
}

#[test]
fn an_attempt_in_which_nobody_was_asked_uses_up_nothing() {
    let header = header(Channel::Apns, Sending::Sent);
    let mut progress = BatchProgress::fresh(&header);
    progress.attempts = 5;
    assert_eq!(apply(&mut progress, [(1, Answer::NotTried)]), Left::HandBack);
    assert_eq!(progress.attempts, 4, "the claim had counted it");
    let failure = AttemptFailure::Transient { reason: "r".to_owned() };
    progress.attempts = 5;
    let answers = [(0, Answer::Failed(failure.clone())), (1, Answer::NotTried)];
    assert_eq!(apply(&mut progress, answers), Left::Retry(vec![failure]));
    assert_eq!(progress.attempts, 5);
}

#[test]
fn a_vendor_that_wants_a_pause_uses_up_no_attempt() {
    let header = header(Channel::Apns, Sending::Sent);
    let throttled = AttemptFailure::Throttled {
        retry_after: None,
        reason: "429".to_owned(),
    };
    let broken = AttemptFailure::Transient { reason: "r".to_owned() };
    let mut progress = BatchProgress::fresh(&header);
    for nth in 1..=50 {
        progress = progress.claimed(noon());
        assert_eq!(
            apply(&mut progress, [(0, Answer::Failed(throttled.clone()))]),
            Left::Retry(vec![throttled.clone()])
        );
        assert_eq!((progress.attempts, progress.pauses), (0, nth), "the wait grows with the pauses");
    }
    // Beside what is broken it is an attempt, and only what is broken is given up.
    progress.attempts = MAX_ATTEMPTS;
    let answers = [(0, Answer::Failed(throttled.clone())), (1, Answer::Failed(broken))];
    assert_eq!(apply(&mut progress, answers), Left::Retry(vec![throttled]));
    assert_eq!((progress.slots.get(0), progress.slots.get(1)), (None, Some((Outcome::Failed, "r"))));
    assert_eq!(progress.attempts, MAX_ATTEMPTS - 1, "the next plan does not give it up");

    let done = Answer::Ended {
        outcome: Outcome::Overwritten,
        reason: "r".to_owned(),
    };
    assert_eq!(apply(&mut progress, [(0, done), (2, Answer::NotTried)]), Left::HandBack);
    assert_eq!((progress.attempts, progress.pauses), (0, 0), "headway");
}

#[test]
fn what_the_device_said_spares_the_call() {
    let rows = [
        (ReceiptEvent::Shown, None),
        (ReceiptEvent::Opened, Some((0, Outcome::SkippedOpened, reason::OPENED))),
        (ReceiptEvent::Cleared, Some((0, Outcome::SkippedCleared, reason::CLEARED))),
        (ReceiptEvent::Revoked, Some((0, Outcome::Confirmed, reason::CONFIRMED))),
    ];
    let header = header(Channel::Huawei, Sending::Sent);
    let (deliveries, revocation) = (deliveries(), terms_of(Scope::everything()));
    let fresh = BatchProgress::fresh(&header);
    for (event, end) in rows {
        let receipts = Receipts::from_iter([(TokenDigest::of(&deliveries[0].token), event)]);
        let plan = plan(&header, Some(&deliveries), &revocation, &fresh, &receipts, &all(), noon());
        assert_eq!(plan.ends.iter().find(|(slot, ..)| *slot == 0).copied(), end);
        assert_eq!(plan.calls.iter().any(|call| call.slot == 0), end.is_none());
    }
}

#[test]
fn each_user_reads_their_own_language() {
    let header = header(Channel::Huawei, Sending::Sent);
    let mut deliveries = deliveries();
    deliveries[0].locale = Some("zh-CN".parse().unwrap());
    let mut revocation = terms_of(Scope::everything());
    let chinese = Notice {
        title: "撤回".to_owned(),
        text: "消息已撤回".to_owned(),
    };
    revocation.notices.locales.insert("zh".parse().unwrap(), chinese.clone());
    let fresh = BatchProgress::fresh(&header);
    let plan = plan_at_first(&header, &deliveries, &revocation, &fresh);
    let read: Vec<_> = plan.calls.iter().map(|call| (call.slot, call.notice)).collect();
    assert_eq!(read, [(0, &chinese), (2, &Notice::default())]);
}

#[test]
fn what_another_replay_has_opened_is_outstanding_for_both() {
    let header = header(Channel::Huawei, Sending::Sent);
    let (mut first, mut second) = (a_revocation().build(), a_revocation().build());
    second.id = "rvk_2".parse().unwrap();
    let mut progress = BatchProgress::fresh(&header);
    end(&mut progress.slots, &[0, 1, 2].map(|slot| (slot, Outcome::Failed, "r")));
    for revocation in [&mut first, &mut second] {
        progress.book(&revocation.id, &[0, 1, 2]);
        revocation.replayed(&"key1".parse().unwrap(), noon());
    }
    for revocation in [&first, &second] {
        progress.start_replay(&revocation.id, revocation.replays, &[0, 1, 2]);
        assert!(!progress.is_finished(&revocation.id, revocation.replays));
    }
}

#[test]
fn a_replay_opens_what_failed_and_nothing_else() {
    let header = header(Channel::Huawei, Sending::Sent);
    let (deliveries, mut revocation) = (deliveries(), a_revocation().build());
    let terms = Terms::from(&revocation);
    let mut progress = BatchProgress::fresh(&header);
    end(
        &mut progress.slots,
        &[
            (0, Outcome::Failed, "r"),
            (1, Outcome::NotRevocable, "r"),
            (2, Outcome::Overwritten, "r"),
        ],
    );
    progress.book(&revocation.id, &[0, 1, 2]);
    assert!(progress.is_finished(&revocation.id, revocation.replays));

    revocation.replayed(&"key1".parse().unwrap(), noon());
    assert!(!progress.is_finished(&revocation.id, revocation.replays));
    progress.start_replay(&revocation.id, revocation.replays, &[0, 1, 2]);
    let plan = plan_at_first(&header, &deliveries, &terms, &progress);
    assert_eq!(plan.calls.iter().map(|call| call.slot).collect::<Vec<_>>(), [0]);
    assert!(plan.ends.is_empty());

    // It waits for another attempt: not finished. Then it ends, and a second start changes nothing.
    assert_eq!(progress.book(&revocation.id, &[0, 1, 2]).outcomes[&Outcome::Failed], -1);
    assert!(!progress.is_finished(&revocation.id, revocation.replays));
    end(&mut progress.slots, &[(0, Outcome::Failed, "again")]);
    progress.book(&revocation.id, &[0, 1, 2]);
    progress.start_replay(&revocation.id, revocation.replays, &[0, 1, 2]);
    assert!(progress.is_finished(&revocation.id, revocation.replays));
}
