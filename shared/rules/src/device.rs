//! A device of the self-built channel, and how it is connected.

use std::str::FromStr;

use crate::ids::{DeviceToken, IdError, Tenant};

/// A device, by the name under which its sender delivers to it. The tenant is
/// part of the name: two tenants' devices of the same name are two devices.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Device {
    pub tenant: Tenant,
    pub id: DeviceToken,
}

/// Longest connection id that is taken; real ones have 16 characters.
const MAX_CONNECTION_BYTES: usize = 128;

/// Names one connection. Made by the gateway and opaque to us.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(String);

impl ConnectionId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ConnectionId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.is_empty() {
            Err(IdError::Empty)
        } else if text.len() > MAX_CONNECTION_BYTES {
            Err(IdError::TooLong { max: MAX_CONNECTION_BYTES })
        } else if text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError::NotAName)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_no_connection_id_is_none() {
        for bad in ["", "a b", "a\n", &"x".repeat(129)] {
            assert!(bad.parse::<ConnectionId>().is_err(), "{bad}");
        }
        assert!("L0SM9cOFvHcCIhw=".parse::<ConnectionId>().is_ok());
    }
}
