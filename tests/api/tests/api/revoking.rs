//! Operators take pushes back, or ask what that would do.

use api::World;
use insta::assert_snapshot;
use jiff::SignedDuration;
use revocation_testkit::Weather;
use serde_json::{Value, json};

use crate::{batch, reason, revoked, task, with, with_a_task};

/// From when the task may still be sent on.
const WINDOW: SignedDuration = SignedDuration::from_hours(7 * 24 + 4);

#[test]
fn a_dry_run_says_what_would_be_done_and_changes_nothing() {
    let world = with_a_task();
    let before = world.kept();
    let dry_run = with(reason(), "dry_run", json!(true));
    let path = "POST /v1/tasks/t1/revocations";
    world.ask("operator", path, &dry_run).expect(200);
    let part = with(
        dry_run.clone(),
        "scope",
        json!({"channels": ["huawei"], "targets": ["user-1", "nobody"]}),
    );
    world.ask("operator", path, &part).expect(200);
    let unable = with(dry_run, "scope", json!({"channels": ["sms"]}));
    world.ask("operator", path, &unable).expect(200);
    assert_eq!(world.kept(), before);
    assert_snapshot!(world.told());
}

#[test]
fn a_push_is_revoked_once() {
    let world = with_a_task();
    world.ask("labelled", "POST /v1/tasks/t1/revocations", &reason()).expect(202);
    world.ask("operator", "POST /v1/tasks/t1/revocations", &reason()).expect(200);
    world.ask("operator", "POST /v1/tasks/t2/revocations", &reason()).expect(404);
    // Another tenant's is answered in the same words as one that is not there.
    world.ask("other-operator", "POST /v1/tasks/t1/revocations", &reason()).expect(404);
    assert_snapshot!(world.told());
}

#[test]
fn a_message_is_revoked_for_a_part_and_unmatched_targets_are_named() {
    let world = World::default();
    let message = json!({"type": "simple", "title": "Your parcel", "sent_at": world.hours(0)});
    world.ask("sender", "PUT /v1/messages/m1", &message).expect(201);
    world.ask("sender", "POST /v1/messages/m1/deliveries", &batch("b1")).expect(200);
    world.forget();
    let notice = json!({"title": "Correction", "text": "Please ignore our last message."});
    let part = with(with(reason(), "scope", json!({"targets": ["user-1", "nobody"]})), "notice", notice);
    world.ask("operator", "POST /v1/messages/m1/revocations", &part).expect(202);
    for target in ["user-1", "user-2"] {
        world.ask("sender", &format!("GET /v1/messages/m1/gate?target={target}"), &Value::Null);
    }
    let unable = with(reason(), "scope", json!({"channels": ["sms"]}));
    world.ask("operator", "POST /v1/messages/m1/revocations", &unable).expect(409);
    assert_snapshot!(world.told());
}

#[test]
fn there_is_an_end_to_partial_revocations() {
    let world = with_a_task();
    let part = |nth: usize| with(reason(), "scope", json!({"targets": [format!("u{nth}")]}));
    let mut nth = 0;
    let last = loop {
        let answer = world.ask("operator", "POST /v1/tasks/t1/revocations", &part(nth));
        if answer.status() != 202 {
            break answer;
        }
        nth += 1;
        world.forget();
    };
    last.expect(409);
    assert_snapshot!(format!("after {nth}\n\n{}", world.told()));
}

#[test]
fn who_revokes_beside_too_many_others_is_asked_to_come_again() {
    let bodies: Vec<_> = (0..12)
        .map(|nth| with(reason(), "scope", json!({"targets": [format!("u{nth}")]})))
        .collect();
    let crowd = World::new(&Weather::storm(1, 0), 0);
    crowd.ask("sender", "PUT /v1/tasks/t1", &task()).expect(201);
    crowd.forget();
    crowd.at_once("operator", "POST /v1/tasks/t1/revocations", &bodies);
    let told = crowd.told();
    let busy = told.split("## ").find(|one| one.contains("\n429\n")).unwrap();
    assert_snapshot!(busy);
}

#[test]
fn the_window_closes_after_seven_days() {
    let world = with_a_task();
    world.clock.advance(WINDOW);
    for (who, line, body) in [
        ("operator", "POST /v1/tasks/t1/revocations", reason()),
        ("operator", "POST /v1/tasks/t1/revocations", with(reason(), "dry_run", json!(true))),
        ("sender", "POST /v1/tasks/t1/deliveries", batch("b2")),
    ] {
        world.ask(who, line, &body);
    }
    assert_snapshot!(world.told());
}

#[test]
fn what_failed_is_replayed_while_the_window_is_open() {
    let world = with_a_task();
    let path = revoked(&world, "/v1/tasks/t1", &reason());
    world.work();
    world.forget();
    world.ask("operator", &format!("POST {path}/replays"), &Value::Null).expect(202);
    let message = json!({"type": "simple", "title": "m", "sent_at": world.hours(0)});
    world.ask("sender", "PUT /v1/messages/m1", &message);
    let of_message = revoked(&world, "/v1/messages/m1", &reason());
    world
        .ask("operator", &format!("POST {of_message}/replays"), &Value::Null)
        .expect(202);
    world
        .ask("operator", "POST /v1/tasks/t1/revocations/rvk_none/replays", &Value::Null)
        .expect(404);
    world.clock.advance(WINDOW);
    world.ask("operator", &format!("POST {path}/replays"), &Value::Null).expect(409);
    assert_snapshot!(world.told());
}
