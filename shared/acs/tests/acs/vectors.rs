//! Requests of the official Python clients as they went over the wire, with what was signed of them.

use super::support::{ACS3, ACS3_ERROR, ACS3_TASK, CORE, Captured, SECRET, V1};
use revocation_acs::Malformed;

#[test]
fn an_acs3_request_of_the_sdk_is_verified() {
    let call = ACS3.call().unwrap();
    assert_eq!(call.key, "LTAI5tFakeKeyId000000001");
    assert_eq!((call.action.as_str(), call.version.as_str()), ("RevokePushMessage", "2020-10-28"));
    assert_eq!(call.nonce, "d351856f2f51971bb5ff742ee1f5389f");
    assert_eq!(call.signed_at, "2026-11-23T03:47:34Z".parse().unwrap());
    assert_eq!(call.parameters.get("TargetId"), Some("user 1024/测~*+"));
    assert_eq!(call.parameters.get("MessageId"), Some("1578807462788"));
    call.verify(SECRET).unwrap();
}

#[test]
fn what_should_have_been_signed_is_told() {
    let mismatch = ACS3.call().unwrap().verify("another secret").unwrap_err();
    assert_eq!(
        mismatch.string_to_sign,
        "ACS3-HMAC-SHA256\n897bc78fdff3918d78dad3958aaa4a4fdb27b0d04e8eded2570459ed08eb184e"
    );
    let mismatch = V1.call().unwrap().verify("another secret").unwrap_err();
    assert_eq!(
        mismatch.string_to_sign,
        "POST&%2F&AccessKeyId%3DLTAI5tFakeKeyId000000001%26Action%3DRevokePushMessage%26AppId%3DONEX570DA89211721\
         %26Format%3Djson%26MessageId%3D1578807462788%26SignatureMethod%3DHMAC-SHA1\
         %26SignatureNonce%3Deb914595718713f8fa1e0b0f379b3a49%26SignatureVersion%3D1.0\
         %26TargetId%3Duser%25201024%252F%25E6%25B5%258B~%252A%252B%26Timestamp%3D2026-11-23T03%253A47%253A34Z\
         %26Version%3D2020-10-28%26WorkspaceId%3Dtest"
    );
}

#[test]
fn every_captured_request_is_verified() {
    for (name, captured) in [
        ("RevokePushMessage", ACS3),
        ("RevokePushTask", ACS3_TASK),
        ("with an error for an answer", ACS3_ERROR),
        ("signature version 1, the new SDK", V1),
        ("signature version 1, the old core SDK", CORE),
    ] {
        captured
            .call()
            .unwrap()
            .verify(SECRET)
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
}

#[test]
fn a_version_1_request_is_read_from_its_parameters_alone() {
    // Its headers name an action too, which nobody signed.
    let call = CORE.with_header("x-acs-action", "RevokePushTask").call().unwrap();
    call.verify(SECRET).unwrap();
    assert_eq!(call.action, "RevokePushMessage");
    assert_eq!(call.parameters.get("SignatureType"), Some(""), "blank, and signed");
    assert_eq!(call.parameters.get("MessageId"), Some("M 1"));
    assert_eq!(call.parameters.get("TargetId"), Some("u~*"));
}

#[test]
fn only_what_can_be_checked_is_read() {
    let malformed = |captured: Captured| captured.call().unwrap_err();
    let without = |name| malformed(ACS3.without_header(name));
    assert_eq!(without("authorization"), Malformed::Missing("AccessKeyId"));
    assert_eq!(without("x-acs-date"), Malformed::Missing("Timestamp"));
    assert_eq!(without("x-acs-action"), Malformed::Missing("Action"));
    assert_eq!(without("x-acs-signature-nonce"), Malformed::Missing("SignatureNonce"));
    assert!(matches!(without("x-acs-content-sha256"), Malformed::Signature(_)));
    assert!(matches!(without("host"), Malformed::Signature(_)));
    assert_eq!(malformed(ACS3.with_header("x-acs-date", "yesterday")), Malformed::Time);
    assert_eq!(malformed(ACS3.with_header("x-acs-security-token", "t")), Malformed::SecurityToken);
    assert!(matches!(
        malformed(ACS3.with_header("x-acs-extra", "unsigned")),
        Malformed::Signature(_)
    ));
    for bad in [
        "ACS3-HMAC-SM3 Credential=k,SignedHeaders=host,Signature=s",
        "ACS3-RSA-SHA256 Credential=k,SignedHeaders=host,Signature=s",
        "Bearer key.secret",
        "acs k:s",
        "",
    ] {
        assert_eq!(malformed(ACS3.with_header("authorization", bad)), Malformed::Method, "{bad}");
    }
    for bad in [
        "ACS3-HMAC-SHA256",
        "ACS3-HMAC-SHA256 Credential=k,SignedHeaders=host",
        "ACS3-HMAC-SHA256 Credential=,SignedHeaders=host,Signature=s",
        "ACS3-HMAC-SHA256 Credential=k,Credential=l,SignedHeaders=host,Signature=s",
        "ACS3-HMAC-SHA256 Credential=k,SignedHeaders=host,Signature=s,Other=o",
        "ACS3-HMAC-SHA256 Credential=k,SignedHeaders=host,Signature=s",
        "ACS3-HMAC-SHA256 Credential=k,SignedHeaders=host;host,Signature=s",
        "ACS3-HMAC-SHA256 Credential=k,SignedHeaders=Host,Signature=s",
        "ACS3-HMAC-SHA256 Credential=k,SignedHeaders=host;not-there,Signature=s",
    ] {
        let found = malformed(ACS3.with_header("authorization", bad));
        assert!(matches!(found, Malformed::Signature(_)), "{bad}: {found:?}");
    }
}

#[test]
fn a_version_1_request_says_what_it_misses() {
    let with = |from: &str, to: &str| V1.with_query(&V1.query.replace(from, to)).call().unwrap_err();
    assert_eq!(with("AccessKeyId=", "Other="), Malformed::Missing("AccessKeyId"));
    assert_eq!(with("&Signature=", "&Other="), Malformed::Missing("Signature"));
    assert_eq!(with("SignatureNonce=", "Other="), Malformed::Missing("SignatureNonce"));
    assert_eq!(with("Timestamp=", "Other="), Malformed::Missing("Timestamp"));
    assert_eq!(with("Action=", "Other="), Malformed::Missing("Action"));
    assert_eq!(with("HMAC-SHA1", "HMAC-SM3"), Malformed::Method);
    assert_eq!(with("SignatureVersion=1.0", "SignatureVersion=2.0"), Malformed::Version);
    assert_eq!(with("Format=json", "SecurityToken=t"), Malformed::SecurityToken);
    assert_eq!(with("Timestamp=2026", "Timestamp=26"), Malformed::Time);
    assert!(matches!(with("Format=", "AppId="), Malformed::Parameters(_)));
}

#[test]
fn a_secret_never_shows_nor_does_what_was_asked() {
    for captured in [ACS3, V1, CORE] {
        let shown = format!("{:?}", captured.call().unwrap());
        assert!(
            !shown.contains("1024") && !shown.contains("M%201") && !shown.contains("M 1"),
            "{shown}"
        );
    }
}
