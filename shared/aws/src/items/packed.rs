//! Values too large for plain JSON: one byte that says how, then the packed value.
//!
//! Version 1 is zstd level 1 of JSON. What is read back never grows beyond
//! [`MAX_UNPACKED`], whatever it claims to be.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{frame, json_text};

pub const ZSTD_JSON: u8 = 1;
/// A batch of 1,000 deliveries comes in a body of 1 MB at most; targets that are
/// left out and texts that are escaped make more of it.
pub const MAX_UNPACKED: usize = 4 * 1024 * 1024;

/// `None` when the value is larger than [`unpack`] would read back.
pub fn pack(value: &impl Serialize) -> Option<Vec<u8>> {
    let json = json_text(value);
    if json.len() > MAX_UNPACKED {
        return None;
    }
    let mut packed = vec![ZSTD_JSON];
    packed.extend(frame::compress(json.as_bytes())?);
    Some(packed)
}

/// `None` when the bytes are not what [`pack`] makes.
pub fn unpack<T: DeserializeOwned>(packed: &[u8]) -> Option<T> {
    let (&ZSTD_JSON, rest) = packed.split_first()? else {
        return None;
    };
    let json = frame::decompress(rest, MAX_UNPACKED)?;
    serde_json::from_slice(&json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let value = vec!["促销".to_owned(); 1000];
        let packed = pack(&value).unwrap();
        assert_eq!(packed[0], 1);
        assert!(packed.len() < 100);
        assert_eq!(unpack::<Vec<String>>(&packed), Some(value));
    }

    #[test]
    fn a_bomb_does_not_go_off() {
        let zeros = " ".repeat(MAX_UNPACKED) + "[]";
        let mut bomb = vec![ZSTD_JSON];
        bomb.extend(frame::compress(zeros.as_bytes()).unwrap());
        assert!(bomb.len() < 10_000);
        assert_eq!(unpack::<Vec<u8>>(&bomb), None);
    }

    #[test]
    fn other_bytes_are_not_unpacked() {
        assert_eq!(unpack::<Vec<u8>>(&[]), None);
        assert_eq!(unpack::<Vec<u8>>(&[1]), None);
        assert_eq!(unpack::<Vec<u8>>(b"\x01[1,2]"), None);
        let mut newer = pack(&vec![1_u8]).unwrap();
        newer[0] = 2;
        assert_eq!(unpack::<Vec<u8>>(&newer), None);
    }

    #[test]
    fn what_could_not_be_unpacked_spoils_nothing_that_comes_after() {
        let packed = pack(&vec!["a".repeat(1000)]).unwrap();
        let mut damaged = packed.clone();
        let last = damaged.len() - 1;
        damaged.truncate(last);
        for _ in 0..3 {
            assert_eq!(unpack::<Vec<String>>(&damaged), None);
            assert!(unpack::<Vec<String>>(&packed).is_some());
        }
    }
}
