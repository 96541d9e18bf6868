//! Answers that are lists of what may be: dry runs of every verdict, and outcomes of every kind.

use revocation_app::{ChannelPreview, DeliveryOutcome, OutcomePage, OutcomesCursor, Preview};
use revocation_http::wire::{OutcomesAnswer, PreviewAnswer};
use revocation_rules::channel::{Capability, Channel, Strategy};
use revocation_rules::notice::Notices;
use revocation_rules::outcome::Outcome;
use revocation_rules::unmatched::Unmatched;
use revocation_rules::verdict::{Refusal, Verdict};
use revocation_rules::walk::Place;
use serde_json::json;

use super::answers::{at, check, everywhere, id};

#[test]
fn a_dry_run_of_every_verdict() {
    let request = json!({ "reason": "wrong price", "dry_run": true });
    for verdict in [
        Verdict::Accept,
        Verdict::AlreadyRevoked { by: id() },
        Verdict::Refuse(Refusal::WindowClosed {
            closed_at: at("2026-11-30T08:00:00Z"),
        }),
        Verdict::Refuse(Refusal::ChannelsUnable { channels: Vec::new() }),
        Verdict::Refuse(Refusal::TooManyRevocations),
    ] {
        for (capability, unexamined_deliveries, unmatched) in [
            (Capability::Able, 0, Unmatched::NotNamed),
            (Capability::Impossible, 3, Unmatched::Unknown),
            (Capability::NotConfigured, 0, Unmatched::Known(vec!["u1".parse().unwrap(); 1_000])),
        ] {
            let preview = Preview {
                verdict: verdict.clone(),
                closes_at: at("2026-11-30T08:00:00Z"),
                notices: Notices::default(),
                channels: everywhere(&ChannelPreview {
                    strategy: Some(Strategy::RecallThenOverwrite),
                    capability,
                    deliveries: 4,
                    revocable: 1,
                    not_revocable: 1,
                    too_late: 1,
                    stopped: 1,
                }),
                unexamined_deliveries,
                at_least: capability == Capability::NotConfigured,
                unmatched,
            };
            check(
                "POST",
                "/v1/tasks/1/revocations",
                200,
                Some(&request),
                &PreviewAnswer::from(preview),
            );
        }
    }
}

#[test]
fn outcomes_of_every_kind() {
    let outcomes = Outcome::ALL
        .into_iter()
        .zip(Channel::ALL.into_iter().cycle())
        .map(|(outcome, channel)| DeliveryOutcome {
            batch: "b".parse().unwrap(),
            slot: 999,
            channel,
            target: (channel != Channel::Sms).then(|| "u1".parse().unwrap()),
            outcome,
            reason: "held_back_by_sender".to_owned(),
        });
    let page = OutcomePage {
        outcomes: outcomes.collect(),
        next: Some(OutcomesCursor {
            next: 16,
            open: vec![Place {
                shard: 15,
                after: Some("b".parse().unwrap()),
            }],
        }),
    };
    check(
        "GET",
        "/v1/tasks/1/revocations/rvk_1/outcomes",
        200,
        None,
        &OutcomesAnswer::from(page),
    );
}
