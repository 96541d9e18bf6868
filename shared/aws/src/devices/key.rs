//! The texts of keys.

use revocation_rules::device::{ConnectionId, Device};
use revocation_rules::instruction::InstructionId;

use crate::items::key::escaped_text;

pub const TOKEN: &str = "token";
pub const CONNECTION: &str = "connection#";
/// A connection that began, whether or not it registered.
pub const BEGUN: &str = "begun#";
pub const INSTRUCTION: &str = "instruction#";
/// The only item of a way back.
pub const WAY_BACK: &str = "connection";

pub fn device(device: &Device) -> String {
    format!("{}#{}", device.tenant, escaped_text(device.id.as_str()))
}

pub fn connection(id: &ConnectionId) -> String {
    format!("{CONNECTION}{}", id.as_str())
}

pub fn begun(id: &ConnectionId) -> String {
    format!("{BEGUN}{}", id.as_str())
}

pub fn instruction(id: &InstructionId) -> String {
    format!("{INSTRUCTION}{}", id.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use revocation_rules::ids::Tenant;

    fn key_of(workspace: &str, id: &str) -> String {
        device(&Device {
            tenant: Tenant {
                app: "connection".parse().unwrap(),
                workspace: workspace.parse().unwrap(),
            },
            id: id.parse().unwrap(),
        })
    }

    #[test]
    fn no_two_devices_and_no_way_back_share_a_key() {
        assert_eq!(key_of("default", "a#b%"), "connection/default#a%23b%25");
        assert_ne!(key_of("default", "a%23b"), key_of("default", "a#b"));
        assert_ne!(key_of("one", "a"), key_of("two", "a"));
        assert_ne!(key_of("x", "y"), connection(&"x#y".parse().unwrap()));
    }

    #[test]
    fn the_longest_name_fits_a_key() {
        assert!(key_of(&"w".repeat(64), &"#".repeat(512)).len() <= 2_048);
    }
}
