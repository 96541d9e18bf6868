//! A scope that names targets: what it covers, and whom nobody delivered to.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use jiff::SignedDuration;
use revocation_app::ports::{AppNotices, BatchHeaders, BatchPayloads, Clock, Inserted, PushStore, ShardPage, StoreError};
use revocation_app::{Accepted, NewBatch, Preview, name_unmatched, preview_revocation, record_deliveries};
use revocation_rules::actor::Act;
use revocation_rules::batch::{BatchHeader, Delivery, Sending};
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchId, PushRef, TargetId, Tenant};
use revocation_rules::notice::Notices;
use revocation_rules::push::Push;
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::scope::Scope;
use revocation_rules::tally::{BatchCount, BatchOutline};
use revocation_rules::unmatched::{Unmatched, kept_unmatched};
use revocation_rules::walk::Reading;
use revocation_testkit::builders::{a_batch, a_push, message, noon, tenant};
use revocation_testkit::{Batch, Kept, ManualClock, MemoryStore, Scene, run};

fn targets(names: &[&str]) -> Scope {
    Scope {
        channels: None,
        targets: Some(names.iter().map(|name| name.parse().unwrap()).collect()),
    }
}

fn known(names: &[&str]) -> Unmatched {
    Unmatched::Known(names.iter().map(|name| name.parse::<TargetId>().unwrap()).collect())
}

/// A message to three users on Huawei, sent at noon.
fn a_message() -> Scene {
    let scene = a_second_later(a_push().named(message(&tenant("shop"), "m1")).build());
    recorded(&scene, "b1", &["user-1", "user-2", "user-77"]);
    scene
}

fn a_second_later(push: Push) -> Scene {
    let scene = Scene::of(push);
    scene.clock.advance(SignedDuration::from_secs(1));
    scene
}

fn recorded(scene: &Scene, id: &str, targets: &[&str]) -> Batch {
    scene.kept(a_batch().named(id).to(targets))
}

fn dry_run(scene: &Scene, scope: &Scope) -> Preview {
    let asked = scene.request(scope.clone());
    run(preview_revocation(&scene.store, &scene.clock, &scene.channels, &asked)).unwrap()
}

fn revoke(scene: &Scene, scope: &Scope) -> Revocation {
    match scene.ask(&scene.request(scope.clone())).unwrap() {
        Accepted::New(revocation) | Accepted::AlreadyThere(revocation) => revocation,
    }
}

fn named(scene: &Scene, scope: &Scope, revocation: &Revocation) -> Unmatched {
    run(name_unmatched(&scene.store, &scene.clock, &scene.channels, scope, revocation))
}

#[test]
fn a_dry_run_for_targets_counts_their_deliveries_and_names_who_has_none() {
    let scene = a_message();
    recorded(&scene, "b2", &["user-2", "user-3"]);
    let preview = dry_run(&scene, &targets(&["user-77\u{200b}"]));
    assert_eq!((preview.channels.len(), preview.unexamined_deliveries), (0, 0));
    assert_eq!(preview.unmatched, known(&["user-77\u{200b}"]));

    let preview = dry_run(&scene, &targets(&["user-2", "User-2", "user-77"]));
    let huawei = &preview.channels[&Channel::Huawei];
    assert_eq!((huawei.deliveries, huawei.revocable, preview.unexamined_deliveries), (3, 3, 0));
    assert_eq!(preview.unmatched, known(&["User-2"]));

    let preview = dry_run(&scene, &Scope::everything());
    assert_eq!(preview.channels[&Channel::Huawei].deliveries, 5);
    assert_eq!(preview.unmatched, Unmatched::NotNamed);
}

#[test]
fn a_target_on_a_channel_that_is_not_in_the_scope_is_named() {
    let scene = a_message();
    let elsewhere = Scope {
        channels: Some([Channel::Apns].into()),
        ..targets(&["user-1"])
    };
    let preview = dry_run(&scene, &elsewhere);
    assert_eq!((preview.channels.len(), preview.unmatched), (0, known(&["user-1"])));
}

#[test]
fn more_than_a_dry_run_looks_at_is_said_with_how_much() {
    let scene = a_second_later(a_push().build());
    // 2,000 payloads are looked at, an equal part in each of a task's shards.
    for nth in 0..2_600 {
        recorded(&scene, &format!("b{nth}"), &[&format!("user-{nth}")]);
    }
    let preview = dry_run(&scene, &targets(&["user-7", "nobody"]));
    let unexamined = preview.unexamined_deliveries;
    assert!((600..=1_000).contains(&unexamined), "{unexamined}");
    assert_eq!(preview.unmatched, Unmatched::Unknown);
    let deliveries = preview.channels[&Channel::Huawei].deliveries;
    assert!((unexamined..=unexamined + 1).contains(&deliveries), "{deliveries}");
    // A target that was found is found, whatever was not looked at.
    let all_found = (0..2_600).map(|nth| format!("user-{nth}")).find(|name| {
        let preview = dry_run(&scene, &targets(&[name]));
        preview.unmatched == known(&[])
    });
    assert!(all_found.is_some());
}

/// A store whose payloads take a second each time.
struct Slow<'a>(&'a MemoryStore, &'a ManualClock);

impl BatchPayloads for Slow<'_> {
    async fn payloads(&self, headers: &[BatchHeader]) -> Result<Vec<Option<Vec<Delivery>>>, StoreError> {
        self.1.advance(SignedDuration::from_secs(1));
        self.0.payloads(headers).await
    }
}

impl BatchHeaders for Slow<'_> {
    async fn headers(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> Result<ShardPage<BatchHeader>, StoreError> {
        self.0.headers(push, shard, after).await
    }

    async fn outlines(
        &self,
        push: &PushRef,
        shard: u16,
        after: Option<&BatchId>,
        reading: Reading,
    ) -> Result<ShardPage<BatchOutline>, StoreError> {
        self.0.outlines(push, shard, after, reading).await
    }

    async fn counts(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> Result<ShardPage<BatchCount>, StoreError> {
        self.0.counts(push, shard, after).await
    }
}

impl PushStore for Slow<'_> {
    async fn push(&self, push: &PushRef) -> Result<Option<Push>, StoreError> {
        self.0.push(push).await
    }

    async fn insert_push(&self, push: &Push) -> Result<Inserted<Push>, StoreError> {
        self.0.insert_push(push).await
    }
}

impl AppNotices for Slow<'_> {
    async fn notices(&self, tenant: &Tenant) -> Result<Option<Notices>, StoreError> {
        self.0.notices(tenant).await
    }

    async fn put_notices(&self, tenant: &Tenant, notices: &Notices, act: &Act) -> Result<(), StoreError> {
        self.0.put_notices(tenant, notices, act).await
    }
}

#[test]
fn a_slow_store_does_not_make_a_dry_run_or_a_revocation_slow() {
    let scene = a_message();
    for nth in 0..200 {
        recorded(&scene, &format!("c{nth}"), &["user-1"]);
    }
    let slow = Slow(&scene.store, &scene.clock);
    let scope = targets(&["nobody"]);
    let before = scene.clock.now();
    let preview = run(preview_revocation(
        &slow,
        &scene.clock,
        &scene.channels,
        &scene.request(scope.clone()),
    ))
    .unwrap();
    let took = scene.clock.now().duration_since(before);
    assert!(took <= SignedDuration::from_secs(5), "{took}");
    assert!(preview.unexamined_deliveries > 0 && preview.unmatched == Unmatched::Unknown);

    let revocation = revoke(&scene, &scope);
    let before = scene.clock.now();
    let named = run(name_unmatched(&slow, &scene.clock, &scene.channels, &scope, &revocation));
    let took = scene.clock.now().duration_since(before);
    assert!(took <= SignedDuration::from_secs(2), "{took}");
    assert_eq!(named, Unmatched::Unknown);
}

#[test]
fn a_revocation_says_at_once_and_once_settled_who_has_no_delivery() {
    let scene = a_message();
    let scope = targets(&["user-1", "user-3", "user-77\u{200b}"]);
    let revocation = revoke(&scene, &scope);
    assert_eq!(named(&scene, &scope, &revocation), known(&["user-3", "user-77\u{200b}"]));
    assert_eq!(kept_unmatched(&revocation), None);

    let settled = scene.work(&revocation.id);
    assert_eq!(kept_unmatched(&settled), Some(known(&["user-3", "user-77\u{200b}"])));
    // Asked again, it is the same revocation and the same answer.
    let again = revoke(&scene, &scope);
    assert_eq!(
        (&again.id, named(&scene, &scope, &again)),
        (&revocation.id, known(&["user-3", "user-77\u{200b}"]))
    );
}

#[test]
fn what_is_asked_for_is_named_also_where_an_earlier_revocation_covers_it() {
    let scene = a_message();
    let whole = revoke(&scene, &Scope::everything());
    let part = targets(&["user-1", "nobody"]);
    let covered = revoke(&scene, &part);
    assert_eq!(covered.id, whole.id);
    assert_eq!(named(&scene, &part, &covered), known(&["nobody"]));
    assert_eq!(kept_unmatched(&scene.work(&whole.id)), Some(Unmatched::NotNamed));
}

#[test]
fn a_target_that_is_recorded_later_is_no_longer_named() {
    let scene = a_message();
    let revocation = revoke(&scene, &targets(&["user-3", "user-4"]));
    assert_eq!(kept_unmatched(&scene.work(&revocation.id)), Some(known(&["user-3", "user-4"])));

    let late = NewBatch {
        push: revocation.push.clone(),
        batch: "late".parse().unwrap(),
        channel: Channel::Huawei,
        sending: Sending::Sent,
        sent_at: None,
        deliveries: a_batch().named("late").to(&["user-3", "user-5"]).deliveries(),
    };
    let recorded = run(record_deliveries(&scene.store, &scene.queue, &scene.clock, &scene.channels, late)).unwrap();
    assert_eq!(recorded.revoked_targets, ["user-3".parse::<TargetId>().unwrap()]);
    // Opened again: what it said when it settled is not said any more.
    assert_eq!(kept_unmatched(&scene.read(&revocation.id)), None);
    assert_eq!(kept_unmatched(&scene.work(&revocation.id)), Some(known(&["user-4"])));
}

#[test]
fn whom_a_lost_payload_was_for_is_not_known() {
    let scene = a_message();
    let lost = recorded(&scene, "b2", &["user-9"]);
    let scope = targets(&["user-1", "user-9"]);
    let revocation = revoke(&scene, &scope);
    scene
        .store
        .delete_expired(&Kept::Payload(lost.header.digest.clone()), &lost.header.batch);
    assert_eq!(named(&scene, &scope, &revocation), Unmatched::Unknown);
    let preview = dry_run(&scene, &scope);
    assert_eq!((preview.unexamined_deliveries, preview.unmatched), (1, Unmatched::Unknown));
    let settled = scene.work(&revocation.id);
    assert!(matches!(settled.state, State::Settled { met: None, .. }), "{:?}", settled.state);
    assert_eq!(kept_unmatched(&settled), Some(Unmatched::Unknown));
}

#[test]
fn a_header_that_expired_unseen_leaves_it_unknown() {
    let scene = a_message();
    let scope = targets(&["user-1", "nobody"]);
    let revocation = revoke(&scene, &scope);
    let header = scene.store.committed()[0].header.clone();
    scene.walk(&revocation.id);
    scene.clock.set(noon() + SignedDuration::from_hours(10 * 24));
    for kept in [Kept::Payload(header.digest), Kept::Header] {
        scene.store.delete_expired(&kept, &header.batch);
    }
    assert_eq!(kept_unmatched(&scene.work(&revocation.id)), Some(Unmatched::Unknown));
}

#[test]
fn nobody_looks_into_payloads_where_no_targets_are_named() {
    let scene = a_message();
    let revocation = revoke(&scene, &Scope::everything());
    let slow = Slow(&scene.store, &scene.clock);
    let before = scene.clock.now();
    let scope = Scope::everything();
    assert_eq!(
        run(name_unmatched(&slow, &scene.clock, &scene.channels, &scope, &revocation)),
        Unmatched::NotNamed
    );
    run(preview_revocation(
        &slow,
        &scene.clock,
        &scene.channels,
        &scene.request(scope.clone()),
    ))
    .unwrap();
    assert_eq!(scene.clock.now(), before);
}
