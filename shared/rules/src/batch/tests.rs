use super::*;
use crate::web_push::PublicKey;

#[test]
fn an_apns_token_in_another_letter_case_is_the_same_phone() {
    let deliveries = ["00fcab", "00FCAB"].map(|token| Delivery::new("user".parse().unwrap(), token.parse().unwrap()));
    assert_eq!(
        check(Channel::Apns, &PushHosts::default(), &deliveries),
        Err(BatchError::TokenTwice { at: 1 })
    );
    // To the others these are two devices.
    assert_eq!(check(Channel::Xiaomi, &PushHosts::default(), &deliveries), Ok(()));
}

/// One that its channel takes.
fn delivery(channel: Channel) -> Delivery {
    let target = "user".parse().unwrap();
    match channel.facts().tokens {
        Tokens::AsTheyAre | Tokens::Hexadecimal | Tokens::DevicesOrAudiences => Delivery::new(target, "00fcab".parse().unwrap()),
        Tokens::Endpoints => Delivery {
            subscription: Some(Box::new(Subscription {
                p256dh: PublicKey::of_bytes([4; 65]).unwrap(),
                auth: [7; 16],
                vapid_key: None,
            })),
            ..Delivery::new(target, "https://fcm.googleapis.com/wp/a".parse().unwrap())
        },
    }
}

#[test]
fn only_a_browser_has_keys_and_an_endpoint() {
    let hosts = PushHosts::default();
    let to = |token: &str, of: Channel| Delivery {
        token: token.parse().unwrap(),
        ..delivery(of)
    };
    let (browser, phone) = (Channel::WebPush, Channel::Huawei);
    let checked = |channel, delivery| check(channel, &hosts, &[delivery]);
    assert_eq!(checked(browser, delivery(browser)), Ok(()));
    assert_eq!(checked(browser, delivery(phone)), Err(BatchError::WithoutKeys { at: 0 }));
    assert_eq!(checked(phone, delivery(browser)), Err(BatchError::Keys { at: 0 }));
    let elsewhere = checked(browser, to("https://push.example/a", browser)).unwrap_err();
    assert!(matches!(elsewhere, BatchError::Endpoint { at: 0, .. }));
    assert!(elsewhere.to_string().starts_with("endpoint_not_allowed"));
    let long = "x".repeat(513);
    assert_eq!(checked(phone, to(&long, phone)), Err(BatchError::TokenTooLong { at: 0, most: 512 }));
    assert_eq!(checked(browser, to(&format!("https://fcm.googleapis.com/{long}"), browser)), Ok(()));
    let hosts = PushHosts::parse("push.example").unwrap();
    assert_eq!(check(browser, &hosts, &[to("https://push.example/a", browser)]), Ok(()));
}

#[test]
fn keys_are_part_of_what_tells_two_batches_apart() {
    let told = |change: fn(&mut Subscription)| {
        let mut delivery = delivery(Channel::WebPush);
        change(delivery.subscription.as_deref_mut().unwrap());
        digest(Channel::WebPush, Sending::Sent, None, &[delivery])
    };
    let all = [
        told(|_| {}),
        told(|subscription| subscription.auth[0] = 1),
        told(|subscription| {
            subscription.p256dh = PublicKey::of_bytes([[4; 33].as_slice(), &[5; 32]].concat().try_into().unwrap()).unwrap();
        }),
        told(|subscription| subscription.vapid_key = Some(subscription.p256dh)),
    ];
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), 4);
}

#[test]
fn a_handle_of_another_channel_is_told_which_one_this_takes() {
    let sent_with = |channel: Channel, handle: Handle| Delivery {
        handle: Some(handle),
        ..delivery(channel)
    };
    for channel in Channel::ALL {
        for (handle, kind) in [
            (Handle::NotifyId(7), HandleKind::NotifyId),
            (Handle::CollapseId("c".to_owned()), HandleKind::CollapseId),
            (Handle::Tag("t".to_owned()), HandleKind::Tag),
            (Handle::NotifyKey("k".to_owned()), HandleKind::NotifyKey),
        ] {
            assert_eq!(handle.kind(), kind);
            let takes = channel.facts().handle;
            let wrong = BatchError::WrongHandle { at: 0, channel };
            let said = if kind == takes { Ok(()) } else { Err(wrong) };
            assert_eq!(check(channel, &PushHosts::default(), &[sent_with(channel, handle)]), said);
            assert!(
                wrong.to_string().ends_with(&format!("{channel} takes {}", takes.field())),
                "{wrong}"
            );
        }
    }
}

#[test]
fn a_tag_and_a_notify_key_have_an_alphabet_and_a_length() {
    for (longest, text) in [(MAX_TAG_BYTES, "sale-2026_11"), (MAX_NOTIFY_KEY_BYTES, "aZ09-_")] {
        assert!(is_name(text, longest));
        assert!(is_name(&"x".repeat(longest), longest));
        for bad in ["", "a b", "a.b", "促", "a/b", "a+b", "a=", &"x".repeat(longest + 1)] {
            assert!(!is_name(bad, longest), "{bad}");
        }
    }
}

#[test]
fn the_same_text_as_another_kind_of_handle_is_another_batch() {
    let of = |handle: Handle| {
        let delivery = Delivery {
            handle: Some(handle),
            ..Delivery::new("user".parse().unwrap(), "t".parse().unwrap())
        };
        digest(Channel::Apns, Sending::Sent, None, &[delivery])
    };
    let all = [
        of(Handle::CollapseId("x".to_owned())),
        of(Handle::Tag("x".to_owned())),
        of(Handle::NotifyKey("x".to_owned())),
    ];
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
}
