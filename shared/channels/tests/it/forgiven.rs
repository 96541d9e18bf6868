//! Answers that are not in the documented form, each over real HTTPS: what says
//! yes in any form is a yes, what says no is none, and nobody ends with another.

use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::Answer;
use serde_json::{Value, json};

use crate::oppo::BATCH;
use crate::server::{Do, Server};
use crate::support::{devices, ended, overwritten, transient, unknown};
use crate::{apns, huawei, oppo, vivo, xiaomi};

fn refused(reason: &str) -> Answer {
    ended(Outcome::Refused, reason)
}

async fn oppo_says(data: Value) -> Vec<Answer> {
    let body = json!({"code": 0, "message": "success", "data": data}).to_string();
    let server = oppo::oppo(move |_, _| Do::answer(200, body.clone())).await;
    oppo::revoke(&server, &devices(2)).await
}

#[tokio::test]
async fn a_no_of_oppos_that_can_not_be_read_is_no_yes() {
    let good = json!({"registrationId": "r0", "messageId": "m"});
    for (bad, expected) in [
        (
            json!({"errorCode": "INVALID_REGID", "errorMessage": "x"}),
            refused("oppo:unreadable_code"),
        ),
        (json!({"errorCode": [10000]}), refused("oppo:unreadable_code")),
        (json!({"messageId": "m", "errorMessage": "x"}), refused("oppo:error_without_code")),
        (json!({}), transient("oppo:unsaid")),
        (json!({"errorCode": "10000"}), unknown("oppo:10000")),
        (json!({"errorCode": "0"}), overwritten()),
    ] {
        let mut target = bad.clone();
        target["registrationId"] = json!("r1");
        assert_eq!(oppo_says(json!([good, target])).await, [overwritten(), expected], "{bad}");
    }
}

#[tokio::test]
async fn a_yes_is_read_whatever_form_it_has() {
    for body in [
        r#"{"result":"ok","code":"0"}"#,
        r#"{"result":"ok","code":0.0}"#,
        "\u{feff}{\"result\":\"ok\",\"code\":0}",
        r#"{"result":"ok","code":0,"data":null} <!-- proxy -->"#,
        r#""{\"result\":\"ok\",\"code\":\"0\"}""#,
    ] {
        let server = Server::http1(move |_, _| Do::answer(200, body)).await;
        assert_eq!(xiaomi::revoke(&server, &devices(2)).await, vec![overwritten(); 2], "{body}");
    }
    for body in [r#"{"code":80000000}"#, r#"{"code":"80000000","msg":{}}"#] {
        let server = huawei::huawei(move |_, _| Do::answer(200, body)).await;
        let answers = huawei::revoke(&server, &crate::support::Case::of(Channel::Huawei, 2)).await;
        assert_eq!(answers, vec![overwritten(); 2], "{body}");
    }
    for body in [
        r#"{"result":"0","taskId":17,"invalidUsers":""}"#,
        r#"{"result":0.0,"taskId":"17","invalidUser":{}}"#,
    ] {
        let server = vivo::vivo(move |seen, _| {
            if seen.path == vivo::RECALL {
                vivo::result(10155)
            } else {
                Do::answer(200, body)
            }
        })
        .await;
        assert_eq!(vivo::revoke(&server, &vivo::devices(2)).await, vec![overwritten(); 2], "{body}");
    }
    let answers = oppo_says(json!(
        r#"[{"registrationId":" R0","messageId":7},{"registrationId":"r1","errorCode":"0"}]"#
    ))
    .await;
    assert_eq!(answers, vec![overwritten(); 2]);
}

#[tokio::test]
async fn a_compressed_or_foreign_encoding_is_read() {
    let json = r#"{"result":"ok","code":0,"description":"成功"}"#;
    let gbk = [
        br#"{"result":"ok","description":""#.as_slice(),
        &[0xB3, 0xC9, 0xB9, 0xA6],
        br#"","code":0}"#,
    ]
    .concat();
    let utf16 = [0xFEFF]
        .into_iter()
        .chain(json.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect::<Vec<u8>>();
    let deflated = miniz_oxide::deflate::compress_to_vec(json.as_bytes(), 6);
    let gzip = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &deflated, &[0; 8]].concat();
    let zlib = miniz_oxide::deflate::compress_to_vec_zlib(json.as_bytes(), 6);
    for (encoding, body) in [
        (None, gbk),
        (None, utf16),
        (Some("gzip"), gzip),
        (Some("deflate"), deflated),
        (Some("deflate"), zlib),
    ] {
        let answer = Do::bytes(body, encoding);
        let server = Server::http1(move |_, _| answer.clone()).await;
        let answers = xiaomi::revoke(&server, &devices(1)).await;
        assert_eq!(answers, [overwritten()], "{encoding:?}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_kept() {
    let server = Server::http1(|_, _| Do::answer(200, " ".repeat(3 * 1024 * 1024))).await;
    let answers = xiaomi::revoke(&server, &devices(1)).await;
    assert_eq!(answers, [transient("xiaomi:answer_too_long")]);
    let server = Server::http2(10, |_, _| Do::answer(200, " ".repeat(64 * 1024))).await;
    let answers = apns::revoke(&server, &crate::support::Case::of(Channel::Apns, 1)).await;
    assert_eq!(answers, [transient("apns:answer_too_long")]);
}

#[tokio::test]
async fn a_list_of_bad_devices_in_another_form_ends_them_alone() {
    let bad = || unknown("xiaomi:bad_regid");
    for data in [
        json!({"bad_regids": ["r1"]}),
        json!({"bad_regids": " r1 ,"}),
        json!(r#"{"bad_regids":"r1"}"#),
        json!({"bad_regids": "R1"}),
    ] {
        let body = json!({"result": "ok", "code": 0, "data": data}).to_string();
        let server = Server::http1(move |_, _| Do::answer(200, body.clone())).await;
        let answers = xiaomi::revoke(&server, &devices(3)).await;
        assert_eq!(answers, [overwritten(), bad(), overwritten()], "{data}");
    }
    for msg in [json!({"illegal_tokens": [" t1 "]}), json!({"illegalTokens": {" noRight ": ["t1"]}})] {
        let body = json!({"code": 80_100_000, "msg": msg}).to_string();
        let server = huawei::huawei(move |_, _| Do::answer(200, body.clone())).await;
        let answers = huawei::revoke(&server, &crate::support::Case::of(Channel::Huawei, 3)).await;
        assert_eq!(answers, [overwritten(), unknown("huawei:illegal_token"), overwritten()], "{msg}");
    }
}

#[tokio::test]
async fn a_list_that_can_not_be_read_is_asked_about_in_halves_until_the_bad_one_is_found() {
    let server = huawei::huawei(|seen, _| {
        let tokens = seen.json()["message"]["token"].clone();
        if tokens.as_array().unwrap().contains(&json!("t5")) {
            Do::answer(200, json!({"code": "80100000", "msg": "some were bad"}).to_string())
        } else {
            Do::code("80000000")
        }
    })
    .await;
    let mut expected = vec![overwritten(); 16];
    expected[5] = unknown("huawei:80100000");
    assert_eq!(
        huawei::revoke(&server, &crate::support::Case::of(Channel::Huawei, 16)).await,
        expected
    );
    assert!(server.seen().len() < 12);

    let server = Server::http1(|seen, _| {
        let is_bad = seen.field("registration_id").split(',').any(|token| token == "r5");
        let data = if is_bad { json!({"bad_regids": {"n": 1}}) } else { json!({}) };
        Do::answer(200, json!({"result": "ok", "code": 0, "data": data}).to_string())
    })
    .await;
    expected[5] = unknown("xiaomi:bad_regids_unreadable");
    assert_eq!(xiaomi::revoke(&server, &devices(16)).await, expected);

    let server = vivo::vivo(|seen, _| {
        let is_bad = seen.path != vivo::SAVE && seen.path != vivo::RECALL && vivo::devices_of(seen).iter().any(|token| token == "r5");
        match seen.path.as_str() {
            vivo::RECALL => vivo::result(10155),
            _ if is_bad => Do::answer(
                200,
                json!({"result": 0, "taskId": "1", "invalidUsers": [{"status": 9}]}).to_string(),
            ),
            _ => vivo::result(0),
        }
    })
    .await;
    expected[5] = refused("vivo:invalid_user_9");
    assert_eq!(vivo::revoke(&server, &vivo::devices(16)).await, expected);
}

#[tokio::test]
async fn a_success_of_apples_has_nothing_to_say() {
    for (body, expected) in [
        ("", overwritten()),
        ("<html>sign in</html>", transient("apns:http_200")),
        (r#"{"reason":"BadDeviceToken"}"#, unknown("apns:BadDeviceToken")),
    ] {
        let server = Server::http2(10, move |_, _| Do::answer(200, body)).await;
        assert_eq!(
            apns::revoke(&server, &crate::support::Case::of(Channel::Apns, 1)).await,
            [expected],
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_device_that_the_vendor_does_not_know_may_be_our_own_settings_fault() {
    let server = Server::http2(10, |seen, _| match seen.device().trim_start_matches('0') {
        "1" => Do::reason(400, "BadDeviceToken"),
        "2" => Do::reason(400, "DeviceTokenNotForTopic"),
        "3" => Do::reason(410, "Unregistered"),
        "4" => Do::answer(410, "gone"),
        _ => apns::ok(),
    })
    .await;
    let expected = [
        overwritten(),
        unknown("apns:BadDeviceToken"),
        unknown("apns:DeviceTokenNotForTopic"),
        ended(Outcome::TargetGone, "apns:Unregistered"),
        unknown("apns:http_410"),
    ];
    assert_eq!(apns::revoke(&server, &crate::support::Case::of(Channel::Apns, 5)).await, expected);
    let server = Server::http1(|_, _| xiaomi::code(20301)).await;
    assert_eq!(xiaomi::revoke(&server, &devices(2)).await, vec![unknown("xiaomi:20301"); 2]);
}

#[tokio::test]
async fn a_login_is_read_whatever_form_it_has() {
    for login in [
        r#"{"access_token":"session","expires_in":"3600"}"#,
        r#"{"access_token":" session\n","expires_in":null}"#,
        r#"{"access_token":"session"}"#,
    ] {
        let server = Server::http1(move |seen, _| match seen.path.as_str() {
            "/oauth2/v3/token" => Do::answer(200, login),
            _ => Do::code("80000000"),
        })
        .await;
        let answers = huawei::revoke(&server, &crate::support::Case::of(Channel::Huawei, 1)).await;
        assert_eq!(answers, [overwritten()], "{login}");
        assert_eq!(server.seen_at("/v1/104/messages:send")[0].header("authorization"), "Bearer session");
    }
    for login in [
        r#"{"code":"0","data":{"auth_token":"s"}}"#,
        r#"{"code":0,"data":"{\"auth_token\":\"s\"}"}"#,
    ] {
        let server = Server::http1(move |seen, _| match seen.path.as_str() {
            oppo::LOGIN => Do::answer(200, login),
            _ => oppo::taken(seen, |_| None),
        })
        .await;
        assert_eq!(oppo::revoke(&server, &devices(2)).await, vec![overwritten(); 2], "{login}");
        assert_eq!(server.seen_at(BATCH).len(), 1);
    }
}
