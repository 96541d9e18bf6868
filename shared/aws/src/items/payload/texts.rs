//! A column with a text for every delivery.
//!
//! | form | then |
//! |---|---|
//! | 0, made of tokens | nothing: each target is the name that its token makes ([`TargetId::of_token`](revocation_rules::ids::TargetId::of_token)) |
//! | 1, plain | what all begin with; the length of the rest of each; the rests |
//! | 2, an alphabet | what all begin with; the length of the rest of each; the alphabet. The rests are among the bits |

use super::alphabet::Alphabet;
use super::cursor::{Cursor, put_number, put_text};

pub const OF_TOKENS: u8 = 0;
const PLAIN: u8 = 1;
const BITS: u8 = 2;

/// Texts shorter than this on average are names and numbers, in which compression finds more than an alphabet.
const SHORT: usize = 16;

pub fn write<'t>(texts: impl Iterator<Item = &'t str> + Clone, columns: &mut Vec<u8>, bits: &mut Vec<u8>) {
    let prefix = common_prefix(texts.clone());
    let rests = texts.map(|text| &text[prefix.len()..]);
    let mut all = Vec::new();
    let mut lengths = Vec::new();
    for rest in rests.clone() {
        all.extend(rest.as_bytes());
        put_number(&mut lengths, rest.len() as u64);
    }
    let first = rests.clone().next().unwrap_or_default().as_bytes();
    let is_random = all.len() >= SHORT * rests.count() && !all.iter().all(u8::is_ascii_digit);
    let packed = is_random.then(|| Alphabet::pack(&all, first)).flatten();
    columns.push(if packed.is_some() { BITS } else { PLAIN });
    put_text(columns, prefix);
    columns.extend(lengths);
    match packed {
        Some((alphabet, packed)) => {
            columns.push(alphabet.code());
            bits.extend(packed);
        }
        None => columns.extend(all),
    }
}

fn common_prefix<'t>(mut texts: impl Iterator<Item = &'t str>) -> &'t str {
    let mut prefix = texts.next().unwrap_or_default();
    for text in texts {
        let same = prefix.bytes().zip(text.bytes()).take_while(|(one, other)| one == other).count();
        prefix = &prefix[..prefix.floor_char_boundary(same)];
    }
    prefix
}

/// A column as it was read. Nothing in it is longer than what it was read from, but by its prefix.
pub struct Texts<'a> {
    prefix: &'a str,
    lengths: Vec<usize>,
    rests: Rests<'a>,
}

enum Rests<'a> {
    There(&'a str),
    Made(String),
}

impl<'a> Texts<'a> {
    /// Reads a column of a form other than [`OF_TOKENS`].
    pub fn read(form: u8, count: usize, columns: &mut Cursor<'a>, bits: &mut Cursor<'_>) -> Option<Self> {
        let prefix = columns.text()?;
        let lengths: Vec<usize> = (0..count).map(|_| columns.length()).collect::<Option<_>>()?;
        let whole = lengths.iter().try_fold(0_usize, |sum, length| sum.checked_add(*length))?;
        let rests = match form {
            PLAIN => Rests::There(std::str::from_utf8(columns.bytes(whole)?).ok()?),
            BITS => {
                let alphabet = Alphabet::of_code(columns.byte()?)?;
                // Longer than its bits: a length that is a lie.
                if whole > bits.0.len().checked_mul(2)? {
                    return None;
                }
                Rests::Made(alphabet.unpack(bits.bytes(alphabet.bytes_of(whole))?))
            }
            _ => return None,
        };
        Some(Self { prefix, lengths, rests })
    }

    /// How many bytes all texts have together; `None` for more than there is a number for.
    pub fn size(&self) -> Option<usize> {
        let whole: usize = self.lengths.iter().sum();
        self.prefix.len().checked_mul(self.lengths.len())?.checked_add(whole)
    }

    /// One after the other; `None` where a text is cut inside a character.
    pub fn iter(&self) -> impl Iterator<Item = Option<String>> {
        let all = match &self.rests {
            Rests::There(all) => all,
            Rests::Made(all) => all.as_str(),
        };
        let mut at = 0;
        self.lengths.iter().map(move |length| {
            let rest = all.get(at..at + length)?;
            at += length;
            let mut text = String::with_capacity(self.prefix.len() + length);
            text.push_str(self.prefix);
            text.push_str(rest);
            Some(text)
        })
    }
}
