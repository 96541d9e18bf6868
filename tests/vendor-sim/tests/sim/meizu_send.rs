//! Meizu's `pushByPushId`.

use serde_json::{Value, json};

use crate::support::meizu::{APP, PATH, message, push, signed, spoiled};
use crate::support::{World, asked, encoded, form_with, is_cut};

const SIGN: &str = "ed3beb166703c2307e96db91cbf7d070";

/// Sends a spoiled message and expects 1005, and exactly one violation that says `what`.
async fn refused(pointer: &str, value: Value, what: &str) {
    let world = World::start().await;
    world.meizu_devices(&["device-1"]).await;
    let answer = world.meizu_send("device-1", &spoiled(pointer, value)).await;
    assert_eq!((&answer["code"], &answer["value"]), (&json!("1005"), &json!("")), "{pointer}");
    let violations = world.violations("meizu").await;
    assert_eq!(violations.len(), 1, "{pointer}");
    assert!(violations[0].contains(what), "{violations:?}");
    assert_eq!(world.device("meizu", "device-1").await["pushes"], json!(0));
}

#[tokio::test]
async fn a_correct_push_succeeds_and_is_shown() {
    let world = World::start().await;
    world.meizu_devices(&["device-1", "device-2"]).await;
    let answer = world.meizu_send("device-1,device-2", &message()).await;
    assert_eq!((&answer["code"], &answer["value"]), (&json!("200"), &json!({})));
    let device = world.device("meizu", "device-2").await;
    let shown = &device["notifications"][0];
    assert_eq!((&shown["key"], &shown["title"]), (&json!("rv9abc"), &json!("Message revoked")));
    assert_eq!((&shown["body"], &shown["silent"]), (&json!("消息已撤回"), &json!(true)));
    assert_eq!(shown["vendor_request_id"], answer["msgId"]);
    world.meizu_send("device-2", &message()).await;
    assert_eq!(world.titles("meizu", "device-2").await.len(), 1, "one key, one notification");
    let stats = world.stats("meizu").await;
    assert_eq!((&stats["calls"], &stats["pushes"]), (&json!(2), &json!(3)));
    assert_eq!(world.violations("meizu").await, Vec::<String>::new());
}

/// What Meizu's own Node SDK, version 1.0.3, sent; the app has its secret.
#[tokio::test]
async fn what_meizus_own_sdk_signed_is_taken() {
    let world = World::start().await;
    let devices = [
        "J0476035d625e6c64567f71487e040e7d017f0558675b",
        "J0476045d625e6c64567f71487e040e7d017f0558675b",
    ];
    world.meizu_devices(&devices).await;
    let message = concat!(
        r#"{"noticeBarInfo":{"noticeMsgType":1,"noticeBarType":0,"title":"Message revoked","content":"消息已撤回"},"#,
        r#""clickTypeInfo":{"clickType":0},"pushTimeInfo":{"offLine":1,"validTime":24},"#,
        r#""advanceInfo":{"suspend":0,"notificationType":{"vibrate":0,"lights":0,"sound":0},"notifyKey":"rv9abc"}}"#,
    );
    let form = vec![
        ("appId", APP.to_owned()),
        ("pushIds", devices.join(",")),
        ("messageJson", message.to_owned()),
        ("sign", SIGN.to_owned()),
    ];
    assert_eq!(world.meizu_form(&form).await["code"], json!("200"));
    assert_eq!(world.titles("meizu", devices[1]).await, ["Message revoked"]);
}

#[tokio::test]
async fn a_signature_is_required_and_right() {
    let world = World::start().await;
    world.meizu_devices(&["device-1"]).await;
    let good = push("device-1", &message());
    for (changes, code, violations) in [
        // A wrong secret, or another app's: the operator's.
        (vec![("sign", SIGN)], "1006", 0),
        (vec![("appId", "100998")], "110000", 0),
        // What was signed is not what is sent.
        (vec![("pushIds", "device-2")], "1006", 0),
        (vec![("sign", "ED3BEB166703C2307E96DB91CBF7D070")], "1006", 1),
        (vec![("sign", "abc")], "1006", 2),
        (vec![("sign", "")], "110004", 3),
    ] {
        let answer = world.meizu_form(&form_with(&good, &changes)).await;
        assert_eq!(answer["code"], json!(code), "{changes:?}");
        assert_eq!(world.violations("meizu").await.len(), violations, "{changes:?}");
    }
    assert_eq!(world.device("meizu", "device-1").await["pushes"], json!(0));
}

#[tokio::test]
async fn other_paths_methods_and_bodies_are_refused() {
    let world = World::start().await;
    let body = encoded(&push("device-1", &message()));
    for path in [
        "/garcia/api/server/push/pushTask/cancel",
        "/garcia/api/server/push/unvarnished/pushByPushId",
    ] {
        assert_eq!(asked(world.meizu_body(path, body.clone())).await.0, 404, "{path}");
    }
    let url = format!("{}{PATH}", world.sim.url("meizu"));
    assert_eq!(asked(world.client.get(&url)).await.0, 405);
    let gbk = world
        .client
        .post(&url)
        .header("content-type", "application/x-www-form-urlencoded;charset=gbk")
        .body(body.clone());
    assert_eq!(asked(gbk).await.1["code"], json!("1005"));
    let twice = world.meizu_body(PATH, format!("{body}&appId={APP}"));
    assert_eq!(asked(twice).await.1["code"], json!("1005"));
    let more = signed(vec![
        ("appId", APP.to_owned()),
        ("pushIds", "device-1".to_owned()),
        ("messageJson", message().to_string()),
        ("alias", "a".to_owned()),
    ]);
    assert_eq!(world.meizu_form(&more).await["code"], json!("1005"));
    assert_eq!(world.violations("meizu").await.len(), 6);
}

#[tokio::test]
async fn a_hundred_devices_are_accepted_and_one_more_is_not() {
    let world = World::start().await;
    let devices: Vec<String> = (0..101).map(|n| format!("device-{n}")).collect();
    world.meizu_devices(&devices.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert_eq!(world.meizu_send(&devices[..100].join(","), &message()).await["code"], json!("200"));
    assert_eq!(world.stats("meizu").await["pushes"], json!(100));
    for devices in [devices.join(",").as_str(), "device-1,,device-2"] {
        assert_eq!(world.meizu_send(devices, &message()).await["code"], json!("1005"));
    }
    assert_eq!(world.violations("meizu").await.len(), 2);
}

#[tokio::test]
async fn every_part_of_a_message_has_its_range() {
    let long = |letters: usize| json!("字".repeat(letters));
    for (pointer, value, what) in [
        ("/noticeBarInfo/title", long(33), "title"),
        ("/noticeBarInfo/title", json!(""), "title"),
        ("/noticeBarInfo/content", long(101), "content"),
        ("/noticeBarInfo/content", json!(""), "content"),
        ("/noticeBarInfo/noticeMsgType", json!(2), "noticeMsgType"),
        ("/noticeBarInfo/noticeBarType", json!(1), "noticeBarType"),
        ("/noticeExpandInfo", json!({"noticeExpandType": 1}), "noticeExpandType"),
        ("/clickTypeInfo/clickType", json!(4), "clickType"),
        ("/clickTypeInfo/clickType", json!(2), "clickType lacks"),
        ("/pushTimeInfo/offLine", json!(2), "offLine"),
        ("/pushTimeInfo/validTime", json!(0), "validTime"),
        ("/pushTimeInfo/validTime", json!(73), "validTime"),
        ("/advanceInfo/suspend", json!(2), "suspend"),
        ("/advanceInfo/notificationType/sound", json!(2), "sound"),
        ("/advanceInfo/notifyKey", json!("nine-long"), "notifyKey"),
        ("/advanceInfo/notifyKey", json!("a.b"), "notifyKey"),
        ("/extra", json!({"callback": ""}), "callback"),
        (
            "/extra",
            json!({"callback": "u", "callback.param": "x".repeat(65)}),
            "callback.param",
        ),
        ("/extra", json!({"callback": "u", "callback.type": 4}), "callback.type"),
    ] {
        refused(pointer, value, what).await;
    }
}

#[tokio::test]
async fn an_unknown_field_a_wrong_type_or_a_missing_part_is_refused() {
    refused("/noticeBarInfo/notify_key", json!(1), "unknown field").await;
    refused("/payload", json!({}), "unknown field").await;
    refused("/advanceInfo/notifyKey", json!(7), "a field has the wrong type").await;
    refused("/noticeBarInfo", Value::Null, "missing field").await;
    refused("/noticeBarInfo/title", Value::Null, "missing field").await;
    let world = World::start().await;
    let form = signed(vec![
        ("appId", APP.to_owned()),
        ("pushIds", "device-1".to_owned()),
        ("messageJson", "{".to_owned()),
    ]);
    assert_eq!(world.meizu_form(&form).await["code"], json!("1005"));
}

#[tokio::test]
async fn the_longest_texts_and_times_are_accepted() {
    let world = World::start().await;
    world.meizu_devices(&["device-1"]).await;
    let mut longest = spoiled("/noticeBarInfo/title", json!("字".repeat(32)));
    longest["noticeBarInfo"]["content"] = json!("字".repeat(100));
    longest["pushTimeInfo"]["validTime"] = json!(72);
    longest["advanceInfo"]["notifyKey"] = json!("aZ09-_.x".replace('.', "y"));
    longest["extra"] = json!({"callback": "u".repeat(128), "callback.param": "task/t1/b1", "callback.type": 3});
    assert_eq!(world.meizu_send("device-1", &longest).await["code"], json!("200"));
    let least = json!({"noticeBarInfo": {"title": "t", "content": "c"}});
    assert_eq!(world.meizu_send("device-1", &least).await["code"], json!("200"));
    assert_eq!(world.titles("meizu", "device-1").await.len(), 2);
    assert_eq!(world.violations("meizu").await, Vec::<String>::new());
}

#[tokio::test]
async fn quiet_is_what_asks_for_neither_sound_nor_vibration() {
    let world = World::start().await;
    world.meizu_devices(&["device-1"]).await;
    for (sounds, silent) in [
        (json!({"vibrate": 0, "sound": 0, "lights": 1}), true),
        (json!({"vibrate": 0}), false),
        (json!({"vibrate": 1, "sound": 0}), false),
        (json!({}), false),
    ] {
        world
            .meizu_send("device-1", &spoiled("/advanceInfo/notificationType", sounds.clone()))
            .await;
        let device = world.device("meizu", "device-1").await;
        assert_eq!(device["notifications"][0]["silent"], json!(silent), "{sounds}");
    }
}

#[tokio::test]
async fn what_is_not_to_be_kept_is_lost_on_a_device_that_is_offline() {
    let world = World::start().await;
    for (off_line, shown) in [(1, 1), (0, 0)] {
        let device = format!("device-{off_line}");
        world.devices("meizu", APP, &[&device], "offline").await;
        world.meizu_send(&device, &spoiled("/pushTimeInfo/offLine", json!(off_line))).await;
        world.control("/online", json!({"vendor": "meizu", "tokens": [device]})).await;
        assert_eq!(world.titles("meizu", &device).await.len(), shown, "{off_line}");
    }
}

#[tokio::test]
async fn devices_that_were_not_reached_stand_under_their_codes_and_the_code_is_still_200() {
    let world = World::start().await;
    world.meizu_devices(&["device-1", "busy", "off"]).await;
    world.devices("meizu", APP, &["gone"], "unregistered").await;
    world.devices("meizu", "7", &["elsewhere"], "active").await;
    world.order("meizu", json!({"fail_tokens": {"busy": "520", "off": "110010"}})).await;
    let answer = world.meizu_send("nobody,device-1,gone,elsewhere,busy,off", &message()).await;
    assert_eq!(answer["code"], json!("200"));
    assert_eq!(
        answer["value"],
        json!({"110002": ["gone", "elsewhere"], "110003": ["nobody"], "110010": ["off"], "520": ["busy"]})
    );
    assert_eq!(world.stats("meizu").await["pushes"], json!(1));
    assert_eq!(world.meizu_send("nobody", &message()).await["code"], json!("200"));
    assert_eq!(world.violations("meizu").await, Vec::<String>::new());
}

#[tokio::test]
async fn it_misbehaves_on_order() {
    let world = World::start().await;
    world.meizu_devices(&["device-1"]).await;
    world
        .order(
            "meizu",
            json!({"throttle_next": 1, "retry_after_s": 7, "fail_tokens": {"device-1": "110031"}}),
        )
        .await;
    assert_eq!(world.meizu_send("device-1", &message()).await["code"], json!("110010"));
    assert_eq!(world.meizu_send("device-1", &message()).await["code"], json!("110031"));
    world.order("meizu", json!({"fail_tokens": {"device-1": null}})).await;
    world.order("meizu", json!({"error_next": {"n": 1, "status": 502}})).await;
    assert_eq!(asked(world.meizu_body(PATH, encoded(&push("device-1", &message())))).await.0, 502);
    world.order("meizu", json!({"drop_after_effect_next": 1})).await;
    let lost = world.meizu_body(PATH, encoded(&push("device-1", &message()))).send().await;
    assert!(is_cut(&lost));
    assert_eq!(world.device("meizu", "device-1").await["pushes"], json!(1));
}
