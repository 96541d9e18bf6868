use proptest::prelude::*;
use revocation_rules::batch::{Delivery, Handle};
use revocation_rules::channel::HandleKind;
use revocation_rules::ids::TargetId;
use revocation_rules::web_push::{PublicKey, Subscription};

use super::cursor::{Cursor, put_number};
use super::{pack, unpack};
use crate::items::{frame, packed};

fn delivery(token: &str, target: &str) -> Delivery {
    Delivery::new(target.parse().unwrap(), token.parse().unwrap())
}

/// Tokens as the vendors make them, some of other lengths, some of no alphabet.
fn token() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9a-f]{64}",
        "[0-9A-F]{64}",
        "IQAAAACy[0-9A-Za-z_-]{122}",
        "[0-9A-Za-z_-]{1,140}",
        "d//[0-9A-Za-z+/]{40}=",
        "CN_[0-9a-f]{32}",
        "[0-9]{20,23}",
        "\\PC{1,60}",
    ]
}

fn any_delivery(token: impl Strategy<Value = String>) -> impl Strategy<Value = Delivery> {
    let handle = prop_oneof![
        Just(None),
        any::<u32>().prop_map(|id| Some(Handle::NotifyId(id))),
        ".{0,20}".prop_map(|id| Some(Handle::CollapseId(id))),
        "[A-Za-z0-9_-]{1,32}".prop_map(|tag| Some(Handle::Tag(tag))),
        "[A-Za-z0-9_-]{1,8}".prop_map(|key| Some(Handle::NotifyKey(key))),
    ];
    let task = prop_oneof![Just(None), "[a-z0-9]{1,10}".prop_map(Some)];
    let locale = prop_oneof![Just(None), Just(Some("en")), Just(Some("zh-CN"))];
    let target = prop_oneof![Just(None), "user-[0-9]{1,6}".prop_map(Some), "\\PC{1,20}".prop_map(Some)];
    let subscription = prop_oneof![4 => Just(None), 1 => subscription().prop_map(Some)];
    (token, target, handle, task, locale, subscription).prop_map(|(token, target, handle, task, locale, subscription)| {
        let token = token.parse().unwrap();
        Delivery {
            target: target.map_or_else(|| TargetId::of_token(&token), |target| target.parse().unwrap()),
            token,
            handle,
            vendor_task: task.map(|task| task.parse().unwrap()),
            locale: locale.map(|locale| locale.parse().unwrap()),
            subscription: subscription.map(Box::new),
        }
    })
}

fn public_key() -> impl Strategy<Value = PublicKey> {
    any::<[u8; 32]>().prop_map(|random| PublicKey::of_bytes([&[4_u8][..], &random, &random].concat().try_into().unwrap()).unwrap())
}

fn subscription() -> impl Strategy<Value = Subscription> {
    let vapid_key = prop_oneof![Just(None), public_key().prop_map(Some)];
    (public_key(), any::<[u8; 16]>(), vapid_key).prop_map(|(p256dh, auth, vapid_key)| Subscription { p256dh, auth, vapid_key })
}

/// Deliveries to browsers, as they are recorded.
fn browsers() -> impl Strategy<Value = Vec<Delivery>> {
    let endpoint = "https://fcm\\.googleapis\\.com/fcm/send/[0-9A-Za-z_-]{11}:APA91b[0-9A-Za-z_-]{134}";
    let with_keys = (any_delivery(endpoint), subscription()).prop_map(|(delivery, subscription)| Delivery {
        subscription: Some(Box::new(subscription)),
        ..delivery
    });
    prop::collection::vec(with_keys, 0..40)
}

fn without_keys(deliveries: &[Delivery]) -> Vec<Delivery> {
    let without = |delivery: &Delivery| Delivery {
        subscription: None,
        ..delivery.clone()
    };
    deliveries.iter().map(without).collect()
}

fn batches() -> impl Strategy<Value = Vec<Delivery>> {
    prop_oneof![
        prop::collection::vec(any_delivery(token()), 0..40),
        prop::collection::vec(any_delivery("[0-9a-f]{64}"), 0..40),
        prop::collection::vec(any_delivery("IQAAAACy[0-9A-Za-z_-]{122}"), 0..40),
        prop::collection::vec(any_delivery("[0-9A-F]{17}"), 0..40),
    ]
}

fn without_further_handles(deliveries: &[Delivery]) -> Vec<Delivery> {
    let is_further = |handle: &Handle| matches!(handle.kind(), HandleKind::Tag | HandleKind::NotifyKey);
    let without = |delivery: &Delivery| Delivery {
        handle: delivery.handle.clone().filter(|handle| !is_further(handle)),
        ..delivery.clone()
    };
    deliveries.iter().map(without).collect()
}

proptest! {
    #[test]
    fn what_is_packed_is_unpacked(deliveries in batches()) {
        let packed = pack(&deliveries).unwrap();
        prop_assert_eq!(packed[0], if deliveries == without_keys(&deliveries) { 2 } else { 3 });
        prop_assert_eq!(unpack(&packed), Some(deliveries));
    }

    #[test]
    fn keys_are_packed_beside_what_a_batch_is_without_them(
        deliveries in browsers(),
        cut in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let packed = pack(&deliveries).unwrap();
        let plain = pack(&without_keys(&deliveries)).unwrap();
        prop_assert!(packed.len() <= plain.len() + 10 + deliveries.len() * (80 + 90));
        prop_assert_eq!(unpack(&packed), Some(deliveries));
        let damaged = unpack(&packed[..cut.index(packed.len())]);
        prop_assert_eq!(damaged, None);
        let longer = unpack(&[&packed[..], &[byte]].concat());
        prop_assert_eq!(longer.filter(|_| packed[0] == 3), None);
    }

    #[test]
    fn a_payload_of_the_version_before_is_read(deliveries in batches()) {
        prop_assert_eq!(unpack(&packed::pack(&deliveries).unwrap()), Some(deliveries));
    }

    /// A batch of another form than the bytes say, or nothing: never a panic, and never too much.
    #[test]
    fn damaged_columns_are_no_payload_or_a_small_one(
        deliveries in batches(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let deliveries = without_keys(&deliveries);
        let whole = pack(&deliveries).unwrap();
        let (columns, bits) = parts(&whole);
        let mut damaged = columns.clone();
        let place = at.index(damaged.len());
        damaged[place] = byte;
        let read = unpack(&joined(&damaged, &bits));
        prop_assert!(read.is_none_or(|read| read.len() <= 1_000));
        let cut = cut.index(columns.len());
        // Cut just behind the columns that every batch has, it is whole, and nobody has a tag or a notify key.
        let read = unpack(&joined(&columns[..cut], &bits));
        prop_assert!(read.is_none_or(|read| read == without_further_handles(&deliveries)));
        let mut longer = columns;
        longer.push(byte);
        prop_assert_eq!(unpack(&joined(&longer, &bits)), None);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), columns in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = unpack(&bytes);
        let _ = unpack(&[&[2], &*bytes].concat());
        let _ = unpack(&joined(&columns, &bytes));
    }

    #[test]
    fn numbers_are_read_as_they_were_written(number in any::<u64>()) {
        let mut bytes = Vec::new();
        put_number(&mut bytes, number);
        let mut cursor = Cursor(&bytes);
        prop_assert_eq!(cursor.number(), Some(number));
        prop_assert_eq!(cursor.byte(), None);
    }
}

/// Columns and bits of a payload.
fn parts(payload: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut parts = Cursor(&payload[1..]);
    let length = parts.length().unwrap();
    let columns = frame::decompress(parts.bytes(length).unwrap(), packed::MAX_UNPACKED).unwrap();
    let bits = match parts.0 {
        [] => Vec::new(),
        bits => frame::decompress(bits, packed::MAX_UNPACKED).unwrap(),
    };
    (columns, bits)
}

fn joined(columns: &[u8], bits: &[u8]) -> Vec<u8> {
    let columns = frame::compress(columns).unwrap();
    let mut payload = vec![2];
    put_number(&mut payload, columns.len() as u64);
    payload.extend(columns);
    if !bits.is_empty() {
        payload.extend(frame::compress(bits).unwrap());
    }
    payload
}

#[test]
fn tokens_are_kept_as_the_bits_they_hold() {
    let hexadecimal = |nth: u32| {
        let parts = [0, 5, 10, 15, 20, 25, 30, 35].map(|by| format!("{:08x}", nth.wrapping_mul(2_654_435_761).rotate_left(by)));
        parts.concat()
    };
    let deliveries: Vec<Delivery> = (0..1_000).map(|nth| delivery(&hexadecimal(nth), "one and the same")).collect();
    let (columns, bits) = parts(&pack(&deliveries).unwrap());
    assert_eq!(bits.len(), 32_000);
    assert!(columns.len() < 3_000, "{}", columns.len());
}

#[test]
fn a_target_made_of_its_token_takes_no_place() {
    let one = |token: &str| Delivery::new(TargetId::of_token(&token.parse().unwrap()), token.parse().unwrap());
    let deliveries = [one("token-a"), one("token-b")];
    let packed = pack(&deliveries).unwrap();
    let (columns, _) = parts(&packed);
    assert!(!String::from_utf8_lossy(&columns).contains("device-"));
    assert_eq!(unpack(&packed).unwrap(), deliveries);
}

#[test]
fn a_bomb_does_not_go_off() {
    // A thousand collapse ids of a megabyte, said in one.
    let long = "x".repeat(1_000_000);
    let deliveries: Vec<Delivery> = (0..1_000)
        .map(|nth| Delivery {
            handle: Some(Handle::CollapseId(long.clone())),
            ..delivery(&format!("t{nth}"), "u")
        })
        .collect();
    assert_eq!(pack(&deliveries), None);
    let (columns, bits) = parts(&pack(&[deliveries[0].clone()]).unwrap());
    // One delivery that becomes a thousand: tokens of length 0 behind what all begin with.
    let mut bomb = Vec::new();
    put_number(&mut bomb, 1_000);
    bomb.extend([1, 1, b't']);
    bomb.extend([0; 1_000]);
    bomb.push(0);
    let of_one = columns.iter().rposition(|byte| *byte == b'u').unwrap();
    bomb.extend(&columns[of_one + 2..]);
    assert_eq!(unpack(&joined(&bomb, &bits)), None);
    // And what is not written out at all.
    let zeros = vec![0; packed::MAX_UNPACKED + 1];
    assert_eq!(unpack(&joined(&zeros, &[])), None);
    assert_eq!(unpack(&joined(&[0, 1, 0, 0, 0, 0, 0, 0], &zeros)), None);
}

#[test]
fn keys_of_browsers_take_eighty_bytes_each_and_a_key_of_the_site_takes_them_once() {
    let key = |nth: u8| PublicKey::of_bytes([&[4][..], &[nth; 64]].concat().try_into().unwrap()).unwrap();
    let with = |vapid_key| {
        let deliveries = (0..100_u8).map(|nth| Delivery {
            subscription: Some(Box::new(Subscription {
                p256dh: key(nth),
                auth: [nth; 16],
                vapid_key,
            })),
            ..delivery(&format!("https://web.push.apple.com/{nth}"), "u")
        });
        let deliveries: Vec<Delivery> = deliveries.collect();
        let packed = pack(&deliveries).unwrap();
        assert_eq!(unpack(&packed).unwrap(), deliveries);
        packed.len() - pack(&without_keys(&deliveries)).unwrap().len()
    };
    let keys = with(None);
    assert!((8_000..8_010).contains(&keys), "{keys}");
    assert_eq!(with(Some(key(7))), keys + 88);
}

#[test]
fn more_than_a_batch_may_have_is_no_payload() {
    let many = vec![delivery("t", "u"); 1_001];
    assert_eq!(pack(&many), None);
    assert!(pack(&many[..1_000]).is_some());
}

/// Three browsers, the second of which subscribed with a key that was recorded.
fn three_browsers() -> Vec<Delivery> {
    let key = |of: u8| PublicKey::of_bytes([&[4][..], &[of; 64]].concat().try_into().unwrap()).unwrap();
    let browsers = (1..=3_u8).map(|nth| Delivery {
        handle: Some(Handle::Tag("rv-9".to_owned())),
        subscription: Some(Box::new(Subscription {
            p256dh: key(nth),
            auth: [nth; 16],
            vapid_key: (nth == 2).then(|| key(9)),
        })),
        ..delivery(&format!("https://web.push.apple.com/Q{nth}-_Az09Az09Az09"), &format!("用户-{nth}"))
    });
    browsers.collect()
}

/// Of all versions; the files are only ever added to.
#[test]
fn what_was_stored_is_still_read() {
    let expected: Vec<Delivery> = (1..=3_u32)
        .map(|nth| Delivery {
            handle: Some(Handle::NotifyId(730_020 + nth)),
            vendor_task: (nth == 2).then(|| "task-2".parse().unwrap()),
            locale: Some(if nth == 3 { "zh-CN" } else { "en" }.parse().unwrap()),
            ..delivery(&format!("IQAAAACy{nth}-_Az09Az09Az09Az09"), &format!("用户-{nth}"))
        })
        .collect();
    let v1 = include_bytes!("../../../tests/fixtures/payload-v1.bin");
    let v2 = include_bytes!("../../../tests/fixtures/payload-v2.bin");
    assert_eq!(unpack(v1), Some(expected.clone()));
    assert_eq!(unpack(v2), Some(expected));
    let v3 = include_bytes!("../../../tests/fixtures/payload-v3.bin");
    assert_eq!(unpack(v3), Some(three_browsers()));
}

#[test]
fn what_was_stored_with_a_tag_or_a_notify_key_is_still_read() {
    let expected: Vec<Delivery> = [
        Some(Handle::Tag("sale-2026_11".to_owned())),
        None,
        Some(Handle::NotifyKey("k-7".to_owned())),
    ]
    .into_iter()
    .zip(1..)
    .map(|(handle, nth)| Delivery {
        handle,
        ..delivery(&format!("d{nth}:APA91bAz09-_Az09Az09Az09Az09"), &format!("user-{nth}"))
    })
    .collect();
    let stored = include_bytes!("../../../tests/fixtures/payload-v2-with-tags.bin");
    assert_eq!(unpack(stored), Some(expected));
}

#[test]
fn columns_of_tags_and_notify_keys_in_which_there_is_none_are_no_payload() {
    let (mut columns, bits) = parts(&pack(&[delivery("t", "u")]).unwrap());
    columns.extend([0, 0]);
    assert_eq!(unpack(&joined(&columns, &bits)), None);
}
