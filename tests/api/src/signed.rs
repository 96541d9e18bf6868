//! A call of an mPaaS SDK, in signature version 1: everything is a parameter.

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Method};
use revocation_app::ports::Clock as _;

use crate::{Reply, SECRET, World};

pub struct Signed<'a> {
    world: &'a World,
    parameters: BTreeMap<&'a str, String>,
    secret: &'a str,
}

impl<'a> Signed<'a> {
    /// A call with this key, now, for the key's own app.
    pub fn new(world: &'a World, key: &str, action: &str, more: &[(&'a str, &str)]) -> Self {
        let common = [
            ("AccessKeyId", key.to_owned()),
            ("Action", action.to_owned()),
            ("Version", "2020-10-28".to_owned()),
            ("SignatureMethod", "HMAC-SHA1".to_owned()),
            ("SignatureVersion", "1.0".to_owned()),
            ("SignatureNonce", world.nonce()),
            ("Timestamp", world.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
            ("AppId", "shop".to_owned()),
            ("WorkspaceId", "default".to_owned()),
        ];
        let more = more.iter().map(|(name, value)| (*name, (*value).to_owned()));
        Self {
            world,
            parameters: common.into_iter().chain(more).collect(),
            secret: SECRET,
        }
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.parameters.remove(name);
        self
    }

    /// By somebody who does not know the secret.
    #[must_use]
    pub fn forged(mut self) -> Self {
        self.secret = "another";
        self
    }

    /// Sends it, with its parameters in the query of a GET or in the body of a POST.
    pub fn send(mut self, method: &Method) -> Reply {
        // Who has no signature is told what should have been signed, and so are we.
        self.parameters.insert("Signature", "none".to_owned());
        if let Some(to_sign) = self.string_to_sign(method) {
            let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, format!("{}&", self.secret).as_bytes());
            let signature = STANDARD.encode(hmac::sign(&key, to_sign.as_bytes()));
            self.parameters.insert("Signature", signature);
        }
        let form = self.form();
        if *method == Method::POST {
            self.world
                .send("", "POST /", &[("content-type", "application/x-www-form-urlencoded")], &form)
        } else {
            self.world.send("", &format!("{method} /?{form}"), &[], "")
        }
    }

    fn form(&self) -> String {
        let pairs = self.parameters.iter();
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={}", revocation_acs::encoded(value)))
            .collect();
        pairs.join("&")
    }

    fn string_to_sign(&self, method: &Method) -> Option<String> {
        let form = self.form();
        let (query, body) = if *method == Method::POST {
            ("", form.as_str())
        } else {
            (form.as_str(), "")
        };
        let request = revocation_acs::Request {
            method,
            path: "/",
            query,
            headers: &HeaderMap::new(),
            body: body.as_bytes(),
        };
        let call = revocation_acs::read(&request).ok()?;
        Some(call.verify("").err()?.string_to_sign)
    }
}
