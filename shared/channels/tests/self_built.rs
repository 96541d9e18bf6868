//! The self-built channel, on ports in memory.

#![expect(clippy::unwrap_used, reason = "tests; clippy knows only functions marked as such")]

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{BatchRecorder, ChannelClient, DeviceConnections, Order, PushStore};
use revocation_app::{ReceiptTaker, acknowledge, register_device};
use revocation_channels::self_built;
use revocation_rules::batch::{BatchHeader, Delivery, Handle};
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::device::ConnectionId;
use revocation_rules::instruction::Instruction;
use revocation_rules::outcome::Outcome;
use revocation_rules::plan::ToCall;
use revocation_rules::receipt::{ReceiptEvent, TokenDigest};
use revocation_rules::retry::{Answer, AttemptFailure};
use revocation_rules::window;
use revocation_testkit::builders::{a_batch, a_device, a_push, a_revocation, noon};
use revocation_testkit::{ManualClock, MemoryDevices, MemoryLinks, MemoryQueue, MemoryStore, Weather, run};

struct Stand {
    devices: MemoryDevices,
    links: MemoryLinks,
    clock: ManualClock,
    client: Box<dyn ChannelClient>,
}

impl Stand {
    fn new() -> Self {
        Self::in_weather(&Weather::calm())
    }

    fn in_weather(weather: &Weather) -> Self {
        let devices = MemoryDevices::new().in_weather(weather);
        let links = MemoryLinks::in_weather(weather);
        let clock = ManualClock::at(noon());
        let client = self_built(
            Arc::new(devices.clone()),
            Arc::new(devices.clone()),
            Arc::new(links.clone()),
            Arc::new(clock.clone()),
        );
        Self {
            devices,
            links,
            clock,
            client,
        }
    }

    /// Connects the device of a delivery, without registering it.
    fn begin(&self, delivery: &Delivery, connection: &str) -> ConnectionId {
        let connection: ConnectionId = connection.parse().unwrap();
        let device = a_device("APP1", delivery.token.as_str());
        run(self.devices.begin(&connection, &device, noon())).unwrap();
        connection
    }

    fn connect(&self, delivery: &Delivery, connection: &str) -> ConnectionId {
        let connection = self.begin(delivery, connection);
        run(register_device(&self.devices, &self.links, &self.clock, &connection)).unwrap();
        connection
    }

    async fn revoke_until(&self, (header, deliveries): &(BatchHeader, Vec<Delivery>), call_until: Timestamp) -> Vec<Answer> {
        let revocation = a_revocation().build();
        let calls: Vec<ToCall<'_>> = deliveries
            .iter()
            .enumerate()
            .map(|(slot, delivery)| ToCall {
                slot,
                token: &delivery.token,
                handle: delivery.handle.as_ref(),
                vendor_task: None,
                notice: &revocation.notices.default,
                subscription: None,
            })
            .collect();
        let order = Order {
            push: &header.batch.push,
            revocation: &revocation.id,
            batch: header,
            requested_at: revocation.requested_at,
            strategy: Strategy::Overwrite,
            calls: &calls,
            call_until,
        };
        let mut answers = self.client.revoke(&order).await;
        answers.sort_by_key(|(slot, _)| *slot);
        let slots: Vec<usize> = answers.iter().map(|(slot, _)| *slot).collect();
        assert_eq!(slots, (0..deliveries.len()).collect::<Vec<_>>(), "one answer for each slot");
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    fn revoke(&self, batch: &(BatchHeader, Vec<Delivery>)) -> Vec<Answer> {
        run(self.revoke_until(batch, Timestamp::MAX))
    }
}

fn sent_to(targets: &[&str]) -> (BatchHeader, Vec<Delivery>) {
    a_batch().of(&a_push().build()).on(Channel::SelfBuilt).to(targets).build()
}

fn stored() -> Answer {
    Answer::Ended {
        outcome: Outcome::Overwritten,
        reason: "stored_for_device".to_owned(),
    }
}

#[test]
fn a_device_that_is_away_has_its_instruction_kept() {
    let stand = Stand::new();
    let batch = sent_to(&["u1", "u2"]);
    assert_eq!(stand.revoke(&batch), [stored(), stored()]);
    let mut waiting = stand.devices.waiting();
    waiting.sort_by(|one, other| one.device.cmp(&other.device));
    let Instruction {
        device,
        notify_id,
        revoked_at,
        closes_at,
        batch: of,
        ..
    } = &waiting[0];
    assert_eq!((device, *notify_id), (&batch.1[0].token, 7));
    assert_eq!(*revoked_at, noon() + SignedDuration::from_hours(1));
    assert_eq!((of, *closes_at), (&batch.0.batch, window::closes_at(noon())));
}

#[test]
fn a_device_that_is_connected_is_told_at_once_over_every_connection() {
    let stand = Stand::new();
    let batch = sent_to(&["u1", "u2"]);
    let (phone, tablet) = (stand.connect(&batch.1[0], "c1"), stand.connect(&batch.1[0], "c2"));
    let other = stand.connect(&batch.1[1], "c3");
    assert_eq!(stand.revoke(&batch), [stored(), stored()]);
    assert_eq!(stand.links.instructions_to(&phone).len(), 1);
    assert_eq!(stand.links.instructions_to(&phone), stand.links.instructions_to(&tablet));
    assert_ne!(stand.links.instructions_to(&phone), stand.links.instructions_to(&other));
    assert_eq!(stand.devices.waiting().len(), 2, "they wait until they are acknowledged");
}

#[test]
fn asking_again_gives_the_same_instruction() {
    let stand = Stand::new();
    let batch = sent_to(&["u1"]);
    let connection = stand.connect(&batch.1[0], "c1");
    stand.revoke(&batch);
    stand.revoke(&batch);
    let told = stand.links.instructions_to(&connection);
    assert_eq!(told.len(), 2);
    assert_eq!(told[0], told[1]);
    assert_eq!(stand.devices.waiting().len(), 1);
}

#[test]
fn a_connection_that_has_gone_is_forgotten() {
    let stand = Stand::new();
    let batch = sent_to(&["u1"]);
    let (gone, there) = (stand.connect(&batch.1[0], "c1"), stand.connect(&batch.1[0], "c2"));
    stand.links.is_gone(&gone);
    assert_eq!(stand.revoke(&batch), [stored()]);
    let left = run(stand.devices.connections(&a_device("APP1", batch.1[0].token.as_str()))).unwrap();
    assert_eq!(left, [there]);
}

#[test]
fn a_device_that_can_not_be_told_still_has_it_waiting() {
    let stand = Stand::new();
    let batch = sent_to(&["u1"]);
    let connection = stand.connect(&batch.1[0], "c1");
    stand.links.is_broken(&connection);
    assert_eq!(stand.revoke(&batch), [stored()]);
    assert_eq!(stand.devices.waiting().len(), 1);
    let device = a_device("APP1", batch.1[0].token.as_str());
    assert_eq!(
        run(stand.devices.connections(&device)).unwrap(),
        [connection],
        "a failure is no end"
    );
}

#[test]
fn a_device_that_could_not_be_told_for_a_moment_is_told_after_the_others() {
    let stand = Stand::new();
    let batch = sent_to(&["u1", "u2"]);
    let (slow, other) = (stand.connect(&batch.1[0], "c1"), stand.connect(&batch.1[1], "c2"));
    stand.links.fails(&slow, 2);
    assert_eq!(stand.revoke(&batch), [stored(), stored()]);
    assert_eq!(stand.links.instructions_to(&slow).len(), 1);
    assert_eq!(stand.links.instructions_to(&other).len(), 1, "nobody is told twice for it");
}

/// A batch of one device that was sent many messages: as many deliveries, all with its token.
fn sent_often(times: usize) -> (BatchHeader, Vec<Delivery>) {
    let targets: Vec<String> = (0..times).map(|n| format!("u{n}")).collect();
    let (header, mut deliveries) = sent_to(&targets.iter().map(String::as_str).collect::<Vec<_>>());
    let token = deliveries[0].token.clone();
    for delivery in &mut deliveries {
        delivery.token = token.clone();
    }
    (header, deliveries)
}

const TRY: SignedDuration = SignedDuration::from_secs(3);

/// Everything of everybody is kept before anybody is told, and others are told meanwhile.
#[test]
fn one_device_whose_connections_are_stuck_holds_up_nobody_s_instruction() {
    let stand = Stand::new();
    let targets: Vec<String> = (0..100).map(|n| format!("u{n}")).collect();
    let (header, mut deliveries) = sent_to(&targets.iter().map(String::as_str).collect::<Vec<_>>());
    // The first half is one device's.
    let token = deliveries[0].token.clone();
    for delivery in &mut deliveries[..50] {
        delivery.token = token.clone();
    }
    let batch = (header, deliveries);
    let stuck: Vec<ConnectionId> = (0..5).map(|n| stand.connect(&batch.1[0], &format!("stuck{n}"))).collect();
    for connection in &stuck {
        stand.links.is_stuck(connection, &stand.clock, TRY);
    }
    let answers = run(stand.revoke_until(&batch, noon() + SignedDuration::from_secs(30)));
    assert!(answers.iter().all(|answer| *answer == stored()), "{answers:?}");
    assert_eq!(stand.devices.waiting().len(), 100);
    // Four frames at once, and no more once they fail; then nobody waits for the rest.
    let tries: usize = stuck.iter().map(|connection| stand.links.tried(connection)).sum();
    assert!(tries <= 5 * 4 * 3, "{tries} tries");
}

#[test]
fn no_frame_is_sent_once_time_is_up() {
    let stand = Stand::new();
    let batch = sent_often(40);
    let connection = stand.connect(&batch.1[0], "c1");
    stand.links.is_stuck(&connection, &stand.clock, TRY);
    let answers = run(stand.revoke_until(&batch, noon() + TRY));
    assert!(answers.iter().all(|answer| *answer == stored()), "{answers:?}");
    assert!(stand.links.tried(&connection) <= 4);
}

#[test]
fn a_device_is_told_over_the_five_connections_that_registered_last() {
    let stand = Stand::new();
    let batch = sent_to(&["u1"]);
    let device = a_device("APP1", batch.1[0].token.as_str());
    // As they may be left from before there was a limit.
    let connections: Vec<ConnectionId> = (0..40).map(|n| format!("c{n}").parse().unwrap()).collect();
    for (nth, connection) in connections.iter().enumerate() {
        let at = noon() + SignedDuration::from_secs(i64::try_from(nth).unwrap());
        run(stand.devices.enlist(&device, connection, at)).unwrap();
    }
    stand.revoke(&batch);
    for (nth, connection) in connections.iter().enumerate() {
        let told = usize::from(nth >= 35);
        assert_eq!(stand.links.instructions_to(connection).len(), told, "{nth}");
    }
}

#[test]
fn a_device_with_many_messages_is_sent_a_hundred_and_hears_of_the_rest_when_it_registers() {
    let stand = Stand::new();
    let batch = sent_often(250);
    let connection = stand.connect(&batch.1[0], "c1");
    assert!(stand.revoke(&batch).iter().all(|answer| *answer == stored()));
    assert_eq!(stand.links.instructions_to(&connection).len(), 100);
    run(register_device(&stand.devices, &stand.links, &stand.clock, &connection)).unwrap();
    assert_eq!(stand.links.instructions_to(&connection).len(), 100 + 250);
}

#[test]
fn devices_are_told_at_the_same_time_and_not_without_bound() {
    // Every port call yields, so that what may be on the way at once is.
    let stand = Stand::in_weather(&Weather::storm(0, 0));
    let targets: Vec<String> = (0..200).map(|n| format!("u{n}")).collect();
    let batch = sent_to(&targets.iter().map(String::as_str).collect::<Vec<_>>());
    for (nth, delivery) in batch.1.iter().enumerate() {
        let device = a_device("APP1", delivery.token.as_str());
        run(stand.devices.enlist(&device, &format!("c{nth}").parse().unwrap(), noon())).unwrap();
    }
    stand.revoke(&batch);
    let most = stand.links.most_on_the_way();
    assert!((9..=32).contains(&most), "{most} at once");
}

#[test]
fn nothing_is_kept_at_or_after_the_end() {
    let stand = Stand::new();
    let batch = sent_to(&["u1"]);
    assert_eq!(run(stand.revoke_until(&batch, noon())), [Answer::NotTried]);
    assert_eq!(stand.devices.waiting(), []);
}

#[test]
fn what_could_not_be_kept_is_tried_again_and_the_rest_is_not() {
    let stand = Stand::in_weather(&Weather::storm(1, 1_000));
    let batch = sent_to(&["u1"]);
    let failed = Answer::Failed(AttemptFailure::Transient {
        reason: "self_built:store_unavailable".to_owned(),
    });
    assert_eq!(stand.revoke(&batch), [failed]);
}

#[test]
fn a_delivery_without_a_notify_id_can_not_be_taken_back() {
    let stand = Stand::new();
    let (header, mut deliveries) = sent_to(&["u1", "u2", "u3"]);
    deliveries[0].handle = None;
    deliveries[1].handle = Some(Handle::CollapseId("c".to_owned()));
    let refused = Answer::Ended {
        outcome: Outcome::NotRevocable,
        reason: "sent_without_notify_id".to_owned(),
    };
    assert_eq!(stand.revoke(&(header, deliveries)), [refused.clone(), refused, stored()]);
}

#[test]
fn a_thousand_deliveries_all_get_their_answer() {
    let stand = Stand::new();
    let targets: Vec<String> = (0..1_000).map(|n| format!("u{n}")).collect();
    let batch = sent_to(&targets.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(stand.revoke(&batch).iter().all(|answer| *answer == stored()));
    assert_eq!(stand.devices.waiting().len(), 1_000);
}

/// As many as the local stack could not take; there, a few dozen do the same.
#[test]
fn three_thousand_devices_half_of_them_away_all_acknowledge() {
    let stand = Stand::new();
    let (store, queue) = (MemoryStore::new(), MemoryQueue::new(&stand.clock));
    let push = a_push().build();
    run(store.insert_push(&push)).unwrap();
    for nth in 0..3 {
        let targets: Vec<String> = (0..1_000).map(|n| format!("u{n}")).collect();
        let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
        let named = format!("b{nth}");
        let batch = a_batch().of(&push).named(&named).on(Channel::SelfBuilt).to(&targets).build();
        run(store.record(&batch.0, &batch.1)).unwrap();
        let connect = |slot: usize| stand.connect(&batch.1[slot], &format!("c{nth}-{slot}"));
        let mut connections: Vec<(usize, ConnectionId)> = (0..500).map(|slot| (slot, connect(slot))).collect();
        assert!(stand.revoke(&batch).iter().all(|answer| *answer == stored()));
        assert_eq!(stand.devices.waiting().len(), 1_000);
        connections.extend((500..1_000).map(|slot| (slot, connect(slot))));
        let receipts = ReceiptTaker {
            store: &store,
            queue: &queue,
            clock: &stand.clock,
        };
        for (slot, connection) in &connections {
            let [told] = &stand.links.instructions_to(connection)[..] else {
                panic!("device {slot} was not told once");
            };
            assert_eq!(told.device, batch.1[*slot].token);
            run(acknowledge(&stand.devices, &receipts, connection, &told.id, ReceiptEvent::Revoked)).unwrap();
            let of = TokenDigest::of(&told.device);
            assert!(store.has_receipt(&batch.0.batch, &of, ReceiptEvent::Revoked), "{slot}");
        }
        assert_eq!(stand.devices.waiting(), []);
    }
}

/// Every interleaving of the two, step by step: a bit says whose turn it is.
#[test]
fn a_device_that_registers_meanwhile_always_gets_it() {
    let mut longest = 0;
    for order in 0..1_u32 << 14 {
        // A storm without a single failure: every port call yields before and after its effect.
        let stand = Stand::in_weather(&Weather::storm(0, 0));
        let batch = sent_to(&["u1"]);
        let connection = stand.begin(&batch.1[0], "c1");
        let mut steps = 0;
        {
            let mut giver = pin!(stand.revoke_until(&batch, Timestamp::MAX));
            let mut device = pin!(register_device(&stand.devices, &stand.links, &stand.clock, &connection));
            let (mut gave, mut registered) = (false, false);
            while !(gave && registered) {
                if (order >> (steps % 14) & 1 == 0 || registered) && !gave {
                    gave = step(&mut giver).is_ready();
                } else {
                    registered = step(&mut device).is_ready();
                }
                steps += 1;
            }
        }
        longest = longest.max(steps);
        assert!(!stand.links.instructions_to(&connection).is_empty(), "order {order:b} loses it");
    }
    assert!(longest > 10, "{longest} steps are no interleaving");
}

fn step<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    std::pin::Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}
