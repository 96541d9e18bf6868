//! What may be revoked, as a table.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use jiff::SignedDuration;
use revocation_rules::channel::{Capability, Channel, Channels};
use revocation_rules::closure::Closure;
use revocation_rules::gate::Gate;
use revocation_rules::push::Push;
use revocation_rules::scope::Scope;
use revocation_rules::verdict::{MAX_REVOCATIONS, Refusal, Verdict, decide};
use revocation_testkit::builders::{a_push, noon};

fn push(closures: Vec<Closure>) -> Push {
    Push {
        closures,
        ..a_push().build()
    }
}

fn on(channels: &[Channel]) -> Scope {
    Scope {
        channels: Some(channels.iter().copied().collect()),
        targets: None,
    }
}

fn closure(id: &str, scope: &Scope) -> Closure {
    Closure {
        by: id.parse().unwrap(),
        scope: scope.outline(),
    }
}

fn channels() -> Channels {
    Channels::new([Channel::Huawei, Channel::Apns])
}

#[test]
fn the_window_of_a_push_sent_over_hours_closes_after_its_last_delivery() {
    let mut push = push(vec![]);
    push.registration.send_until = Some(noon() + SignedDuration::from_hours(3));
    let end = noon() + SignedDuration::from_hours(7 * 24 + 3);
    let before = end - SignedDuration::from_millis(1);
    assert_eq!(decide(&push, &Scope::everything(), &channels(), before), Verdict::Accept);
    assert_eq!(
        decide(&push, &Scope::everything(), &channels(), end),
        Verdict::Refuse(Refusal::WindowClosed { closed_at: end })
    );
}

#[test]
fn channels_that_cannot_are_refused_only_when_no_named_one_can() {
    let push = push(vec![]);
    let sms = decide(&push, &on(&[Channel::Sms, Channel::Vivo]), &channels(), noon());
    let unable = vec![(Channel::Vivo, Capability::NotConfigured), (Channel::Sms, Capability::Impossible)];
    assert_eq!(sms, Verdict::Refuse(Refusal::ChannelsUnable { channels: unable }));
    let mixed = on(&[Channel::Sms, Channel::Huawei]);
    assert_eq!(decide(&push, &mixed, &channels(), noon()), Verdict::Accept);
    assert_eq!(decide(&push, &Scope::everything(), &Channels::default(), noon()), Verdict::Accept);
}

#[test]
fn what_is_covered_is_revoked_already_even_when_the_window_has_closed() {
    let late = noon() + SignedDuration::from_hours(24 * 30);
    let push = push(vec![
        closure("rvk_1", &on(&[Channel::Huawei])),
        closure("rvk_2", &Scope::everything()),
    ]);
    let by = |id: &str| Verdict::AlreadyRevoked { by: id.parse().unwrap() };
    assert_eq!(decide(&push, &on(&[Channel::Huawei]), &channels(), late), by("rvk_1"));
    assert_eq!(decide(&push, &on(&[Channel::Apns]), &channels(), late), by("rvk_2"));
    assert_eq!(decide(&push, &Scope::everything(), &channels(), late), by("rvk_2"));
}

#[test]
fn a_push_full_of_partial_revocations_can_still_be_revoked_as_a_whole() {
    let target = |n: usize| Scope {
        channels: None,
        targets: Some([format!("u{n}").parse().unwrap()].into()),
    };
    let closures = (0..MAX_REVOCATIONS).map(|n| closure(&format!("rvk_{n}"), &target(n))).collect();
    let push = push(closures);
    let one_more = decide(&push, &target(MAX_REVOCATIONS), &channels(), noon());
    assert_eq!(one_more, Verdict::Refuse(Refusal::TooManyRevocations));
    assert_eq!(decide(&push, &Scope::everything(), &channels(), noon()), Verdict::Accept);
}

#[test]
fn a_partial_closure_closes_the_gate_for_its_channel_only() {
    let push = push(vec![closure("rvk_1", &on(&[Channel::Huawei]))]);
    let revoked = Gate::Revoked {
        by: "rvk_1".parse().unwrap(),
    };
    assert_eq!(push.gate(Some(Channel::Huawei)), revoked);
    assert_eq!(push.gate(Some(Channel::Apns)), Gate::Open);
    assert_eq!(push.gate(None), Gate::Open);
}
