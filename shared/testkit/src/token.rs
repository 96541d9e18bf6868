//! Device tokens for what measures.

use revocation_rules::channel::{Channel, Tokens};

/// As long and as random as the vendor's own: they are most of what is stored and sent, and hardly compress. Of one number
/// always the same.
pub fn token(channel: Channel, nth: u64) -> String {
    let mut bits = Bits(nth ^ (u64::from(channel.as_str().as_bytes()[0]) << 56));
    match channel.facts().tokens {
        Tokens::Hexadecimal => {
            let [first, second, third, fourth] = [bits.next(), bits.next(), bits.next(), bits.next()];
            format!("{first:016x}{second:016x}{third:016x}{fourth:016x}")
        }
        Tokens::Endpoints => format!("https://fcm.googleapis.com/fcm/send/{}", letters(&mut bits, 152)),
        Tokens::AsTheyAre | Tokens::DevicesOrAudiences => {
            let length = match channel {
                Channel::Huawei | Channel::Harmony | Channel::Honor => 130,
                Channel::Fcm => 163,
                Channel::Xiaomi => 64,
                Channel::Oppo => 40,
                Channel::Meizu | Channel::Apns | Channel::WebPush | Channel::Vivo | Channel::SelfBuilt | Channel::Sms => 23,
            };
            letters(&mut bits, length)
        }
    }
}

fn letters(bits: &mut Bits, length: usize) -> String {
    let mut letters = String::with_capacity(length + 10);
    while letters.len() < length {
        let mut eight = bits.next();
        for _ in 0..8 {
            letters.push(char::from(LETTERS[(eight & 63) as usize]));
            eight >>= 6;
        }
    }
    letters.truncate(length);
    letters
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// `SplitMix64`: of one start always the same.
struct Bits(u64);

impl Bits {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_as_long_and_of_the_letters_that_the_vendor_s_are() {
        let length = |channel| token(channel, 1).len();
        assert_eq!((length(Channel::Huawei), length(Channel::Apns)), (130, 64));
        assert!(token(Channel::Apns, 7).bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert!(token(Channel::Huawei, 7).bytes().any(|byte| !byte.is_ascii_hexdigit()));
        assert_ne!(token(Channel::Huawei, 7), token(Channel::Huawei, 8));
    }
}
