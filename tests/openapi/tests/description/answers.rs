//! Answers, as the API itself writes them, are as described.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use openapi_check::Description;
use revocation_app::ports::{Overview, PushListPage, Recorded};
use revocation_app::{ChannelTotals, IssuedToken, RecordedBatch, TakenReceipts, TokenText, Totals};
use revocation_http::auth::Caller;
use revocation_http::vendor_receipts::Vendor;
use revocation_http::wire::{
    DeviceTokenAnswer, GateAnswer, MeAnswer, PushAnswer, PushListAnswer, ReceiptsAnswer, RecordAnswer, RegisteredAnswer, RevocationAnswer,
    TotalsAnswer, WithdrawnTokenAnswer, revocation_path,
};
use revocation_rules::actor::Actor;
use revocation_rules::channel::{Capability, Channel};
use revocation_rules::counters::ChannelCounters;
use revocation_rules::device::Device;
use revocation_rules::gate::Gate;
use revocation_rules::ids::{PushKind, PushRef, RevocationId, Tenant};
use revocation_rules::marks::TargetMarks;
use revocation_rules::notice::Notices;
use revocation_rules::outcome::{Counts, Outcome};
use revocation_rules::push::{Push, PushType, Registration};
use revocation_rules::revocation::{Fanout, Revocation, State};
use revocation_rules::role::{Permission, Role};
use revocation_rules::scope::Scope;
use revocation_rules::shard::ShardCount;
use serde::Serialize;
use serde_json::{Value, json};

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn id() -> RevocationId {
    "rvk_1".parse().unwrap()
}

fn push(send_until: Option<Timestamp>, closures: &[Revocation]) -> Push {
    let tenant = Tenant {
        app: "shop".parse().unwrap(),
        workspace: "default".parse().unwrap(),
    };
    Push {
        registration: Registration {
            push: PushRef {
                tenant,
                kind: PushKind::Task,
                id: "促销 #1".parse().unwrap(),
            },
            push_type: PushType::Batch,
            title: "Autumn sale".to_owned(),
            sent_at: at("2026-11-23T08:00:00.5Z"),
            send_until,
            notices: None,
        },
        registered_at: at("2026-11-23T07:59:59Z"),
        shards: ShardCount::of(PushKind::Task),
        closures: closures.iter().map(Revocation::closure).collect(),
        version: 1,
    }
}

fn revocation(scope: Scope, state: State) -> Revocation {
    Revocation {
        id: id(),
        push: push(None, &[]).registration.push,
        scope,
        reason: "wrong price".to_owned(),
        notices: Notices::default(),
        requested_by: "key_1".parse().unwrap(),
        requested_at: at("2026-11-23T08:20:00Z"),
        state,
        fanout: Fanout {
            found: BTreeMap::from([(Channel::Huawei, 40)]),
            ..Fanout::new(ShardCount::of(PushKind::Task))
        },
        due_at: None,
        checks: 0,
        replays: 0,
        last_replay: None,
        closes_at: at("2026-11-30T08:00:00Z"),
        version: 1,
    }
}

/// Every outcome once, so that one without a description is found.
fn every_outcome() -> Counts {
    let mut counts = Counts::default();
    for outcome in Outcome::ALL {
        counts.add(outcome, 1);
    }
    counts
}

pub fn everywhere<T: Clone>(value: &T) -> BTreeMap<Channel, T> {
    Channel::ALL.into_iter().map(|channel| (channel, value.clone())).collect()
}

fn scopes() -> [Scope; 2] {
    let some = Scope {
        channels: Some(BTreeSet::from(Channel::ALL)),
        targets: Some(BTreeSet::from(["u1".parse().unwrap()])),
    };
    [Scope::everything(), some]
}

/// Revocations in every state, of everything and of a part.
fn revocations() -> Vec<Revocation> {
    let states = || {
        [
            State::Requested,
            State::Dispatched {
                dispatched_at: at("2026-11-23T08:20:01Z"),
            },
            State::Settled {
                settled_at: at("2026-11-23T08:20:09Z"),
                totals: everywhere(&every_outcome()),
                met: None,
            },
            State::Settled {
                settled_at: at("2026-11-23T08:20:09Z"),
                totals: everywhere(&every_outcome()),
                met: Some(TargetMarks::default()),
            },
        ]
    };
    scopes()
        .into_iter()
        .flat_map(|scope| states().map(|state| revocation(scope.clone(), state)))
        .collect()
}

fn counters() -> BTreeMap<Channel, ChannelCounters> {
    everywhere(&ChannelCounters {
        suspected: 1,
        late: 3,
        outcomes: every_outcome(),
    })
}

pub fn check(method: &str, path: &str, status: u16, request: Option<&Value>, answer: &impl Serialize) {
    let answer = serde_json::to_value(answer).unwrap();
    let checked = Description::load().check_exchange(method, path, status, "application/json", request, &answer);
    assert_eq!(checked, Ok(()), "{answer:#}");
}

#[test]
fn a_registered_push() {
    let registration = json!({ "type": "batch", "title": "t", "sent_at": "2026-11-23T08:00:00Z" });
    for push in [push(None, &[]), push(Some(at("2026-11-23T12:00:00Z")), &[])] {
        for status in [200, 201] {
            check("PUT", "/v1/tasks/1", status, Some(&registration), &RegisteredAnswer::from(&push));
        }
    }
}

#[test]
fn a_recorded_batch() {
    let recording = json!({ "batch_id": "b", "channel": "huawei", "deliveries": [{ "token": "t" }] });
    for gate in [Gate::Open, Gate::Revoked { by: id() }] {
        for (capability, not_revocable, audiences) in [
            (Capability::Able, 0, 0),
            (Capability::Able, 2, 1),
            (Capability::Impossible, 0, 0),
            (Capability::NotConfigured, 0, 2),
        ] {
            let recorded = RecordedBatch {
                recorded: 2,
                kept: Recorded::Same,
                gate: gate.clone(),
                revoked_targets: vec!["u1".parse().unwrap()],
                not_revocable,
                audiences,
                capability,
            };
            check(
                "POST",
                "/v1/tasks/1/deliveries",
                200,
                Some(&recording),
                &RecordAnswer::from(recorded),
            );
        }
    }
}

#[test]
fn receipts_that_were_taken() {
    let request = json!({ "receipts": [{ "kind": "task", "id": "1", "batch_id": "b", "token": "t", "event": "opened" }] });
    let taken = TakenReceipts {
        accepted: 1,
        unknown: vec![0, 999],
        ..TakenReceipts::default()
    };
    check("POST", "/v1/receipts", 200, Some(&request), &ReceiptsAnswer::from(taken.clone()));
    let early = TakenReceipts {
        early: vec![0, 999],
        ..taken
    };
    check("POST", "/v1/receipts", 200, Some(&request), &ReceiptsAnswer::from(early));
    for vendor in Vendor::all() {
        let path = format!("/v1/receipts/{}?access_key=key_1.s", vendor.channel);
        check("POST", &path, 200, Some(&json!({})), &vendor.answer());
    }
}

#[test]
fn a_device_token() {
    let device = Device {
        tenant: push(None, &[]).registration.push.tenant,
        id: "phone 1/#".parse().unwrap(),
    };
    let issued = IssuedToken {
        token: TokenText::new(&device, "k3q7v5m2x6c4b7n2p5s6t3w4y2"),
        ends_at: at("2026-12-23T08:00:00Z"),
    };
    let answer = DeviceTokenAnswer::new(&device, &issued, "wss://a1b2.execute-api.eu-west-1.amazonaws.com/live");
    check("PUT", "/v1/devices/phone%201%2F%23/token", 201, Some(&json!({})), &answer);
    let withdrawn = WithdrawnTokenAnswer::new(&device, 2);
    check("DELETE", "/v1/devices/phone%201%2F%23/token", 200, None, &withdrawn);
}

#[test]
fn the_gate() {
    for gate in [Gate::Open, Gate::Revoked { by: id() }] {
        check("GET", "/v1/messages/1/gate", 200, None, &GateAnswer::from(gate));
    }
}

#[test]
fn a_revocation_in_every_state() {
    let request = json!({ "reason": "wrong price" });
    for revocation in revocations() {
        let found = RevocationAnswer::new(&revocation, Some(&counters()));
        check("GET", "/v1/tasks/1/revocations/rvk_1", 200, None, &found);
        let answered = RevocationAnswer::new(&revocation, None);
        check("POST", "/v1/tasks/1/revocations", 200, Some(&request), &answered);
        check("POST", "/v1/tasks/1/revocations", 202, Some(&request), &answered);
    }
}

#[test]
fn a_suspected_setting_is_summed_up_apart_from_what_failed() {
    for revocation in revocations() {
        let answer = serde_json::to_value(RevocationAnswer::new(&revocation, Some(&counters()))).unwrap();
        let suspected = answer["progress"]["total"]["suspected"].as_u64().unwrap_or(0);
        let failed = answer["progress"]["total"]["outcomes"]["failed"].as_u64().unwrap_or(0);
        let group = |why: &str| {
            let groups = answer["summary"]["groups"].as_array().unwrap();
            groups
                .iter()
                .find(|group| group["why"] == why)
                .map_or(0, |group| group["deliveries"].as_u64().unwrap())
        };
        assert_eq!(
            (group("suspected_setting"), group("failed")),
            (suspected, failed - suspected),
            "{answer:#}"
        );
    }
}

#[test]
fn a_push_with_its_revocations() {
    let revocations = revocations();
    let [everything, some] = scopes();
    for closures in [
        vec![],
        vec![revocation(some, State::Requested)],
        vec![revocation(everything, State::Requested)],
    ] {
        let overview = Overview {
            push: push(Some(at("2026-11-23T12:00:00Z")), &closures),
            revocations: revocations.clone(),
            counters: BTreeMap::from([(id(), counters())]),
        };
        check("GET", "/v1/tasks/1", 200, None, &PushAnswer::new(&overview));
        let page = PushListPage {
            pushes: vec![overview.push],
            next: Some("more".to_owned()),
        };
        check("GET", "/v1/pushes?type=batch", 200, None, &PushListAnswer::from(&page));
    }
}

#[test]
fn whose_key_it_is_in_every_role() {
    for role in Role::ALL.into_iter().filter(|role| role.may(Permission::Identify)) {
        for label in [None, Some("夜班 Night shift".parse().unwrap())] {
            let caller = Caller {
                actor: Actor {
                    key: "key-1".parse().unwrap(),
                    label,
                },
                tenant: push(None, &[]).registration.push.tenant,
                role,
                channel: None,
            };
            check("GET", "/v1/me", 200, None, &MeAnswer::from(&caller));
        }
    }
}

#[test]
fn totals_of_every_channel_and_of_none() {
    let totals = ChannelTotals {
        deliveries: 5,
        held_back: 1,
        without_id: 2,
        audiences: 1,
        last_sent_at: Some(at("2026-11-23T08:00:00Z")),
    };
    for (channels, at_least) in [(everywhere(&totals), false), (BTreeMap::new(), true)] {
        let totals = Totals { channels, at_least };
        check("GET", "/v1/tasks/t1/totals", 200, None, &TotalsAnswer::from(totals));
    }
}

#[test]
fn the_location_of_a_revocation_is_a_described_path() {
    let path = revocation_path(&revocation(Scope::everything(), State::Requested));
    let description = Description::load();
    let described = &description.document()["components"]["headers"]["Location"]["schema"]["pattern"];
    let fits = jsonschema::is_valid(&json!({ "pattern": described }), &json!(path));
    assert!(fits, "{path}");
}

#[test]
fn the_description_describes_itself() {
    check("GET", "/v1/openapi.json", 200, None, Description::load().document());
}
