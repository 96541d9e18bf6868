//! The self-built channel, with real connections of devices.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use device_client::{Fleet, Key, Kind, Message, Shown, Status, View};
use libtest_mimic::Failed;
use stand::{PHONES_AT_ONCE, Stand, Tenant};

use crate::Outcome;
use crate::fixture::{NOTIFY_ID, PATIENCE, TITLE, aws, batch, check, ended, expect, revoke, settled_with, task};

/// The local gateway takes about ten events a second, with all else that goes on; `shared/channels/tests` and
/// `tests/simulation` have the thousands.
const DEVICES: usize = 60;

fn message(id: &str) -> Message {
    Message {
        key: Key {
            kind: Kind::Task,
            id: id.to_owned(),
            notify_id: NOTIFY_ID,
        },
        batch_id: "b1".to_owned(),
        title: TITLE.to_owned(),
        text: TITLE.to_owned(),
    }
}

pub async fn a_token_that_is_withdrawn_ends_the_device_s_connection_and_lets_it_in_no_more(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("own-withdrawn", "default").await?;
    let phones = tenant.phones(&["phone-1".to_owned()], |_| true).await?;
    let is = |wanted: Status| move |view: &View| view.status == wanted;
    let late = phones.until_all(Duration::from_mins(1), is(Status::Registered)).await;
    check(late.is_empty(), || "the device did not connect".to_owned())?;
    let withdrawn = tenant.sender.delete("/v1/devices/phone-1/token").await?;
    expect(&withdrawn, 200)?;
    check(withdrawn.body["connections"] == 1, || format!("{}", withdrawn.body))?;
    let late = phones.until_all(Duration::from_mins(1), is(Status::Refused)).await;
    check(late.is_empty(), || "the device is still let in".to_owned())?;
    let again = tenant.sender.delete("/v1/devices/phone-1/token").await?;
    check(again.body["connections"] == 0, || format!("{}", again.body))
}

/// The oldest connection gives way to the sixth; its device comes back, and takes another's place.
pub async fn a_device_is_reached_over_five_connections_at_most(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("own-copies", "default").await?;
    let copies = tenant.copies("phone-1", 6).await?;
    let began = Instant::now();
    let mut have_been: BTreeSet<&str> = BTreeSet::new();
    loop {
        let are: BTreeSet<&str> = copies
            .iter()
            .filter(|(_, copy)| copy.look().status == Status::Registered)
            .map(|(name, _)| name)
            .collect();
        have_been.extend(&are);
        if have_been.len() == 6 && are.len() < 6 {
            return Ok(());
        }
        check(began.elapsed() < PATIENCE, || {
            format!("{are:?} are connected, {have_been:?} have been")
        })?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Half of them are off when the push is revoked, and connections break at random while it is.
pub async fn many_devices_half_of_them_off_all_confirm_and_none_shows_the_original(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("own", "default").await?;
    let names: Vec<String> = (0..DEVICES).map(|n| format!("PLANTED-DEVICE-{n:04}")).collect();
    let is_on = |name: &str| name.ends_with(['1', '3', '5', '7', '9']);
    let began = Instant::now();
    let phones = tenant.phones(&names, is_on).await?;
    eprintln!("  {DEVICES} tokens after {} s", began.elapsed().as_secs());
    let ready = |view: &View| matches!(view.status, Status::Registered | Status::Offline);
    let late = phones.until_all(PATIENCE, ready).await;
    check(late.is_empty(), || format!("{} devices did not connect", late.len()))?;
    eprintln!("  half of them registered after {} s", began.elapsed().as_secs());

    let push = task(&tenant, "t1").await?;
    expect(
        &tenant
            .sender
            .post(&format!("{push}/deliveries"), &batch("self_built", "b1", &names))
            .await?,
        200,
    )?;
    for (_, phone) in phones.iter().filter(|(name, _)| is_on(name)) {
        phone.show(message("t1"));
    }
    let revocation = revoke(&tenant, &push).await?;
    phones.shake(2, Duration::from_secs(8)).await;
    // The others come back, and their messages with them.
    for (_, phone) in phones.iter().filter(|(name, _)| !is_on(name)) {
        phone.show(message("t1"));
    }
    phones.come_online(PHONES_AT_ONCE, |_| true).await;
    let done = |view: &View| view.status == Status::Registered && view.instructions > 0 && view.held == 0 && view.unanswered == 0;
    let late = phones.until_all(PATIENCE, done).await;
    check(late.is_empty(), || format!("{} devices are not done", late.len()))?;
    eprintln!("  all acknowledged after {} s", began.elapsed().as_secs());

    let ends = settled_with(&tenant, &revocation, |now| {
        now["progress"]["total"]["confirmed_by_device"] == DEVICES
    })
    .await?;
    let total = &ends["progress"]["total"];
    check(total["outcomes"]["confirmed"] == DEVICES && total["ended"] == DEVICES, || {
        total.to_string()
    })?;
    let shows_it = |view: &View| view.bar.entries().values().any(|entry| entry.shown == Shown::Message);
    check(phones.count(shows_it) == 0, || "a device shows the original".to_owned())?;
    let heard_it = phones
        .iter()
        .filter(|(name, phone)| !is_on(name) && phone.look().bar.sounds() > 0)
        .count();
    check(heard_it == 0, || {
        format!("{heard_it} devices that were off have shown the original")
    })?;
    let notices = phones.count(|view| view.bar.entries().len() == 1);
    check(notices == DEVICES, || format!("{notices} devices show the notice"))?;
    leave(stand, &tenant, &phones).await
}

/// Takes the devices off, as many at a time as came on, until the service has forgotten every connection: whoever
/// comes next finds a gateway that is not busy with them.
async fn leave(stand: &Stand, tenant: &Tenant, phones: &Fleet) -> Outcome {
    let all: Vec<_> = phones.iter().map(|(_, phone)| phone).collect();
    let mut left = all.len();
    for some in all.chunks(PHONES_AT_ONCE) {
        for phone in some {
            phone.go_offline();
        }
        left -= some.len();
        let began = Instant::now();
        loop {
            let known = devices_with_connections(stand, tenant).await?;
            if known <= left {
                break;
            }
            check(began.elapsed() < PATIENCE, || {
                format!("{known} devices have connections, and {left} are on")
            })?;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    Ok(())
}

/// Of how many devices of a tenant the service knows a connection.
async fn devices_with_connections(stand: &Stand, tenant: &Tenant) -> Result<usize, Failed> {
    let text = |text: String| AttributeValue::S(text);
    let found = aws_sdk_dynamodb::Client::new(&aws(stand).await)
        .scan()
        .table_name(stand.stack.get("ConnectionsTableName")?)
        .consistent_read(true)
        .filter_expression("begins_with(pk, :tenant) AND begins_with(sk, :begun)")
        .expression_attribute_values(":tenant", text(format!("{}/{}#", tenant.app, tenant.workspace)))
        .expression_attribute_values(":begun", text("begun#".to_owned()))
        .into_paginator()
        .items()
        .send()
        .try_collect()
        .await?;
    let devices: BTreeSet<_> = found.iter().filter_map(|item| item["pk"].as_s().ok()).collect();
    Ok(devices.len())
}

pub async fn only_the_token_that_was_issued_last_lets_a_device_in(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("own-tokens", "default").await?;
    let name = vec!["PLANTED-DEVICE-bad".to_owned()];
    let registered = |view: &View| view.status == Status::Registered;
    let first = tenant.phones(&name, |_| false).await?;
    let second = tenant.phones(&name, |_| true).await?;
    check(second.until_all(PATIENCE, registered).await.is_empty(), || {
        "the newer token was refused".to_owned()
    })?;
    first.all_online();
    let refused = first.until_all(PATIENCE, |view| view.status == Status::Refused).await;
    check(refused.is_empty(), || "the older token was taken".to_owned())
}

/// What the user has opened is left alone: no instruction reaches the device.
pub async fn what_a_device_says_was_opened_is_left_alone(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("own-opened", "default").await?;
    let names = vec!["PLANTED-DEVICE-opened".to_owned()];
    let phones = tenant.phones(&names, |_| true).await?;
    let push = task(&tenant, "t1").await?;
    expect(
        &tenant
            .sender
            .post(&format!("{push}/deliveries"), &batch("self_built", "b1", &names))
            .await?,
        200,
    )?;
    check(
        phones
            .until_all(PATIENCE, |view| view.status == Status::Registered)
            .await
            .is_empty(),
        || "the device did not connect".to_owned(),
    )?;
    for (_, phone) in phones.iter() {
        phone.show(message("t1"));
        phone.open(&message("t1").key);
    }
    check(phones.until_all(PATIENCE, |view| view.unanswered == 0).await.is_empty(), || {
        "the receipt was not answered".to_owned()
    })?;
    let revocation = revoke(&tenant, &push).await?;
    settled_with(&tenant, &revocation, |now| ended(now, "self_built", "skipped_opened") == 1).await?;
    check(phones.count(|view| view.instructions > 0) == 0, || {
        "it was told to take it back".to_owned()
    })
}
