//! Signature version 1: everything about the call is a parameter, of the query
//! or of the body, and all of them are signed.
//!
//! ```text
//! string to sign = METHOD & %2F & encoded(sorted parameters but Signature)
//! signature      = base64(hmac-sha1(secret + "&", string to sign))
//! ```
//! Headers such as `x-acs-action` may come too; they are not signed, and nothing looks at them.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;

use crate::call::{Call, Malformed, Proof, ProofKind, Request};
use crate::encoding::encoded;
use crate::parameters::Parameters;
use crate::window::time;

const SIGNATURE: &str = "Signature";

pub fn read(request: &Request<'_>, query: Parameters) -> Result<Call, Malformed> {
    let parameters = if request.method == Method::GET {
        query
    } else {
        query.and(Parameters::parse(request.body)?)?
    };
    let said = |name: &'static str| parameters.get(name).filter(|value| !value.is_empty());
    let named = |name: &'static str| said(name).map(str::to_owned).ok_or(Malformed::Missing(name));
    let key = named("AccessKeyId")?;
    let signature = named(SIGNATURE)?;
    if said("SecurityToken").is_some() {
        return Err(Malformed::SecurityToken);
    }
    if named("SignatureMethod")? != "HMAC-SHA1" {
        return Err(Malformed::Method);
    }
    if named("SignatureVersion")? != "1.0" {
        return Err(Malformed::Version);
    }
    let signed_at = time(&named("Timestamp")?).ok_or(Malformed::Time)?;
    let canonical = parameters.canonical(Some(SIGNATURE));
    Ok(Call {
        key,
        action: named("Action")?,
        version: named("Version")?,
        nonce: named("SignatureNonce")?,
        signed_at,
        proof: Proof {
            string_to_sign: format!("{}&%2F&{}", request.method, encoded(&canonical)),
            signature,
            kind: ProofKind::Version1,
        },
        parameters,
    })
}

pub fn signature(secret: &str, string_to_sign: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, format!("{secret}&").as_bytes());
    STANDARD.encode(hmac::sign(&key, string_to_sign.as_bytes()))
}
