//! The limits of a recording.

use super::*;

#[test]
fn both_agree_on_the_limits_of_a_recording() {
    let deliveries = |count: usize| (0..count).map(|at| json!({ "token": format!("t{at}") })).collect::<Vec<_>>();
    check_limits(
        "recordTaskDeliveries",
        &json!({ "batch_id": "b", "channel": "huawei", "deliveries": [{ "token": "t" }] }),
        &[
            (
                "/batch_id",
                vec![json!("b".repeat(128)), json!("A-z_0.9")],
                vec![json!(""), json!("b".repeat(129)), json!("a b"), json!("a/b")],
            ),
            ("/channel", vec![json!("sms"), json!("apns")], vec![json!("fax"), json!("Huawei")]),
            ("/sent_at", vec![json!("2026-11-23T08:00:00Z")], vec![json!("now")]),
            (
                "/notify_id",
                vec![json!(1), json!(2_147_483_647)],
                vec![json!(0), json!(-1), json!(2_147_483_648_u32), json!(1.5), json!("7")],
            ),
            (
                "/vendor_task_id",
                vec![json!("t".repeat(64)), json!("A-z_0.9")],
                vec![json!(""), json!("t".repeat(65)), json!("a/b"), json!(7)],
            ),
            (
                "/locale",
                vec![json!("en"), json!("zh-Hant-TW")],
                vec![json!(""), json!("e"), json!("en_US"), json!(7)],
            ),
            ("/held_back", vec![json!(true), json!(false)], vec![json!("no"), json!(0)]),
            (
                "/deliveries",
                vec![json!(deliveries(1_000))],
                vec![json!([]), json!(deliveries(1_001)), json!({})],
            ),
            (
                "/deliveries/0",
                vec![
                    json!({ "token": "t".repeat(512) }),
                    json!({ "token": "t", "target": "u".repeat(4_096) }),
                    json!({ "token": "t", "notify_id": 7 }),
                ],
                vec![
                    json!({}),
                    json!({ "token": "" }),
                    json!({ "token": "t".repeat(513), "target": "u" }),
                    json!({ "token": "a\u{7f}", "target": "u" }),
                    json!({ "token": "t", "target": "" }),
                    json!({ "token": "t", "target": "u".repeat(4_097) }),
                    json!({ "token": "t", "target": "a\u{85}b" }),
                    json!({ "token": "t", "notify_id": 0 }),
                    json!({ "token": "t", "notify_id": 7, "collapse_id": "c" }),
                    json!({ "token": "t", "notify_id": 7, "tag": "a" }),
                    json!({ "token": "t", "notify_id": 7, "notify_key": "k" }),
                    json!({ "token": "t", "collapse_id": "c", "tag": "a" }),
                    json!({ "token": "t", "tag": "a", "notify_key": "k" }),
                    json!({ "token": "t", "planted": 1 }),
                ],
            ),
        ],
    );
    check_limits(
        "recordMessageDeliveries",
        &json!({ "batch_id": "b", "channel": "apns", "deliveries": [{ "token": "t" }] }),
        &[(
            "/collapse_id",
            vec![json!("c".repeat(64))],
            vec![json!(""), json!("c".repeat(65)), json!(7)],
        )],
    );
    check_limits(
        "recordTaskDeliveries",
        &json!({ "batch_id": "b", "channel": "fcm", "deliveries": [{ "token": "t" }] }),
        &[(
            "/tag",
            vec![json!("t".repeat(32)), json!("A-z_09")],
            vec![
                json!(""),
                json!("t".repeat(33)),
                json!("a b"),
                json!("a.b"),
                json!("\u{4fc3}"),
                json!(7),
            ],
        )],
    );
}

#[test]
fn both_agree_on_the_limits_of_a_recording_of_browsers() {
    let (point, auth) = (
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    );
    let endpoint = |length: usize| format!("https://fcm.googleapis.com/wp/{}", "a".repeat(length - 30));
    let keys = |p256dh: &str, auth: &str| json!({ "p256dh": p256dh, "auth": auth });
    let browser = json!({ "token": endpoint(200), "keys": keys(point, auth) });
    check_limits(
        "recordTaskDeliveries",
        &json!({ "batch_id": "b", "channel": "web_push", "deliveries": [browser] }),
        &[
            ("/channel", vec![], vec![json!("huawei"), json!("sms")]),
            ("/vapid_key", vec![json!(point)], vec![json!(""), json!(auth), json!(7)]),
            (
                "/tag",
                vec![json!("t".repeat(32))],
                vec![json!(""), json!("t".repeat(33)), json!("a b")],
            ),
            (
                "/deliveries/0/token",
                vec![json!(endpoint(1_024))],
                vec![json!(endpoint(1_025)), json!("t"), json!("http://fcm.googleapis.com/wp/a")],
            ),
            (
                "/deliveries/0/keys",
                vec![
                    keys(&format!("{point}="), &format!("{auth}==")),
                    keys(&point.replace('-', "+").replace('_', "/"), auth),
                ],
                vec![
                    json!({}),
                    keys(auth, auth),
                    keys(point, point),
                    keys(&point[1..], auth),
                    // A point that is compressed, and one that is neither.
                    keys(&point[..44], auth),
                    keys(&format!("Bg{}", &point[2..]), auth),
                    json!({ "p256dh": point, "auth": auth, "planted": 1 }),
                ],
            ),
            ("/deliveries/0", vec![], vec![json!({ "token": endpoint(200) })]),
        ],
    );
}
