//! No text that cannot be seen gets in, whichever way it comes; and no token gets out as a target.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use http::{HeaderMap, Method};
use proptest::prelude::*;
use revocation_http::body;
use revocation_http::mpaas::required;
use revocation_http::problem::{Problem, ProblemKind};
use revocation_http::route::{DevicesRoute, route};
use revocation_http::wire::{RecordBody, RevokeBody};
use revocation_rules::ids::{PushKind, PushRef, TargetId, Tenant};
use revocation_rules::visible::{Visible, is_unseen};
use serde_json::{Value, json};

fn headers() -> HeaderMap {
    HeaderMap::from_iter([(http::header::CONTENT_TYPE, "application/json".parse().unwrap())])
}

fn recorded(token: &str, target: Option<&str>) -> Result<RecordBody, Problem> {
    let body = json!({ "batch_id": "b", "channel": "huawei", "deliveries": [{ "token": "t0" }, { "token": token, "target": target }] });
    body::json(&headers(), body.to_string().as_bytes())
}

fn revoked(targets: &Value) -> Result<RevokeBody, Problem> {
    let body = json!({ "reason": "wrong price", "scope": { "targets": targets } });
    body::json(&headers(), body.to_string().as_bytes())
}

fn device(token: &str) -> Result<(), Problem> {
    route::<DevicesRoute>(&Method::PUT, &format!("/v1/devices/{token}/token")).map(|_| ())
}

fn a_push() -> PushRef {
    PushRef {
        tenant: Tenant {
            app: "shop".parse().unwrap(),
            workspace: "default".parse().unwrap(),
        },
        kind: PushKind::Task,
        id: "t1".parse().unwrap(),
    }
}

#[test]
fn the_mistake_is_named_with_its_field_its_character_and_its_place() {
    let told = |problem: Problem| (problem.errors[0].pointer.clone(), problem.errors[0].detail.clone());
    let unseen = |at: usize| format!("has an invisible character (U+200B) at character {at}");
    assert_eq!(
        told(recorded("t1", Some("user-77\u{200b}")).unwrap_err()),
        ("/deliveries/1/target".to_owned(), unseen(8))
    );
    let problem = recorded("planted\u{200b}", None).unwrap_err();
    assert!(!format!("{problem:?}").contains("planted"), "{problem:?}");
    assert_eq!(told(problem), ("/deliveries/1/token".to_owned(), unseen(8)));
    assert_eq!(
        told(revoked(&json!(["user-1", "user-77\u{200b}"])).unwrap_err()),
        ("/scope/targets/1".to_owned(), unseen(8))
    );
    assert_eq!(told(device("phone\u{200b}").unwrap_err()), ("{device}".to_owned(), unseen(6)));
}

#[test]
fn a_delivery_without_a_target_is_not_known_by_its_token() {
    let batch = recorded("AKd8fT1nP0c9Qx2w", None).unwrap().batch(a_push()).unwrap();
    // printf %s AKd8fT1nP0c9Qx2w | sha256sum
    assert_eq!(batch.deliveries[1].target.as_str(), "device-a8c4b8b29ce3b752");
    let named = recorded("AKd8fT1nP0c9Qx2w", Some("user-77")).unwrap().batch(a_push()).unwrap();
    assert_eq!(named.deliveries[1].target.as_str(), "user-77");
}

fn with_something_unseen() -> impl Strategy<Value = String> {
    let unseen = prop_oneof![
        "[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]",
        "\\p{Default_Ignorable_Code_Point}",
        "\\p{Noncharacter_Code_Point}",
        "\\p{Zs}".prop_filter("the space is seen", |blank| blank != " "),
        "[\u{2800}\u{fffc}]",
    ];
    (".{0,5}", unseen, ".{0,5}").prop_map(|(before, unseen, after)| format!("{before}{unseen}{after}"))
}

proptest! {
    #[test]
    fn what_cannot_be_seen_gets_in_by_no_route(text in with_something_unseen()) {
        prop_assert!(text.chars().any(is_unseen));
        let asked = [
            recorded(&text, None).err(),
            recorded("t", Some(&text)).err(),
            revoked(&json!([text])).err(),
        ];
        prop_assert!(device(&text).is_err());
        for problem in asked {
            prop_assert_eq!(problem.map(|problem| problem.kind), Some(ProblemKind::InvalidRequest));
        }
        // What the calls of mPaaS SDKs are read by.
        prop_assert!(required::<Visible<TargetId>>("TargetId", Some(&text)).is_err());
    }

    #[test]
    fn a_blank_at_either_end_gets_in_by_no_route(text in "( [a-z]{0,3}|[a-z]{0,3} )") {
        prop_assert!(recorded(&text, None).is_err() && recorded("t", Some(&text)).is_err());
        prop_assert!(revoked(&json!([text])).is_err() && device(&text).is_err());
    }

    #[test]
    fn what_can_be_seen_gets_in(text in "[\\p{Lu}\\p{Ll}\\p{Nd}\\p{P}\\p{Sm}\\p{Sc}]{1,20}") {
        prop_assert!(recorded(&text, Some(&text)).is_ok() && revoked(&json!([text])).is_ok());
    }
}
