//! [`DeviceTokens`], [`DeviceConnections`] and [`DeviceOutbox`].

use std::collections::BTreeSet;

use jiff::SignedDuration;
use revocation_app::ports::{DeviceConnections, DeviceOutbox, DeviceTokens, KeptToken};
use revocation_rules::device::{ConnectionId, Device};
use revocation_rules::instruction::{Instruction, InstructionId};

use super::fresh;
use crate::builders::{a_device, an_instruction, noon};

/// Everything that a store of devices must do.
pub async fn devices(store: &(impl DeviceTokens + DeviceConnections + DeviceOutbox)) {
    a_token_is_read_as_it_was_kept_and_replaced_at_once(store).await;
    a_device_is_reached_over_every_connection_that_registered(store).await;
    a_connection_that_began_is_known_but_not_told_of(store).await;
    who_registered_last_comes_first(store).await;
    every_connection_that_began_is_found_until_it_ends(store).await;
    devices_of_two_tenants_and_of_like_names_are_apart(store).await;
    an_instruction_waits_until_it_is_removed(store).await;
    more_instructions_than_a_page_are_all_found_once(store).await;
}

fn device() -> Device {
    a_device("APP1", &format!("dev/{}#%", fresh()))
}

fn connection() -> ConnectionId {
    format!("{}=", fresh()).parse().unwrap()
}

async fn a_token_is_read_as_it_was_kept_and_replaced_at_once(store: &impl DeviceTokens) {
    let device = device();
    assert_eq!(store.token(&device).await.unwrap(), None, "no token yet");
    for nth in 1..3 {
        let token = KeptToken {
            digest: [nth; 32],
            issued_at: noon(),
            issued_by: Some("key-1".parse().unwrap()),
            ends_at: noon() + SignedDuration::from_secs(60),
        };
        store.put_token(&device, &token).await.unwrap();
        assert_eq!(store.token(&device).await.unwrap(), Some(token));
    }
    for _ in 0..2 {
        store.remove_token(&device).await.unwrap();
        assert_eq!(store.token(&device).await.unwrap(), None, "withdrawn");
    }
}

async fn a_device_is_reached_over_every_connection_that_registered(store: &impl DeviceConnections) {
    let (device, one, two) = (device(), connection(), connection());
    for connection in [&one, &two, &one] {
        store.begin(connection, &device, noon()).await.unwrap();
        store.enlist(&device, connection, noon()).await.unwrap();
    }
    let found: BTreeSet<_> = store.connections(&device).await.unwrap().into_iter().collect();
    assert_eq!(found, BTreeSet::from([one.clone(), two.clone()]));
    store.end(&device, &one).await.unwrap();
    store.end(&device, &one).await.unwrap();
    assert_eq!(store.connections(&device).await.unwrap(), [two]);
    assert_eq!(store.device_of(&one).await.unwrap(), None);
}

async fn a_connection_that_began_is_known_but_not_told_of(store: &impl DeviceConnections) {
    let (device, connection) = (device(), connection());
    assert_eq!(store.device_of(&connection).await.unwrap(), None);
    store.begin(&connection, &device, noon()).await.unwrap();
    assert_eq!(store.device_of(&connection).await.unwrap(), Some(device.clone()));
    assert_eq!(store.connections(&device).await.unwrap(), []);
}

async fn who_registered_last_comes_first(store: &impl DeviceConnections) {
    let device = device();
    let mut connections: Vec<ConnectionId> = (0..4).map(|_| connection()).collect();
    for (nth, connection) in connections.iter().enumerate() {
        let at = noon() + SignedDuration::from_secs(i64::try_from(nth).unwrap());
        store.enlist(&device, connection, at).await.unwrap();
    }
    store
        .enlist(&device, &connections[0], noon() + SignedDuration::from_mins(1))
        .await
        .unwrap();
    connections[1..].reverse();
    assert_eq!(store.connections(&device).await.unwrap(), connections);
}

async fn every_connection_that_began_is_found_until_it_ends(store: &impl DeviceConnections) {
    let (device, other, one, two) = (device(), device(), connection(), connection());
    store.begin(&one, &device, noon()).await.unwrap();
    store.begin(&two, &device, noon()).await.unwrap();
    store.enlist(&device, &two, noon()).await.unwrap();
    store.begin(&connection(), &other, noon()).await.unwrap();
    let found: BTreeSet<_> = store.begun(&device).await.unwrap().into_iter().collect();
    assert_eq!(found, BTreeSet::from([one.clone(), two.clone()]));
    store.end(&device, &two).await.unwrap();
    assert_eq!(store.begun(&device).await.unwrap(), std::slice::from_ref(&one));
    store.end(&device, &one).await.unwrap();
    assert_eq!(store.begun(&device).await.unwrap(), []);
}

async fn devices_of_two_tenants_and_of_like_names_are_apart(store: &(impl DeviceConnections + DeviceOutbox + DeviceTokens)) {
    let name = fresh();
    let owner = a_device("APP1", &name);
    let instruction = an_instruction(&owner, 0);
    store.keep(std::slice::from_ref(&instruction)).await.unwrap();
    store.enlist(&owner, &connection(), noon()).await.unwrap();
    for other in [
        a_device("APP2", &name),
        a_device("APP1", &format!("{name}#")),
        a_device("APP1", &format!("{name}%23")),
        a_device("APP1", &name[..8]),
    ] {
        assert_eq!(store.instruction(&other, &instruction.id).await.unwrap(), None);
        assert_eq!(store.instructions(&other, None).await.unwrap().instructions, []);
        assert_eq!(store.connections(&other).await.unwrap(), []);
        assert_eq!(store.token(&other).await.unwrap(), None);
        store.remove(&other, &instruction.id).await.unwrap();
    }
    assert_eq!(store.instruction(&owner, &instruction.id).await.unwrap(), Some(instruction));
}

async fn an_instruction_waits_until_it_is_removed(store: &impl DeviceOutbox) {
    let device = device();
    let instructions = [an_instruction(&device, 0), an_instruction(&device, 1)];
    for _ in 0..2 {
        store.keep(&instructions).await.unwrap();
        assert_eq!(all(store, &device).await.len(), 2, "kept twice is kept once");
    }
    let [done, left] = instructions;
    store.remove(&device, &done.id).await.unwrap();
    store.remove(&device, &done.id).await.unwrap();
    assert_eq!(store.instruction(&device, &done.id).await.unwrap(), None);
    assert_eq!(all(store, &device).await, [left]);
    store.keep(&[]).await.unwrap();
}

async fn more_instructions_than_a_page_are_all_found_once(store: &impl DeviceOutbox) {
    let device = device();
    let kept: Vec<Instruction> = (0..260).map(|slot| an_instruction(&device, slot)).collect();
    store.keep(&kept).await.unwrap();
    let found = all(store, &device).await;
    assert_eq!(found.len(), kept.len());
    let ids = |of: &[Instruction]| {
        of.iter()
            .map(|instruction| instruction.id.clone())
            .collect::<BTreeSet<InstructionId>>()
    };
    assert_eq!(ids(&found), ids(&kept));
}

async fn all(store: &impl DeviceOutbox, device: &Device) -> Vec<Instruction> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = store.instructions(device, after.as_ref()).await.unwrap();
        found.extend(page.instructions);
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}
