//! `PUT` and `DELETE /v1/devices/{device}/token`.

use jiff::{SignedDuration, Timestamp};
use revocation_app::IssuedToken;
#[cfg(feature = "description")]
use revocation_app::{DEVICE_TOKEN_LIFE, DEVICE_TOKEN_LIVES};
use revocation_rules::device::Device;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "DeviceTokenRequest"))]
pub struct DeviceTokenBody {
    /// How long the token is good, in seconds.
    #[cfg_attr(feature = "description", schemars(range(min = DEVICE_TOKEN_LIVES.0.as_secs(), max = DEVICE_TOKEN_LIVES.1.as_secs()), extend("default" = DEVICE_TOKEN_LIFE.as_secs())))]
    ttl_s: Option<u32>,
}

impl DeviceTokenBody {
    /// How long the token is to be good, if the sender says so.
    pub fn life(&self) -> Option<SignedDuration> {
        self.ttl_s.map(|seconds| SignedDuration::from_secs(i64::from(seconds)))
    }
}

/// The only time the token is shown.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "DeviceToken"))]
pub struct DeviceTokenAnswer<'a> {
    device: &'a str,
    /// Opaque and secret: whoever holds it is the device.
    device_token: &'a str,
    /// From then on it lets nobody in.
    expires_at: Timestamp,
    /// Where the device connects; see docs/devices.md.
    #[cfg_attr(feature = "description", schemars(url))]
    socket_url: &'a str,
}

impl<'a> DeviceTokenAnswer<'a> {
    pub fn new(device: &'a Device, issued: &'a IssuedToken, socket_url: &'a str) -> Self {
        Self {
            device: device.id.as_str(),
            device_token: issued.token.expose(),
            expires_at: issued.ends_at,
            socket_url,
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "WithdrawnDeviceToken"))]
pub struct WithdrawnTokenAnswer<'a> {
    device: &'a str,
    /// How many of its connections were ended.
    connections: usize,
}

impl<'a> WithdrawnTokenAnswer<'a> {
    pub fn new(device: &'a Device, connections: usize) -> Self {
        Self {
            device: device.id.as_str(),
            connections,
        }
    }
}

#[cfg(feature = "description")]
pub(crate) mod described {
    use serde_json::json;

    use super::{DeviceTokenAnswer, DeviceTokenBody, WithdrawnTokenAnswer};
    use crate::description::example::{examples, told};
    use crate::description::{Operation, Tag};

    pub(crate) fn issue() -> Operation {
        Operation::new(
            "issueDeviceToken",
            Tag::Sending,
            "Get a token for a device of the self-built channel",
            "Hand it to the device, which connects to `socket_url` with it. The token that the device had before is refused from now on; a connection that is open stays. It is shown this once.",
        )
        .body::<DeviceTokenBody>(|_| {
            told([
                ("default", "Good for 30 days", json!({})),
                ("an_hour", "Good for an hour", json!({ "ttl_s": 3600 })),
            ])
        })
        .answer::<DeviceTokenAnswer<'_>>(201, "Made.", |_| {
            let token = "dt_T05FWDU3MERBODkyMTE3MjEvZGVmYXVsdC9waG9uZS03RjNB.k3q7v5m2x6c4b7n2p5s6t3w4y2";
            let made = json!({
                "device": "phone-7F3A", "device_token": token, "expires_at": "2026-12-23T08:00:00Z",
                "socket_url": "wss://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/live"
            });
            examples([("made", made)])
        })
    }

    pub(crate) fn withdraw() -> Operation {
        Operation::new(
            "withdrawDeviceToken",
            Tag::Sending,
            "Take back the token of a device of the self-built channel",
            "The device is let in no more, and its open connections are ended. What waits for it goes on waiting: a new token lets it fetch that. A device that has no token is answered the same.",
        )
        .answer::<WithdrawnTokenAnswer<'_>>(200, "Withdrawn.", |_| {
            examples([("withdrawn", json!({ "device": "phone-7F3A", "connections": 1 }))])
        })
    }
}
