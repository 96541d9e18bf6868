//! ACS3-HMAC-SHA256: everything about the call stands in headers, and the
//! client says which of them it signed.
//!
//! ```text
//! canonical request = METHOD \n path \n query \n (header:value \n)* \n signed headers \n sha256(body)
//! string to sign    = "ACS3-HMAC-SHA256" \n sha256(canonical request)
//! signature         = hmac-sha256(secret, string to sign)
//! ```
//! Digests and signature are lower-case hexadecimal; no key is derived.

use std::borrow::Cow;

use aws_lc_rs::{digest, hmac};
use http::header::{AUTHORIZATION, HeaderName};

use crate::call::{Call, Malformed, Proof, ProofKind, Request};
use crate::encoding::hex;
use crate::parameters::Parameters;
use crate::window::time;

const ALGORITHM: &str = "ACS3-HMAC-SHA256";
/// Every header of this family that is there must be signed.
const FAMILY: &str = "x-acs-";
/// Must be there and signed, whatever else is.
const ALWAYS: [&str; 6] = [
    "host",
    "x-acs-action",
    "x-acs-version",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-content-sha256",
];

pub fn read(request: &Request<'_>, query: Parameters) -> Result<Call, Malformed> {
    let authorization = text(request, &AUTHORIZATION)?.unwrap_or_default();
    let authorization = Authorization::parse(&authorization)?;
    if ["x-acs-security-token", "x-acs-accesskey-id"]
        .iter()
        .any(|name| request.headers.contains_key(*name))
    {
        return Err(Malformed::SecurityToken);
    }
    let named = |header: &'static str, name: &'static str| match text(request, &HeaderName::from_static(header))? {
        Some(value) if !value.is_empty() => Ok(value.into_owned()),
        _ => Err(Malformed::Missing(name)),
    };
    let action = named("x-acs-action", "Action")?;
    let version = named("x-acs-version", "Version")?;
    let nonce = named("x-acs-signature-nonce", "SignatureNonce")?;
    let date = named("x-acs-date", "Timestamp")?;
    let signed = authorization.signed_headers(request)?;
    // The digest of what came, whatever x-acs-content-sha256 says of it.
    let body_digest = hex(digest::digest(&digest::SHA256, request.body).as_ref());
    let canonical = canonical_request(request, &query, &signed, authorization.signed, &body_digest)?;
    let canonical_digest = hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
    Ok(Call {
        key: authorization.key.to_owned(),
        action,
        version,
        nonce,
        signed_at: time(&date).ok_or(Malformed::Time)?,
        parameters: query.and(Parameters::parse(request.body)?)?,
        proof: Proof {
            string_to_sign: format!("{ALGORITHM}\n{canonical_digest}"),
            signature: authorization.signature.to_owned(),
            kind: ProofKind::Acs3,
        },
    })
}

pub fn signature(secret: &str, string_to_sign: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hex(hmac::sign(&key, string_to_sign.as_bytes()).as_ref())
}

/// `ACS3-HMAC-SHA256 Credential=..,SignedHeaders=a;b,Signature=..`
struct Authorization<'a> {
    key: &'a str,
    signed: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn parse(text: &'a str) -> Result<Self, Malformed> {
        let (algorithm, rest) = text.split_once(' ').unwrap_or((text, ""));
        if algorithm != ALGORITHM {
            return Err(Malformed::Method);
        }
        let (mut key, mut signed, mut signature) = (None, None, None);
        for part in rest.split(',') {
            let (name, value) = part.trim().split_once('=').unwrap_or_default();
            let slot = match name {
                "Credential" => &mut key,
                "SignedHeaders" => &mut signed,
                "Signature" => &mut signature,
                _ => return Err(Malformed::Signature("Authorization has a part that is not known")),
            };
            if value.is_empty() || slot.replace(value).is_some() {
                return Err(Malformed::Signature("Authorization has a part that is empty or stands twice"));
            }
        }
        match (key, signed, signature) {
            (Some(key), Some(signed), Some(signature)) => Ok(Self { key, signed, signature }),
            _ => Err(Malformed::Signature(
                "Authorization must have Credential, SignedHeaders and Signature",
            )),
        }
    }

    /// The names of the signed headers, sorted.
    fn signed_headers(&self, request: &Request<'_>) -> Result<Vec<HeaderName>, Malformed> {
        let mut names = Vec::new();
        for name in self.signed.split(';') {
            if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
                return Err(Malformed::Signature("SignedHeaders must be in lower case"));
            }
            let name: HeaderName = name
                .parse()
                .map_err(|_| Malformed::Signature("SignedHeaders names what is no header"))?;
            if !request.headers.contains_key(&name) {
                return Err(Malformed::Signature("SignedHeaders names a header that did not come"));
            }
            names.push(name);
        }
        names.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        if names.windows(2).any(|two| two[0] == two[1]) {
            return Err(Malformed::Signature("SignedHeaders names a header twice"));
        }
        let is_signed = |name: &str| names.iter().any(|signed| signed.as_str() == name);
        let family = request
            .headers
            .keys()
            .map(HeaderName::as_str)
            .filter(|name| name.starts_with(FAMILY));
        if ALWAYS.into_iter().chain(family).all(is_signed) {
            Ok(names)
        } else {
            Err(Malformed::Signature("host and all headers that begin with x-acs- must be signed"))
        }
    }
}

fn canonical_request(
    request: &Request<'_>,
    query: &Parameters,
    signed: &[HeaderName],
    signed_list: &str,
    body_digest: &str,
) -> Result<String, Malformed> {
    let path = if request.path.is_empty() { "/" } else { request.path };
    let mut canonical = format!("{}\n{path}\n{}\n", request.method, query.canonical(None));
    for name in signed {
        canonical.push_str(name.as_str());
        canonical.push(':');
        canonical.push_str(&text(request, name)?.unwrap_or_default());
        canonical.push('\n');
    }
    canonical.push('\n');
    canonical.push_str(signed_list);
    canonical.push('\n');
    canonical.push_str(body_digest);
    Ok(canonical)
}

/// A header, trimmed; one that came more than once is joined as a gateway joins it.
fn text<'a>(request: &Request<'a>, name: &HeaderName) -> Result<Option<Cow<'a, str>>, Malformed> {
    let mut joined: Option<Cow<'a, str>> = None;
    for value in request.headers.get_all(name) {
        let value = std::str::from_utf8(value.as_bytes())
            .map_err(|_| Malformed::Signature("a signed header is not UTF-8"))?
            .trim();
        joined = Some(match joined {
            None => value.into(),
            Some(before) => format!("{before},{value}").into(),
        });
    }
    Ok(joined)
}
