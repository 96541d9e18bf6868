//! Ids that cannot be seen, and deliveries that were recorded without a target.

use jiff::SignedDuration;
use revocation_app::ports::{BatchRecorder, PushFilter, PushListQuery, PushStore, TargetIndex};
use revocation_app::{GateQuestion, RegisterError, Registered, check_gate, list_pushes, register_push};
use revocation_rules::batch::{self, Delivery, Sending};
use revocation_rules::channel::Channel;
use revocation_rules::gate::Gate;
use revocation_rules::ids::{DeviceToken, IdError, PushKind, TargetId};
use revocation_rules::push::PushType;
use revocation_rules::shard::ShardCount;
use revocation_testkit::builders::{a_push, a_revocation, message, noon, task, tenant};
use revocation_testkit::{ManualClock, MemoryStore, run};

#[test]
fn a_push_id_that_cannot_be_seen_is_not_registered() {
    let (store, clock) = (MemoryStore::new(), ManualClock::at(noon()));
    for (id, character, at) in [("m1\u{200b}", '\u{200b}', 3), (" m1", ' ', 1), ("m\u{a0}1", '\u{a0}', 2)] {
        let push = a_push().named(task(&tenant("shop"), id)).sent_at(noon()).build();
        let refused = run(register_push(&store, &clock, push.registration.clone(), None));
        match refused {
            Err(RegisterError::Id(error)) => assert_eq!(error, IdError::Unseen { character, at }),
            other => panic!("{other:?}"),
        }
        assert_eq!(run(store.push(&push.registration.push)).unwrap(), None);

        // One that was registered before is found again, as any other call finds it.
        run(store.insert_push(&push)).unwrap();
        let again = run(register_push(&store, &clock, push.registration.clone(), None)).unwrap();
        assert!(matches!(again, Registered::Again(_)), "{again:?}");
    }
}

#[test]
fn what_a_sender_expects_is_heard_once() {
    let (store, clock) = (MemoryStore::new(), ManualClock::at(noon()));
    let push = a_push().named(task(&tenant("shop"), "t1")).sent_at(noon()).build();
    let mut shards = Vec::new();
    for expected in [Some(1_000_000), Some(100_000_000), None] {
        match run(register_push(&store, &clock, push.registration.clone(), expected)).unwrap() {
            Registered::New(push) | Registered::Again(push) => shards.push(push.shards.get()),
        }
    }
    assert_eq!(shards, [4, 4, 4]);
}

#[test]
fn a_message_to_a_device_without_a_target_is_found_by_its_name_and_by_its_token() {
    let store = MemoryStore::new();
    let mut push = a_push().named(message(&tenant("shop"), "m1")).sent_at(noon()).build();
    push.registration.push_type = PushType::Simple;
    push.shards = ShardCount::of(PushKind::Message);
    run(store.insert_push(&push)).unwrap();
    let token: DeviceToken = "AKd8fT1nP0c9Qx2w".parse().unwrap();
    let name = TargetId::of_token(&token);
    run(store.index_targets(&push, &[&name].into())).unwrap();
    let found = |target: &str| {
        let query = PushListQuery {
            tenant: tenant("shop"),
            push_type: PushType::Simple,
            from: noon() - SignedDuration::from_hours(1),
            to: noon() + SignedDuration::from_hours(1),
            limit: 10,
            filter: PushFilter::default(),
            target: Some(target.parse().unwrap()),
            after: None,
        };
        run(list_pushes(&store, &query)).unwrap().pushes.len()
    };
    assert_eq!([found(name.as_str()), found(token.as_str()), found("user-77")], [1, 1, 0]);
}

#[test]
fn the_gate_is_closed_for_a_device_by_both_of_its_names() {
    let token: DeviceToken = "AKd8fT1nP0c9Qx2w".parse().unwrap();
    let name = TargetId::of_token(&token);
    for named in [name.as_str(), token.as_str()] {
        let store = MemoryStore::new();
        let push = a_push().sent_at(noon()).build();
        run(store.insert_push(&push)).unwrap();
        let revocation = a_revocation().of(&push).for_targets(&[named]).build();
        run(revocation_app::ports::RevocationStore::insert_revocation(
            &store,
            &push,
            &revocation,
        ))
        .unwrap();
        let gate = |target: &str| {
            let question = GateQuestion {
                push: push.registration.push.clone(),
                channel: None,
                target: Some(target.parse().unwrap()),
            };
            run(check_gate(&store, &question)).unwrap()
        };
        assert!(matches!(gate(name.as_str()), Gate::Revoked { .. }), "{named}");
        assert!(matches!(gate(token.as_str()), Gate::Revoked { .. }), "{named}");
        assert_eq!(gate("user-77"), Gate::Open);
    }
}

#[test]
fn a_batch_without_targets_that_is_sent_again_after_an_update_is_the_same_batch() {
    let token: DeviceToken = "AKd8fT1nP0c9Qx2w".parse().unwrap();
    let digest = |target: TargetId| {
        let delivery = Delivery::new(target, token.clone());
        batch::digest(Channel::Huawei, Sending::Sent, None, &[delivery])
    };
    // What an older version recorded had the token for a target.
    let before = digest(token.as_str().parse().unwrap());
    assert_eq!(digest(TargetId::of_token(&token)), before);
    assert_ne!(digest("user-77".parse().unwrap()), before);
    // Kept by that version: never edited.
    assert_eq!(before, "cf3d693c0e30a27866086a51026925f8");
    let store = MemoryStore::new();
    let push = a_push().build();
    run(store.insert_push(&push)).unwrap();
    let (mut header, mut deliveries) = revocation_testkit::builders::a_batch().of(&push).to(&["x"]).build();
    let kept = |store: &MemoryStore, header: &batch::BatchHeader, deliveries: &[Delivery]| run(store.record(header, deliveries)).unwrap();
    deliveries[0].target = deliveries[0].token.as_str().parse().unwrap();
    header.digest = batch::digest(header.channel, header.sending, None, &deliveries);
    assert_eq!(kept(&store, &header, &deliveries), revocation_app::ports::Recorded::New);
    deliveries[0].target = TargetId::of_token(&deliveries[0].token);
    header.digest = batch::digest(header.channel, header.sending, None, &deliveries);
    assert_eq!(kept(&store, &header, &deliveries), revocation_app::ports::Recorded::Same);
}
