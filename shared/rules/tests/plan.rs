//! What becomes of each delivery, as a table: one row per reason.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use jiff::{SignedDuration, Timestamp};
use revocation_rules::batch::{BatchHeader, Delivery, Handle, Sending};
use revocation_rules::channel::{Capability, Channel};
use revocation_rules::ids::{BatchRef, PushKind, PushRef, Tenant};
use revocation_rules::outcome::Outcome;
use revocation_rules::plan::{Left, apply, end, plan, reason};
use revocation_rules::progress::BatchProgress;
use revocation_rules::retry::{Answer, AttemptFailure, MAX_ATTEMPTS};
use revocation_rules::scope::Scope;
use revocation_rules::window;

fn sent_at() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

fn header(channel: Channel, sending: Sending) -> BatchHeader {
    BatchHeader {
        batch: BatchRef {
            push: PushRef {
                tenant: Tenant {
                    app: "shop".parse().unwrap(),
                    workspace: "default".parse().unwrap(),
                },
                kind: PushKind::Task,
                id: "t1".parse().unwrap(),
            },
            shard: 0,
            batch: "b1".parse().unwrap(),
        },
        channel,
        count: 3,
        without_handle: 1,
        sending,
        sent_at: sent_at(),
        recorded_at: sent_at(),
        digest: "d".to_owned(),
    }
}

/// Two deliveries of one user, the second without a handle, and one of another user.
fn deliveries() -> Vec<Delivery> {
    let delivery = |target: &str, token: &str, handle| Delivery {
        target: target.parse().unwrap(),
        token: token.parse().unwrap(),
        handle,
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

/// Slots that end by themselves, and slots to call.
fn planned(
    header: &BatchHeader,
    scope: &Scope,
    capability: Capability,
    now: Timestamp,
) -> (Vec<(usize, Outcome, &'static str)>, Vec<usize>) {
    let deliveries = deliveries();
    let progress = BatchProgress::fresh(header);
    let plan = plan(header, Some(&deliveries), scope, &progress, capability, now);
    (plan.ends, plan.calls.iter().map(|call| call.slot).collect())
}

#[test]
fn a_delivery_with_a_handle_is_called_and_one_without_is_not_revocable() {
    let header = header(Channel::Huawei, Sending::Sent);
    let (ends, calls) = planned(&header, &Scope::everything(), Capability::Able, sent_at());
    assert_eq!(ends, [(1, Outcome::NotRevocable, reason::NO_HANDLE)]);
    assert_eq!(calls, [0, 2]);
}

#[test]
fn a_list_of_targets_covers_all_deliveries_of_a_target_and_no_others() {
    let header = header(Channel::Huawei, Sending::Sent);
    let (ends, calls) = planned(&header, &only(&["u1"]), Capability::Able, sent_at());
    assert_eq!((ends.len(), calls), (1, vec![0]));
    let (ends, calls) = planned(&header, &only(&["nobody"]), Capability::Able, sent_at());
    assert!(ends.is_empty() && calls.is_empty());
}

#[test]
fn a_whole_batch_ends_alike_for_what_concerns_it_as_a_whole() {
    let now = sent_at();
    let closed = window::closes_at(sent_at());
    let rows = [
        (
            Channel::Sms,
            Sending::Sent,
            Capability::Impossible,
            now,
            Outcome::Unsupported,
            "channel_cannot_revoke",
        ),
        (
            Channel::Vivo,
            Sending::Sent,
            Capability::NotConfigured,
            now,
            Outcome::Unsupported,
            "channel_not_configured",
        ),
        (
            Channel::Huawei,
            Sending::HeldBack,
            Capability::Able,
            now,
            Outcome::Stopped,
            reason::HELD_BACK,
        ),
        (
            Channel::Huawei,
            Sending::Sent,
            Capability::Able,
            closed,
            Outcome::TooLate,
            reason::WINDOW_CLOSED,
        ),
        // What was never sent was not too late either.
        (
            Channel::Huawei,
            Sending::HeldBack,
            Capability::Able,
            closed,
            Outcome::Stopped,
            reason::HELD_BACK,
        ),
    ];
    for (channel, sending, capability, now, outcome, why) in rows {
        let (ends, calls) = planned(&header(channel, sending), &Scope::everything(), capability, now);
        assert_eq!(ends, [(0, outcome, why), (1, outcome, why), (2, outcome, why)], "{channel}");
        assert!(calls.is_empty());
    }
    let (_, calls) = planned(
        &header(Channel::Huawei, Sending::Sent),
        &Scope::everything(),
        Capability::Able,
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
    let plan = plan(
        &header,
        Some(&deliveries),
        &Scope::everything(),
        &progress,
        Capability::Able,
        sent_at(),
    );
    assert_eq!(plan.in_scope, [0, 1, 2]);
    assert!(plan.ends.is_empty());
    assert_eq!(plan.calls.iter().map(|call| call.slot).collect::<Vec<_>>(), [2]);
}

#[test]
fn a_lost_payload_and_used_up_attempts_end_as_failed() {
    let header = header(Channel::Huawei, Sending::Sent);
    let fresh = BatchProgress::fresh(&header);
    let without = plan(&header, None, &Scope::everything(), &fresh, Capability::Able, sent_at());
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
    let plan = plan(&header, Some(&deliveries), &Scope::everything(), &worn, Capability::Able, sent_at());
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
    progress.attempts = 5;
    assert_eq!(apply(&mut progress, [(1, Answer::NotTried)]), Left::HandBack);
    assert_eq!(progress.attempts, 5);
}
