//! Texts of few different characters, as the bits they hold.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// The alphabets of device tokens. The numbers are stored, and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// Four bits a character.
    LowerHex = 1,
    UpperHex = 2,
    /// Six bits a character: letters, digits, `-` and `_`.
    UrlSafe = 3,
    /// Six bits a character: letters, digits, `+` and `/`.
    Base64 = 4,
}

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

impl Alphabet {
    /// The narrowest first.
    const ALL: [Self; 4] = [Self::LowerHex, Self::UpperHex, Self::UrlSafe, Self::Base64];

    pub const fn code(self) -> u8 {
        self as u8
    }

    pub fn of_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|alphabet| alphabet.code() == code)
    }

    /// `text` in the narrowest alphabet that has all of its characters, which is at least as `begins` looks.
    pub fn pack(text: &[u8], begins: &[u8]) -> Option<(Self, Vec<u8>)> {
        Self::ALL
            .into_iter()
            .filter(|alphabet| alphabet.has_all(begins))
            .find_map(|alphabet| Some((alphabet, alphabet.packed(text)?)))
    }

    fn has_all(self, text: &[u8]) -> bool {
        text.iter().all(|byte| match self {
            Self::LowerHex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Self::UpperHex => matches!(byte, b'0'..=b'9' | b'A'..=b'F'),
            Self::UrlSafe => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'),
        })
    }

    fn packed(self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::LowerHex => from_hex(text, LOWER),
            Self::UpperHex => from_hex(text, UPPER),
            Self::UrlSafe => URL_SAFE_NO_PAD.decode(whole(text)).ok(),
            Self::Base64 => STANDARD_NO_PAD.decode(whole(text)).ok(),
        }
    }

    /// How many bytes so many characters become.
    pub const fn bytes_of(self, characters: usize) -> usize {
        match self {
            Self::LowerHex | Self::UpperHex => characters.div_ceil(2),
            Self::UrlSafe | Self::Base64 => characters.div_ceil(4) * 3,
        }
    }

    /// At least as many characters as were packed; what is behind them fills the last byte.
    pub fn unpack(self, bytes: &[u8]) -> String {
        match self {
            Self::LowerHex => to_hex(bytes, LOWER),
            Self::UpperHex => to_hex(bytes, UPPER),
            Self::UrlSafe => URL_SAFE_NO_PAD.encode(bytes),
            Self::Base64 => STANDARD_NO_PAD.encode(bytes),
        }
    }
}

/// With as many `A` behind it, which are no bits, as fill the last three bytes.
fn whole(text: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(text.len() + 3);
    whole.extend(text);
    whole.resize(text.len().next_multiple_of(4), b'A');
    whole
}

/// What no digit is.
const NONE: u8 = 0xff;

const fn values(digits: &[u8; 16]) -> [u8; 256] {
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < 16 {
        values[digits[value as usize] as usize] = value;
        value += 1;
    }
    values
}

const LOWER_VALUES: [u8; 256] = values(LOWER);
const UPPER_VALUES: [u8; 256] = values(UPPER);

fn from_hex(text: &[u8], digits: &[u8; 16]) -> Option<Vec<u8>> {
    let values = if digits == LOWER { &LOWER_VALUES } else { &UPPER_VALUES };
    let mut seen = 0;
    let (pairs, odd) = text.as_chunks::<2>();
    let mut bytes = Vec::with_capacity(text.len().div_ceil(2));
    bytes.extend(pairs.iter().map(|[high, low]| {
        let (high, low) = (values[usize::from(*high)], values[usize::from(*low)]);
        seen |= high | low;
        high << 4 | low
    }));
    for high in odd {
        let high = values[usize::from(*high)];
        seen |= high;
        bytes.push(high << 4);
    }
    (seen != NONE).then_some(bytes)
}

fn to_hex(bytes: &[u8], digits: &[u8; 16]) -> String {
    let digit = |value: u8| digits[usize::from(value)];
    let text = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
    // Cannot fail: digits are ASCII.
    String::from_utf8(text).unwrap_or_default()
}
