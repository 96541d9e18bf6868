//! Requests as clients sent them.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::borrow::Cow;

use http::{HeaderMap, Method};
use revocation_acs::{Call, Malformed, Request, read};

pub const SECRET: &str = "FakeSecret000000000000000000001";

/// One request; changed copies are made of it.
#[derive(Debug, Clone)]
pub struct Captured {
    pub method: Method,
    pub query: Cow<'static, str>,
    pub headers: Headers,
    pub body: Cow<'static, [u8]>,
}

#[derive(Debug, Clone)]
pub enum Headers {
    Captured(&'static [(&'static str, &'static str)]),
    Changed(Vec<(String, Vec<u8>)>),
}

impl Headers {
    pub fn list(&self) -> Vec<(String, Vec<u8>)> {
        match self {
            Self::Captured(list) => list
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
                .collect(),
            Self::Changed(list) => list.clone(),
        }
    }

    pub fn map(&self) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in self.list() {
            map.append(
                http::HeaderName::try_from(name).unwrap(),
                http::HeaderValue::from_bytes(&value).unwrap(),
            );
        }
        map
    }
}

impl Captured {
    const fn post(query: &'static str, headers: &'static [(&'static str, &'static str)], body: &'static str) -> Self {
        Self {
            method: Method::POST,
            query: Cow::Borrowed(query),
            headers: Headers::Captured(headers),
            body: Cow::Borrowed(body.as_bytes()),
        }
    }

    pub fn call(&self) -> Result<Call, Malformed> {
        self.call_at("/")
    }

    pub fn call_at(&self, path: &str) -> Result<Call, Malformed> {
        read(&Request {
            method: &self.method,
            path,
            query: &self.query,
            headers: &self.headers.map(),
            body: &self.body,
        })
    }

    pub fn without_header(&self, name: &str) -> Self {
        let mut list = self.headers.list();
        list.retain(|(known, _)| known != name);
        self.with_headers(list)
    }

    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut list = self.without_header(name).headers.list();
        list.push((name.to_owned(), value.as_bytes().to_vec()));
        self.with_headers(list)
    }

    pub fn with_headers(&self, list: Vec<(String, Vec<u8>)>) -> Self {
        Self {
            headers: Headers::Changed(list),
            ..self.clone()
        }
    }

    pub fn with_query(&self, query: &str) -> Self {
        Self {
            query: Cow::Owned(query.to_owned()),
            ..self.clone()
        }
    }
}

const BODY: &str = "AppId=ONEX570DA89211721&MessageId=1578807462788&TargetId=user+1024%2F%E6%B5%8B~%2A%2B&WorkspaceId=test";
const NEW_SDK: &str = "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2";

/// `RevokePushMessage` by the SDK `alibabacloud-mpaas20201028` 3.4.1.
pub const ACS3: Captured = Captured::post(
    "",
    &[
        ("accept-encoding", "identity"),
        ("host", "127.0.0.1:18080"),
        ("x-acs-version", "2020-10-28"),
        ("x-acs-action", "RevokePushMessage"),
        ("user-agent", NEW_SDK),
        ("x-acs-date", "2026-11-23T03:47:34Z"),
        ("x-acs-signature-nonce", "d351856f2f51971bb5ff742ee1f5389f"),
        ("accept", "application/json"),
        ("content-type", "application/x-www-form-urlencoded"),
        (
            "x-acs-content-sha256",
            "b3aa795e85cf6d7f97390f8f9ca97cf10267d50980fbb1ed098f2a9895cc1aba",
        ),
        ("x-acs-credentials-provider", "static_ak"),
        (
            "authorization",
            "ACS3-HMAC-SHA256 Credential=LTAI5tFakeKeyId000000001,SignedHeaders=accept;content-type;host;user-agent;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=8b7d441efb748f203a0e12e5a692cc4ad5e8807e0290a0fc71b4a9340478d4d1",
        ),
        ("content-length", "102"),
    ],
    BODY,
);

/// `RevokePushTask` by the same.
pub const ACS3_TASK: Captured = Captured::post(
    "",
    &[
        ("accept-encoding", "identity"),
        ("host", "127.0.0.1:18080"),
        ("x-acs-version", "2020-10-28"),
        ("x-acs-action", "RevokePushTask"),
        ("user-agent", NEW_SDK),
        ("x-acs-date", "2026-11-23T03:47:34Z"),
        ("x-acs-signature-nonce", "faaf477c3919d540faf4d1869ac887b6"),
        ("accept", "application/json"),
        ("content-type", "application/x-www-form-urlencoded"),
        (
            "x-acs-content-sha256",
            "b8dacec4247678424a201fd11377f1745180410d64f530616b16eecf2c186cc1",
        ),
        ("x-acs-credentials-provider", "static_ak"),
        (
            "authorization",
            "ACS3-HMAC-SHA256 Credential=LTAI5tFakeKeyId000000001,SignedHeaders=accept;content-type;host;user-agent;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=75f1be59ad6c54a8094c6a428feb985debe050948379d00c01e88f6ea6713fa9",
        ),
        ("content-length", "74"),
    ],
    "AppId=ONEX570DA89211721&TaskId=20842863&TenantId=ZXCXMAHQ&WorkspaceId=test",
);

/// The same as [`ACS3`] with another nonce.
pub const ACS3_ERROR: Captured = Captured::post(
    "",
    &[
        ("host", "127.0.0.1:18080"),
        ("x-acs-version", "2020-10-28"),
        ("x-acs-action", "RevokePushMessage"),
        ("user-agent", NEW_SDK),
        ("x-acs-date", "2026-11-23T03:47:34Z"),
        ("x-acs-signature-nonce", "e6513e3613b9ce9bb339a0126665699c"),
        ("accept", "application/json"),
        ("content-type", "application/x-www-form-urlencoded"),
        (
            "x-acs-content-sha256",
            "b3aa795e85cf6d7f97390f8f9ca97cf10267d50980fbb1ed098f2a9895cc1aba",
        ),
        ("x-acs-credentials-provider", "static_ak"),
        (
            "authorization",
            "ACS3-HMAC-SHA256 Credential=LTAI5tFakeKeyId000000001,SignedHeaders=accept;content-type;host;user-agent;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=baa162175d2bbb8f89d4ab99493b7b64486e672f36f594768a24dd676c6401ee",
        ),
    ],
    BODY,
);

/// The same SDK with `signature_algorithm='v2'`.
pub const V1: Captured = Captured::post(
    "Action=RevokePushMessage&Format=json&Version=2020-10-28&Timestamp=2026-11-23T03%3A47%3A34Z&SignatureNonce=eb914595718713f8fa1e0b0f379b3a49&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&AccessKeyId=LTAI5tFakeKeyId000000001&Signature=mydGeSW%2BCX4fs9SqP23fEIShYZ0%3D",
    &[
        ("host", "127.0.0.1:18080"),
        ("x-acs-version", "2020-10-28"),
        ("x-acs-action", "RevokePushMessage"),
        ("user-agent", NEW_SDK),
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-acs-credentials-provider", "static_ak"),
        ("content-length", "102"),
    ],
    BODY,
);

/// `CommonRequest` of `aliyun-python-sdk-core` 2.16.1.
pub const CORE: Captured = Captured::post(
    "Version=2020-10-28&Action=RevokePushMessage&Format=JSON&RegionId=cn-hangzhou&Timestamp=2026-11-23T03%3A50%3A28Z&SignatureMethod=HMAC-SHA1&SignatureType=&SignatureVersion=1.0&SignatureNonce=4e65c52fa1edbf72d68ca61f4fe30fcb&AccessKeyId=LTAI5tFakeKeyId000000001&Signature=hyJhQpxEDyoVyWmAsBHcO1e31wM%3D",
    &[
        ("host", "127.0.0.1:18080"),
        (
            "user-agent",
            "AlibabaCloud (Linux 6.1;x86_64) Python/3.11.7 Core/2.16.1 python-requests/2.18.3",
        ),
        ("accept", "*/*"),
        ("x-acs-action", "RevokePushMessage"),
        ("x-acs-version", "2020-10-28"),
        ("x-sdk-invoke-type", "common"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("content-md5", "6eQe5rHplTWyHtnnRK8eKQ=="),
        ("content-length", "53"),
    ],
    "AppId=A&WorkspaceId=test&MessageId=M+1&TargetId=u~%2A",
);
