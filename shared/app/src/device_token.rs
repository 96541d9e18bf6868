//! The text a device proves itself with.
//!
//! `dt_<device>.<secret>`: the first half names tenant and device, so that one
//! read checks it; the second is random, and only its digest is kept.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use revocation_rules::ids::Tenant;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::ports::KeptToken;
use revocation_rules::device::Device;

const PREFIX: &str = "dt_";
/// Longer texts are not looked at: tenant and device have 129 and 512 bytes at most.
const MAX_BYTES: usize = 1_024;

/// Shown once, to who asked for it. Never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenText(String);

impl TokenText {
    pub fn new(device: &Device, secret: &str) -> Self {
        let name = format!("{}/{}", device.tenant, device.id.as_str());
        Self(format!("{PREFIX}{}.{secret}", URL_SAFE_NO_PAD.encode(name)))
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<token>")
    }
}

pub(crate) fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// A token as a device presents it, not yet checked.
pub(crate) struct Claim {
    pub device: Device,
    digest: [u8; 32],
}

impl Claim {
    pub fn read(text: &str) -> Option<Self> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let (name, secret) = text.strip_prefix(PREFIX)?.split_once('.')?;
        let name = String::from_utf8(URL_SAFE_NO_PAD.decode(name).ok()?).ok()?;
        let mut parts = name.splitn(3, '/');
        let tenant = Tenant {
            app: parts.next()?.parse().ok()?,
            workspace: parts.next()?.parse().ok()?,
        };
        Some(Self {
            device: Device {
                tenant,
                id: parts.next()?.parse().ok()?,
            },
            digest: digest(secret),
        })
    }

    pub fn is(&self, kept: &KeptToken) -> bool {
        self.digest.ct_eq(&kept.digest).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_device_whatever_that_is_called() {
        for name in ["phone-1", "a/b", "机 #1.%", &"x".repeat(512)] {
            let device = Device {
                tenant: Tenant {
                    app: "shop".parse().unwrap(),
                    workspace: "default".parse().unwrap(),
                },
                id: name.parse().unwrap(),
            };
            let text = TokenText::new(&device, "s3cret");
            assert_eq!(Claim::read(text.expose()).unwrap().device, device);
            assert!(!format!("{text:?}").contains("s3cret"));
        }
    }

    #[test]
    fn what_is_no_token_names_nobody() {
        for bad in [
            "",
            "dt_",
            "dt_.",
            "dt_!!.x",
            "dt_YQ.x",
            "key.secret",
            &format!("dt_{}.x", "Y".repeat(2_000)),
        ] {
            assert!(Claim::read(bad).is_none(), "{bad}");
        }
    }
}
