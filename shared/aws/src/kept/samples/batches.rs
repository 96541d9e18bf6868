//! Batches: their headers, and the deliveries beside or in them.

use revocation_app::ports::StoreError;
use revocation_rules::batch::{self, BatchHeader, Delivery, Handle, Sending};
use revocation_rules::channel::Channel;
use revocation_rules::hex::hex;
use revocation_rules::web_push::{PublicKey, Subscription};
use sha2::{Digest as _, Sha256};

use super::common::{batch_ref, id, later, task};
use super::{called, kind};
use crate::items::{self, Item};
use crate::kept::{Kind, Set, shown};

pub const KINDS: &[Kind] = &[
    kind("batch header", || batch_of(40).header, read_header),
    called(
        "batch header with its payload",
        "batch header",
        || batch_of(2).header,
        |item, _| read_deliveries(item, item),
    ),
    kind(
        "batch payload",
        || batch_of(40).payload.unwrap(),
        |item, set| read_deliveries(item, &set["batch header"]),
    ),
    called("batch header of browsers", "batch header", || browsers().header, read_header),
    called(
        "batch payload of browsers",
        "batch payload",
        || browsers().payload.unwrap(),
        |item, set| read_deliveries(item, &set["batch header of browsers"]),
    ),
];

/// Digits that do not compress.
fn token(nth: usize) -> String {
    hex(&Sha256::digest(nth.to_be_bytes()))
}

pub fn deliveries(count: usize) -> Vec<Delivery> {
    let handles = [
        Some(Handle::NotifyId(730_021)),
        Some(Handle::CollapseId("sale".to_owned())),
        Some(Handle::Tag("sale".to_owned())),
        Some(Handle::NotifyKey("sale1".to_owned())),
        None,
    ];
    let of = |nth: usize| Delivery {
        handle: handles[nth % handles.len()].clone(),
        vendor_task: nth.is_multiple_of(3).then(|| id("task-2")),
        locale: nth.is_multiple_of(4).then(|| id("zh-CN")),
        ..Delivery::new(id(&format!("user-{nth}")), id(&token(nth)))
    };
    (0..count).map(of).collect()
}

pub fn header(channel: Channel, deliveries: &[Delivery]) -> BatchHeader {
    BatchHeader {
        batch: batch_ref(),
        channel,
        count: u16::try_from(deliveries.len()).unwrap(),
        without_handle: 1,
        audiences: u16::from(channel == Channel::Fcm),
        sending: Sending::Sent,
        sent_at: later(-300),
        recorded_at: later(-299),
        digest: batch::digest(channel, Sending::Sent, None, deliveries),
    }
}

fn batch_of(count: usize) -> items::batch::Written {
    let deliveries = deliveries(count);
    items::batch::write(&header(Channel::Huawei, &deliveries), &deliveries).unwrap()
}

fn browsers() -> items::batch::Written {
    let of = |nth: u8| {
        let mut point = [nth; 65];
        point[0] = 4;
        let key = PublicKey::of_bytes(point).unwrap();
        let subscription = Subscription {
            p256dh: key,
            auth: [nth; 16],
            vapid_key: nth.is_multiple_of(2).then_some(key),
        };
        Delivery {
            handle: Some(Handle::Tag("sale".to_owned())),
            subscription: Some(Box::new(subscription)),
            ..Delivery::new(
                id(&format!("user-{nth}")),
                id(&format!("https://fcm.googleapis.com/fcm/send/{}", token(nth.into()))),
            )
        }
    };
    let deliveries: Vec<Delivery> = (0..10).map(of).collect();
    items::batch::write(&header(Channel::WebPush, &deliveries), &deliveries).unwrap()
}

fn read_header(item: &Item, _: &Set) -> Result<String, StoreError> {
    let outline = shown(items::batch::read_outline(item))?;
    let count = shown(items::batch::read_count(item))?;
    let known = shown(items::batch::read_known(item))?;
    Ok(shown(items::batch::read(&task(), 7, item))? + &outline + &count + &known)
}

fn read_deliveries(item: &Item, header: &Item) -> Result<String, StoreError> {
    let header = items::batch::read(&task(), 7, header)?;
    shown(items::batch::read_deliveries(item, &header))
}
