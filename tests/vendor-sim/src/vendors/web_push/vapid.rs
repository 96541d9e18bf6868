//! `Authorization: vapid t=<JWT>, k=<public key>`, RFC 8292.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

/// `exp` is at most so far away, section 2.
const FARTHEST_S: u64 = 24 * 3600;

/// A token that was signed correctly.
pub struct Seen {
    /// By the control API.
    pub expired: bool,
}

/// The two parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credential<'a> {
    pub token: &'a str,
    pub key: &'a str,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    /// A list of audiences is a JWT's right, and none of RFC 8292's.
    aud: String,
    /// A number, and no text: push services differ on fractions, so there are none.
    exp: u64,
    sub: Option<String>,
}

/// Some leave out the blank behind the comma.
pub fn credential(header: &str) -> Option<Credential<'_>> {
    let (scheme, parameters) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("vapid") {
        return None;
    }
    let (mut token, mut key) = (None, None);
    for parameter in parameters.split(',') {
        match parameter.trim().split_once('=')? {
            ("t", value) if token.is_none() => token = Some(value),
            ("k", value) if key.is_none() => key = Some(value),
            _ => return None,
        }
    }
    Some(Credential { token: token?, key: key? })
}

/// A public key, 65 bytes that begin with 4.
pub fn point(key: &str) -> Option<Vec<u8>> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(key).ok()?;
    (bytes.len() == 65 && bytes[0] == 4).then_some(bytes)
}

/// Checks all of a token. The error is for people.
pub fn check(credential: Credential<'_>, origin: &str, now_s: u64) -> Result<(), &'static str> {
    let key = point(credential.key).ok_or("k is no P-256 point in Base64 for URLs")?;
    let mut parts = credential.token.split('.');
    let (Some(header), Some(claims), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err("not three parts");
    };
    let header: Header = decode(header).ok_or("the header")?;
    if header.alg != "ES256" {
        return Err("alg is not ES256");
    }
    if header.typ.is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
        return Err("typ is not JWT");
    }
    let signed = credential.token.rsplit_once('.').map_or("", |(signed, _)| signed);
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|_| "the signature's encoding")?;
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key)
        .verify(signed.as_bytes(), &signature)
        .map_err(|_| "the signature is not of k")?;
    let claims: Claims = decode(claims).ok_or("the claims")?;
    if claims.aud != origin {
        return Err("aud is not the origin of the endpoint, with its port");
    }
    if claims.exp <= now_s {
        return Err("exp is over");
    }
    if claims.exp > now_s + FARTHEST_S {
        return Err("exp is more than 24 hours away");
    }
    check_sub(claims.sub.as_deref())
}

/// Optional to the RFC, and not to Apple.
fn check_sub(sub: Option<&str>) -> Result<(), &'static str> {
    let sub = sub.ok_or("sub is missing")?;
    let host = match (sub.strip_prefix("mailto:"), sub.strip_prefix("https://")) {
        (Some(address), _) => address.rsplit_once('@').map(|(_, host)| host),
        (None, rest) => rest.and_then(|rest| rest.split('/').next()),
    };
    match host {
        Some(host) if host.contains('.') => Ok(()),
        Some(_) => Err("sub can not be reached"),
        None => Err("sub is neither mailto: nor https:"),
    }
}

fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Option<T> {
    let json = BASE64_URL_SAFE_NO_PAD.decode(part).ok()?;
    let object: Value = serde_json::from_slice(&json).ok()?;
    T::deserialize(object).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As clients that others wrote sent it to this machine, with a key that was made for that.
    const K: &str = "k=BMQF6f0qev3ZzcVtidZTi-IXatBXIXrYF-KdqQLgb_-38ZtcsBYXEwYAMrQuxSlibUZlsXtYxGHrc-ECDSqZGJE";
    const WHEN_S: u64 = 1_795_701_100;

    #[test]
    fn the_tokens_of_clients_that_others_wrote_are_read() {
        let web_push = "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL2xvY2FsaG9zdDoxODQ0MyIsImV4cCI6MTc5NTc0NDI5OCwic3ViIjoibWFpbHRvOm9wc0BleGFtcGxlLmNvbSJ9.XF5aTPxLpofdJRk12o_B2mvf6P_pzuEcAu1S7Gi6vfGvVgmrNvpSDrTJFhvsmMMdFqwAiurwVqa8-BjFIptV1w, ";
        let block65 = "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJpYXQiOjE3OTU3MDEwOTgsImF1ZCI6Imh0dHBzOi8vbG9jYWxob3N0OjE4NDQzIiwiZXhwIjoxNzk1NzQ0Mjk4LCJzdWIiOiJtYWlsdG86b3BzQGV4YW1wbGUuY29tIn0.7MVHebN08zBB_X0bLreqQoUIvHBmXPGrs__uFMzBtDklsAOzaLY4zwnDMA68QTvvtI5HhoT37rukzjMfLajgjw, ";
        // Without a blank.
        let pywebpush = "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwOi8vMTI3LjAuMC4xOjE4MDgwIiwiZXhwIjoxNzk1NzQ0MzAwLCJzdWIiOiJtYWlsdG86b3BzQGV4YW1wbGUuY29tIn0.jxkmXa6nDo7zGNrO1wM1pckONHn3XGWRszDwl15fSmULaIYQJNSw4seAVV-WF3sBjzr-WJTyYWWgn_Wxzced7A,";
        // Its audience has no port.
        let webpush_rs = "vapid t=eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3OTU3MDExMDAsImV4cCI6MTc5NTc0NDMwMCwibmJmIjoxNzk1NzAxMTAwLCJhdWQiOiJodHRwczovL2xvY2FsaG9zdCIsInN1YiI6Im1haWx0bzpvcHNAZXhhbXBsZS5jb20ifQ.tu8Y-E-xHJFn_8Rpl5H7v7WalF64Ca7OaO_Wt4v1fcK0mW3QgKqSBONaW_D8j_DWGo7JhhSlU3EJoDhoVE6RQQ, ";
        let told = |header: &str, origin: &str, now_s| check(credential(&format!("{header}{K}")).unwrap(), origin, now_s);
        let (tls, plain) = ("https://localhost:18443", "http://127.0.0.1:18080");
        assert_eq!(told(web_push, tls, WHEN_S), Ok(()));
        assert_eq!(told(block65, tls, WHEN_S), Ok(()));
        assert_eq!(told(pywebpush, plain, WHEN_S), Ok(()));
        assert_eq!(
            told(webpush_rs, tls, WHEN_S),
            Err("aud is not the origin of the endpoint, with its port")
        );
        assert_eq!(told(webpush_rs, "https://localhost", WHEN_S), Ok(()));
        assert_eq!(told(web_push, tls, WHEN_S + 24 * 3600), Err("exp is over"));
        assert_eq!(told(web_push, tls, WHEN_S - 24 * 3600), Err("exp is more than 24 hours away"));
        assert_eq!(
            told(&web_push.replace("XF5aTP", "XF5aTQ"), tls, WHEN_S),
            Err("the signature is not of k")
        );
    }

    #[test]
    fn the_header_has_both_parameters_with_a_blank_or_without() {
        let both = Some(Credential { token: "a.b.c", key: "BB" });
        for header in ["vapid t=a.b.c, k=BB", "vapid t=a.b.c,k=BB", "Vapid k=BB,t=a.b.c"] {
            assert_eq!(credential(header), both, "{header}");
        }
        for bad in [
            "",
            "vapid",
            "vapid t=a.b.c",
            "Bearer a.b.c",
            "WebPush a.b.c",
            "vapid t=a, t=b, k=c",
            "vapid t=a, k=c, x=y",
        ] {
            assert_eq!(credential(bad), None, "{bad}");
        }
    }
}
