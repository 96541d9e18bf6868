//! Whatever is changed of a signed request, it is refused: by the signature, or before it.

use std::borrow::Cow;

use super::support::{ACS3, CORE, Captured, SECRET, V1};
use http::Method;
use proptest::prelude::*;

/// Is it taken for what the holder of the secret wanted? The secret of another key would be another one.
fn believed(captured: &Captured, path: &str) -> bool {
    captured
        .call_at(path)
        .is_ok_and(|call| call.key == "LTAI5tFakeKeyId000000001" && call.verify(SECRET).is_ok())
}

/// The headers that [`ACS3`] signs, and the one that carries the signature.
const SIGNED: [&str; 11] = [
    "accept",
    "authorization",
    "content-type",
    "host",
    "user-agent",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-credentials-provider",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-version",
];

/// One byte in place of another, such that it may still stand in a header.
fn another_byte(old: u8, by: u8) -> u8 {
    let span = 0x7e - 0x21 + 1;
    let new = 0x21 + (old.wrapping_sub(0x21) % span + 1 + by % (span - 1)) % span;
    if new == old { b'!' } else { new }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_byte_of_a_signed_header(header in 0..SIGNED.len(), at: prop::sample::Index, by: u8) {
        let mut list = ACS3.headers.list();
        let value = &mut list.iter_mut().find(|(name, _)| name == SIGNED[header]).unwrap().1;
        let at = at.index(value.len());
        let new = another_byte(value[at], by);
        prop_assume!(new != value[at]);
        value[at] = new;
        prop_assert!(!believed(&ACS3.with_headers(list), "/"));
    }

    #[test]
    fn a_signed_header_that_is_missing_comes_twice_or_is_empty(header in 0..SIGNED.len()) {
        let name = SIGNED[header];
        prop_assert!(!believed(&ACS3.without_header(name), "/"));
        prop_assert!(!believed(&ACS3.with_header(name, ""), "/"));
        let mut list = ACS3.headers.list();
        let twice = list.iter().find(|(known, _)| known == name).unwrap().clone();
        list.push(twice);
        prop_assert!(!believed(&ACS3.with_headers(list), "/"));
    }

    #[test]
    fn a_byte_of_the_body(version1: bool, at: prop::sample::Index, bits in 1_u8..) {
        let captured = if version1 { V1 } else { ACS3 };
        let mut body = captured.body.to_vec();
        let at = at.index(body.len());
        body[at] ^= bits;
        // The same parameters in another spelling are the same, for a signature over parameters.
        let same = version1 && spelled_alike(&captured.body, &body);
        let changed = Captured { body: Cow::Owned(body), ..captured };
        prop_assert_eq!(believed(&changed, "/"), same);
    }

    #[test]
    fn a_byte_of_the_query(core: bool, at: prop::sample::Index, by: u8) {
        let captured = if core { CORE } else { V1 };
        let mut query = captured.query.as_bytes().to_vec();
        let at = at.index(query.len());
        let new = another_byte(query[at], by);
        prop_assume!(new != query[at] && new != b'#');
        query[at] = new;
        let same = spelled_alike(captured.query.as_bytes(), &query);
        let query = String::from_utf8(query).unwrap();
        prop_assert_eq!(believed(&captured.with_query(&query), "/"), same);
    }

    #[test]
    fn a_parameter_more_or_less(which: prop::sample::Index, version1: bool, name in "[A-Z][a-z]{1,8}", value in "[a-z]{0,3}") {
        let captured = if version1 { V1 } else { ACS3 };
        let body = String::from_utf8(captured.body.to_vec()).unwrap();
        let parts: Vec<&str> = body.split('&').collect();
        let less: Vec<&str> = parts.iter().copied().filter(|part| *part != parts[which.index(parts.len())]).collect();
        for changed in [format!("{body}&{name}={value}"), less.join("&")] {
            let changed = Captured { body: Cow::Owned(changed.into_bytes()), ..captured.clone() };
            prop_assert!(!believed(&changed, "/"));
        }
        let query = format!("{}&{name}={value}", captured.query);
        prop_assert!(!believed(&captured.with_query(&query), "/"));
    }

    #[test]
    fn method_path_and_secret(version1: bool, path in "/[a-z]{1,5}", at in 0..SECRET.len(), by: u8) {
        let captured = if version1 { V1 } else { ACS3 };
        prop_assert!(believed(&captured, "/"));
        // Signature version 1 has no path in it: it is always `/`.
        prop_assert_eq!(believed(&captured, &path), version1);
        for method in [Method::GET, Method::PUT] {
            let changed = Captured { method, ..captured.clone() };
            prop_assert!(!believed(&changed, "/"));
        }
        let mut secret = SECRET.as_bytes().to_vec();
        let new = another_byte(secret[at], by);
        prop_assume!(new != secret[at]);
        secret[at] = new;
        let secret = String::from_utf8(secret).unwrap();
        prop_assert!(captured.call().unwrap().verify(&secret).is_err());
    }
}

/// Do two forms say the same, as in `%2A` and `*`?
fn spelled_alike(one: &[u8], other: &[u8]) -> bool {
    use revocation_acs::Parameters;
    match (Parameters::parse(one), Parameters::parse(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
