//! Deliveries into columns.

use revocation_rules::batch::{Delivery, Handle, MAX_DELIVERIES};
use revocation_rules::ids::{Locale, VendorTaskId};

use super::cursor::put_number;
use super::{options, subscriptions, texts};
use crate::items::frame;
use crate::items::packed::MAX_UNPACKED;

pub(super) const VERSION: u8 = 2;
/// With keys.
pub(super) const WITH_KEYS: u8 = 3;

/// The payload of a batch. `None` for more than 1,000 deliveries, or more text than [`unpack`](super::unpack) would
/// read back.
pub fn pack(deliveries: &[Delivery]) -> Option<Vec<u8>> {
    let plain = without_keys(deliveries)?;
    if deliveries.iter().all(|delivery| delivery.subscription.is_none()) {
        return Some(plain);
    }
    let mut packed = vec![WITH_KEYS];
    put_number(&mut packed, plain.len() as u64);
    packed.extend(plain);
    subscriptions::write(deliveries, &mut packed);
    Some(packed)
}

fn without_keys(deliveries: &[Delivery]) -> Option<Vec<u8>> {
    if deliveries.len() > MAX_DELIVERIES || deliveries.iter().map(size).sum::<usize>() > MAX_UNPACKED {
        return None;
    }
    let (mut columns, mut bits) = (Vec::new(), Vec::new());
    put_number(&mut columns, deliveries.len() as u64);
    texts::write(deliveries.iter().map(|delivery| delivery.token.as_str()), &mut columns, &mut bits);
    if deliveries.iter().all(Delivery::is_named_by_its_token) {
        columns.push(texts::OF_TOKENS);
    } else {
        texts::write(deliveries.iter().map(|delivery| delivery.target.as_str()), &mut columns, &mut bits);
    }
    options::write_numbers(deliveries.iter().map(notify_id), &mut columns);
    options::write_texts(deliveries.iter().map(collapse_id), &mut columns);
    options::write_texts(
        deliveries
            .iter()
            .map(|delivery| delivery.vendor_task.as_ref().map(VendorTaskId::as_str)),
        &mut columns,
    );
    options::write_texts(
        deliveries.iter().map(|delivery| delivery.locale.as_ref().map(Locale::as_str)),
        &mut columns,
    );
    // Most batches have neither, and their bytes are what they were before there were any.
    if deliveries
        .iter()
        .any(|delivery| tag(delivery).is_some() || notify_key(delivery).is_some())
    {
        options::write_texts(deliveries.iter().map(tag), &mut columns);
        options::write_texts(deliveries.iter().map(notify_key), &mut columns);
    }

    let columns = frame::compress(&columns)?;
    let mut packed = Vec::with_capacity(columns.len() + bits.len() + 32);
    packed.push(VERSION);
    put_number(&mut packed, columns.len() as u64);
    packed.extend(columns);
    if !bits.is_empty() {
        packed.extend(frame::compress(&bits)?);
    }
    Some(packed)
}

/// How much text a delivery holds, in bytes.
fn size(delivery: &Delivery) -> usize {
    let task = delivery.vendor_task.as_ref().map_or(0, |task| task.as_str().len());
    let locale = delivery.locale.as_ref().map_or(0, |locale| locale.as_str().len());
    let handle = [collapse_id(delivery), tag(delivery), notify_key(delivery)].map(|handle| handle.map_or(0, str::len));
    delivery.token.as_str().len() + delivery.target.as_str().len() + handle.iter().sum::<usize>() + task + locale
}

fn notify_id(delivery: &Delivery) -> Option<u32> {
    delivery.handle.as_ref().and_then(Handle::notify_id)
}

fn collapse_id(delivery: &Delivery) -> Option<&str> {
    match &delivery.handle {
        Some(Handle::CollapseId(id)) => Some(id),
        Some(Handle::NotifyId(_) | Handle::Tag(_) | Handle::NotifyKey(_)) | None => None,
    }
}

fn tag(delivery: &Delivery) -> Option<&str> {
    match &delivery.handle {
        Some(Handle::Tag(tag)) => Some(tag),
        Some(Handle::NotifyId(_) | Handle::CollapseId(_) | Handle::NotifyKey(_)) | None => None,
    }
}

fn notify_key(delivery: &Delivery) -> Option<&str> {
    match &delivery.handle {
        Some(Handle::NotifyKey(key)) => Some(key),
        Some(Handle::NotifyId(_) | Handle::CollapseId(_) | Handle::Tag(_)) | None => None,
    }
}
