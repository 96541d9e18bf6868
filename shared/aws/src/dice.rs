//! The machine's randomness.

use revocation_app::ports::Dice;
use revocation_rules::ids::RevocationId;

#[derive(Debug, Clone, Copy, Default)]
pub struct SystemDice;

impl Dice for SystemDice {
    fn spread(&self) -> f64 {
        rand::random()
    }

    fn revocation_id(&self) -> RevocationId {
        // Cannot fail: the prefix and 26 letters and digits are what an id is.
        #[expect(clippy::expect_used, reason = "made of the characters that the id allows")]
        format!("rvk_{}", random_text()).parse().expect("a well-formed id")
    }
}

/// 128 random bits in 26 characters, a to z and 2 to 7 (RFC 4648, in lower case).
pub fn random_text() -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let bits: u128 = rand::random();
    (0..26)
        .rev()
        .map(|place| char::from(ALPHABET[usize::from((bits >> (place * 5)).to_le_bytes()[0] & 31)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn revocation_ids_have_26_lower_case_characters_and_differ() {
        let ids: HashSet<_> = (0..1_000).map(|_| SystemDice.revocation_id()).collect();
        assert_eq!(ids.len(), 1_000);
        for id in ids {
            let text = id.as_str().strip_prefix("rvk_").unwrap();
            assert_eq!(text.len(), 26);
            assert!(text.bytes().all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b)), "{text}");
        }
    }

    #[test]
    fn the_spread_lies_between_0_and_1() {
        assert!((0..1_000).all(|_| (0.0..=1.0).contains(&SystemDice.spread())));
    }
}
