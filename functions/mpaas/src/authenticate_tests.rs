//! What API Gateway hands over is read as it was signed, and what cannot be checked is refused.

use std::sync::atomic::{AtomicUsize, Ordering};

use http::HeaderMap;
use revocation_app::ports::{SecretDigest, StoreError};
use revocation_lambda::http_event::HttpEvent;
use revocation_rules::role::Role;
use revocation_testkit::{MemoryAccessKeys, MemoryNonces, MemorySeal, builders, run};
use serde_json::{Value, json};

use super::*;

fn refused(method: Method, authorization: Option<&str>, query: &str, body: &[u8]) -> String {
    let mut headers = HeaderMap::new();
    if let Some(authorization) = authorization {
        headers.insert("authorization", authorization.parse().unwrap());
    }
    let request = HttpRequest {
        id: String::new(),
        method,
        path: "/".to_owned(),
        query: query.to_owned(),
        headers,
        body: body.to_vec(),
    };
    read_call(&request).unwrap_err().code.into_owned()
}

#[test]
fn what_can_not_be_checked_is_refused_in_the_words_clients_know() {
    let signed = "SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&AccessKeyId=k&Signature=s&SignatureNonce=n";
    assert_eq!(refused(Method::POST, None, "", b""), "MissingAccessKeyId");
    assert_eq!(refused(Method::POST, None, "AccessKeyId=k", b"AppId=A"), "MissingSignature");
    assert_eq!(
        refused(Method::POST, None, &format!("{signed}&Timestamp=now"), b""),
        "InvalidTimeStamp.Format"
    );
    assert_eq!(refused(Method::POST, None, signed, b"AppId=A&AppId=B"), "InvalidParameter.AppId");
    assert_eq!(refused(Method::POST, None, signed, b"AppId=%ff"), "InvalidParameter.Encoding");
    assert_eq!(refused(Method::PUT, None, signed, b""), "UnsupportedHTTPMethod");
    assert_eq!(refused(Method::GET, Some("ACS3-HMAC-SHA256 x"), "", b""), "UnsupportedHTTPMethod");
    assert_eq!(refused(Method::POST, Some("Bearer k.s"), "", b""), "InvalidSignatureMethod");
    assert_eq!(refused(Method::POST, Some("ACS3-HMAC-SHA256 x"), "", b""), "IncompleteSignature");
    assert_eq!(refused(Method::POST, None, "", &vec![b'x'; MAX_BODY_BYTES + 1]), "RequestTooLarge");
}

/// An event of an HTTP API (payload format 2.0) for a request that the official SDK made.
fn event(query: &str, headers: &Value, body: &str, encoded: bool) -> String {
    json!({
        "version": "2.0", "routeKey": "POST /", "rawPath": "/", "rawQueryString": query, "headers": headers,
        "requestContext": {
            "accountId": "account", "apiId": "api", "domainName": "api.execute-api.eu-west-1.amazonaws.com",
            "domainPrefix": "api", "requestId": "r", "routeKey": "POST /", "stage": "$default",
            "time": "23/Nov/2026:03:47:34 +0000", "timeEpoch": 1_795_405_654_000_i64,
            "http": {"method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "a"}
        },
        "body": body, "isBase64Encoded": encoded
    })
    .to_string()
}

const SECRET: &str = "FakeSecret000000000000000000001";

fn is_read_and_right(event: &str) {
    let event: HttpEvent = serde_json::from_str(event).unwrap();
    let request = event.request("r".to_owned(), MAX_BODY_BYTES).unwrap();
    let call = read_call(&request).unwrap();
    assert_eq!(call.action, "RevokePushMessage");
    call.verify(SECRET).unwrap();
}

/// What the official SDK signed, at 03:47:34.
fn headers() -> Value {
    json!({
        "host": "127.0.0.1:18080", "x-acs-version": "2020-10-28", "x-acs-action": "RevokePushMessage",
        "user-agent": "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2", "x-acs-date": "2026-11-23T03:47:34Z",
        "x-acs-signature-nonce": "d351856f2f51971bb5ff742ee1f5389f", "accept": "application/json",
        "content-type": "application/x-www-form-urlencoded", "content-length": "102", "x-forwarded-proto": "https",
        "x-acs-content-sha256": "b3aa795e85cf6d7f97390f8f9ca97cf10267d50980fbb1ed098f2a9895cc1aba",
        "x-acs-credentials-provider": "static_ak",
        "authorization": "ACS3-HMAC-SHA256 Credential=LTAI5tFakeKeyId000000001,SignedHeaders=accept;content-type;host;user-agent;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=8b7d441efb748f203a0e12e5a692cc4ad5e8807e0290a0fc71b4a9340478d4d1"
    })
}

#[test]
fn an_event_with_a_body_in_base64_is_read_as_it_was_signed() {
    let headers = headers();
    let body = "AppId=ONEX570DA89211721&MessageId=1578807462788&TargetId=user+1024%2F%E6%B5%8B~%2A%2B&WorkspaceId=test";
    let base64 = "QXBwSWQ9T05FWDU3MERBODkyMTE3MjEmTWVzc2FnZUlkPTE1Nzg4MDc0NjI3ODgmVGFyZ2V0SWQ9dXNlcisxMDI0JTJGJUU2JUI1JThCfiUyQSUyQiZXb3Jrc3BhY2VJZD10ZXN0";
    is_read_and_right(&event("", &headers, body, false));
    is_read_and_right(&event("", &headers, base64, true));
}

#[test]
fn a_query_with_blank_values_is_read_as_it_was_signed() {
    let query = "Version=2020-10-28&Action=RevokePushMessage&Format=JSON&RegionId=cn-hangzhou&Timestamp=2026-11-23T03%3A50%3A28Z&SignatureMethod=HMAC-SHA1&SignatureType=&SignatureVersion=1.0&SignatureNonce=4e65c52fa1edbf72d68ca61f4fe30fcb&AccessKeyId=LTAI5tFakeKeyId000000001&Signature=hyJhQpxEDyoVyWmAsBHcO1e31wM%3D";
    let headers = json!({"host": "127.0.0.1:18080", "x-acs-action": "RevokePushTask", "content-type": "application/x-www-form-urlencoded"});
    is_read_and_right(&event(
        query,
        &headers,
        "AppId=A&WorkspaceId=test&MessageId=M+1&TargetId=u~%2A",
        false,
    ));
}

type TestDoor = Door<MemoryAccessKeys, CountingSeal, MemoryNonces>;

/// Says how often a secret was opened.
#[derive(Default)]
struct CountingSeal(AtomicUsize);

impl SecretSeal for CountingSeal {
    async fn seal(&self, key: &KeyId, secret: &SecretText) -> Result<Vec<u8>, StoreError> {
        MemorySeal.seal(key, secret).await
    }

    async fn open(&self, key: &KeyId, sealed: &[u8]) -> Result<SecretText, StoreError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        MemorySeal.open(key, sealed).await
    }
}

const KEY: &str = "LTAI5tFakeKeyId000000001";

fn signing_for(owner: &str, secret: &str) -> KeptSecret {
    let sealed = run(MemorySeal.seal(&owner.parse().unwrap(), &SecretText::new(secret))).unwrap();
    let digest = SecretDigest::of(secret);
    KeptSecret::Sealed { digest, sealed }
}

fn door(secret: KeptSecret) -> TestDoor {
    let key = AccessKey {
        id: KEY.parse().unwrap(),
        tenant: builders::tenant("shop"),
        role: Role::Operator,
        channel: None,
        state: KeyState::Active,
        label: None,
        secret,
        created_at: builders::noon(),
    };
    Door {
        keys: MemoryAccessKeys::with([key]),
        cache: KeyCache::default(),
        seal: CountingSeal::default(),
        nonces: MemoryNonces::default(),
    }
}

impl TestDoor {
    /// The official SDK's call, this long after it was signed; `None` when it is believed.
    fn called_after(&self, seconds: i64) -> Option<FaultKind> {
        let body = "AppId=ONEX570DA89211721&MessageId=1578807462788&TargetId=user+1024%2F%E6%B5%8B~%2A%2B&WorkspaceId=test";
        self.calls(seconds, body)
    }

    fn calls(&self, seconds: i64, body: &str) -> Option<FaultKind> {
        let event: HttpEvent = serde_json::from_str(&event("", &headers(), body, false)).unwrap();
        let request = event.request("r".to_owned(), MAX_BODY_BYTES).unwrap();
        let signed_at: Timestamp = "2026-11-23T03:47:34Z".parse().unwrap();
        let now = signed_at + jiff::SignedDuration::from_secs(seconds);
        run(self.authenticate(&request, now)).err().map(|fault| fault.kind)
    }
}

#[test]
fn a_call_is_believed_with_a_secret_that_is_sealed_or_from_an_older_version_and_with_no_digest_alone() {
    let digest = SecretDigest::of(SECRET);
    for (kept, expected) in [
        (signing_for(KEY, SECRET), None),
        (KeptSecret::Readable(SecretText::new(SECRET)), None),
        (KeptSecret::Digest(digest), Some(FaultKind::KeyNotSigning)),
        (signing_for(KEY, "another"), Some(FaultKind::SignatureMismatch)),
        // What was sealed for another key is not this one's, though the digest is right.
        (signing_for("another", SECRET), Some(FaultKind::Internal)),
    ] {
        assert_eq!(door(kept).called_after(1), expected);
    }
}

#[test]
fn a_key_that_is_disabled_while_it_signs_is_refused_a_minute_after_it_was_read() {
    let door = door(signing_for(KEY, SECRET));
    assert_eq!(door.called_after(0), None);
    door.keys.set_state(&KEY.parse().unwrap(), KeyState::Disabled);
    // The nonce is the same: believed, but said before.
    for second in 1..60 {
        assert_eq!(door.called_after(second), Some(FaultKind::NonceUsed), "{second}");
    }
    for second in 60..300 {
        assert_eq!(door.called_after(second), Some(FaultKind::KeyInactive), "{second}");
    }
}

#[test]
fn a_secret_is_opened_once_a_minute_whether_or_not_the_signatures_are_right() {
    let door = door(signing_for(KEY, SECRET));
    for second in 0..600 {
        assert_eq!(door.calls(second, "AppId=forged"), Some(FaultKind::SignatureMismatch));
    }
    assert_eq!(door.seal.0.load(Ordering::SeqCst), 10);
    assert_eq!(door.keys.reads(), 10);
}
