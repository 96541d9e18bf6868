//! What deliveries to browsers are encrypted with. Keys are random: they stand behind everything else as the bytes they are,
//! and are not compressed.
//!
//! | part | holds |
//! |---|---|
//! | column of numbers | 0 for each delivery that has a subscription |
//! | column of texts | the sender's keys, where they were recorded |
//! | 80 bytes for each | `p256dh` without its first byte, which is always 4; `auth` |

use revocation_rules::batch::Delivery;
use revocation_rules::web_push::{PublicKey, Subscription};

use super::cursor::Cursor;
use super::options;

const UNCOMPRESSED: u8 = 4;
const POINT_BYTES: usize = 64;
const AUTH_BYTES: usize = 16;

pub fn write(deliveries: &[Delivery], to: &mut Vec<u8>) {
    let each = || deliveries.iter().map(|delivery| delivery.subscription.as_deref());
    options::write_numbers(each().map(|one| one.map(|_| 0)), to);
    let vapid_keys: Vec<Option<String>> = each().map(|one| Some(one?.vapid_key?.text())).collect();
    options::write_texts(vapid_keys.iter().map(Option::as_deref), to);
    for one in each().flatten() {
        to.extend(&one.p256dh.bytes()[1..]);
        to.extend(one.auth);
    }
}

/// `None` for bytes that [`write`] does not make of so many deliveries.
pub fn read(bytes: &[u8], count: usize) -> Option<Vec<Option<Box<Subscription>>>> {
    let mut bytes = Cursor(bytes);
    let there = options::read_numbers(count, &mut bytes)?;
    let vapid_keys = options::read_texts(count, &mut bytes)?;
    let all = there
        .into_iter()
        .zip(vapid_keys)
        .map(|(there, vapid_key)| match (there, vapid_key) {
            (None, None) => Some(None),
            (None, Some(_)) => None,
            (Some(_), vapid_key) => one(&mut bytes, vapid_key).map(|one| Some(Box::new(one))),
        });
    let all: Vec<_> = all.collect::<Option<_>>()?;
    bytes.0.is_empty().then_some(all)
}

fn one(bytes: &mut Cursor<'_>, vapid_key: Option<&str>) -> Option<Subscription> {
    let mut p256dh = [UNCOMPRESSED; POINT_BYTES + 1];
    p256dh[1..].copy_from_slice(bytes.bytes(POINT_BYTES)?);
    Some(Subscription {
        p256dh: PublicKey::of_bytes(p256dh).ok()?,
        auth: bytes.bytes(AUTH_BYTES)?.try_into().ok()?,
        vapid_key: vapid_key.map(PublicKey::parse).transpose().ok()?,
    })
}
