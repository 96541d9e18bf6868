//! `PUT` and `DELETE /v1/devices/{device}/token`.

use jiff::{SignedDuration, Timestamp};
use revocation_app::IssuedToken;
use revocation_rules::device::Device;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceTokenBody {
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
pub struct DeviceTokenAnswer<'a> {
    device: &'a str,
    device_token: &'a str,
    expires_at: Timestamp,
    /// Where the device connects with it.
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
