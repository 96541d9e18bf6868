//! Ids that nobody can type, see or tell apart do not get in.
//!
//! `user-77` and `user-77` with a zero width space behind it look alike in every
//! table, and a revocation of the one leaves the other's message where it is. So
//! a new id has visible characters only. What was stored or queued before is
//! still read: [`crate::ids`] is tolerant, [`Visible`] is not.

use serde::{Deserialize, Serialize};

use crate::ids::IdError;

/// What a text may not have anywhere, as ranges of code points; the list of
/// docs/problems.md. After Unicode 16: the categories Cc, Cf, Zl and Zp, Zs
/// but for the space, the property `Default_Ignorable_Code_Point` (zero width,
/// fillers, variation selectors, tags), non-characters, and four that are drawn as
/// nothing though their category does not say so. Ordered.
pub(crate) const UNSEEN: [(u32, u32); 45] = [
    (0x0000, 0x001f),
    (0x007f, 0x00a0),
    (0x00ad, 0x00ad),
    (0x034f, 0x034f),
    (0x0600, 0x0605),
    (0x061c, 0x061c),
    (0x06dd, 0x06dd),
    (0x070f, 0x070f),
    (0x0890, 0x0891),
    (0x08e2, 0x08e2),
    (0x115f, 0x1160),
    (0x1680, 0x1680),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x2000, 0x200f),
    (0x2028, 0x202f),
    (0x205f, 0x206f),
    // Braille without a dot.
    (0x2800, 0x2800),
    (0x3000, 0x3000),
    (0x3164, 0x3164),
    (0xfdd0, 0xfdef),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    // To the object replacement character, which stands for a picture that was pasted.
    (0xfff0, 0xfffc),
    (0xfffe, 0xffff),
    (0x110bd, 0x110bd),
    (0x110cd, 0x110cd),
    (0x13430, 0x1343f),
    // The Khitan filler, and the musical null notehead.
    (0x16fe4, 0x16fe4),
    (0x1bca0, 0x1bca3),
    (0x1d159, 0x1d159),
    (0x1d173, 0x1d17a),
    (0x1fffe, 0x1ffff),
    (0x2fffe, 0x2ffff),
    (0x3fffe, 0x3ffff),
    (0x4fffe, 0x4ffff),
    (0x5fffe, 0x5ffff),
    (0x6fffe, 0x6ffff),
    (0x7fffe, 0x7ffff),
    (0x8fffe, 0x8ffff),
    (0x9fffe, 0x9ffff),
    (0xafffe, 0xaffff),
    (0xbfffe, 0xbffff),
    // From here on: `is_unseen`.
    (0xcfffe, 0xcffff),
];

/// Is this a character that is not seen, or is seen as a blank that is no space?
pub fn is_unseen(character: char) -> bool {
    let code = u32::from(character);
    match code {
        // Plane 14 to the end of its default ignorable block, and the non-characters that end the last planes.
        0xe_0000..=0xe_0fff => true,
        0xd_0000.. => code & 0xfffe == 0xfffe,
        _ => UNSEEN
            .binary_search_by(|(first, last)| {
                if *last < code {
                    std::cmp::Ordering::Less
                } else if *first > code {
                    std::cmp::Ordering::Greater
                } else {
                    std::cmp::Ordering::Equal
                }
            })
            .is_ok(),
    }
}

/// Has a text visible characters only, and spaces between them at most? Says where it has not.
///
/// # Errors
/// For the first character that is not seen, and for a space at either end.
pub fn visible(text: &str) -> Result<(), IdError> {
    // Most are ASCII, which is looked through without being decoded or looked up.
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        let unseen = text.chars().zip(1..).find(|(character, _)| is_unseen(*character));
        if let Some((character, at)) = unseen {
            return Err(IdError::Unseen { character, at });
        }
    }
    if text.starts_with(' ') {
        return Err(IdError::Unseen { character: ' ', at: 1 });
    }
    if text.ends_with(' ') {
        let at = text.chars().count();
        return Err(IdError::Unseen { character: ' ', at });
    }
    Ok(())
}

/// An id that somebody gives us now, not one that was stored or queued before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(
    try_from = "String",
    bound(serialize = "T: Serialize", deserialize = "T: TryFrom<String, Error = IdError>")
)]
pub struct Visible<T>(pub T);

impl<T: TryFrom<String, Error = IdError>> TryFrom<String> for Visible<T> {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        visible(&text)?;
        T::try_from(text).map(Self)
    }
}

impl<T: TryFrom<String, Error = IdError>> std::str::FromStr for Visible<T> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::try_from(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{PushId, TargetId};

    fn refused(text: &str) -> Option<(char, usize)> {
        match text.parse::<Visible<TargetId>>() {
            Ok(_) => None,
            Err(IdError::Unseen { character, at }) => Some((character, at)),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn what_cannot_be_seen_is_named_with_its_place() {
        assert_eq!(refused("user-77\u{200b}"), Some(('\u{200b}', 8)));
        assert_eq!(refused("\u{feff}user-77"), Some(('\u{feff}', 1)));
        assert_eq!(refused("用\u{00a0}户"), Some(('\u{00a0}', 2)));
        assert_eq!(refused(" user-77"), Some((' ', 1)));
        assert_eq!(refused("user-77 "), Some((' ', 8)));
        let error = "user-77\u{200b}".parse::<Visible<PushId>>().unwrap_err();
        assert_eq!(error.to_string(), "has an invisible character (U+200B) at character 8");
        assert_eq!(
            "a\tb".parse::<Visible<PushId>>().unwrap_err().to_string(),
            "has an invisible character (U+0009) at character 2"
        );
        assert_eq!(
            "a ".parse::<Visible<PushId>>().unwrap_err().to_string(),
            "has a blank (U+0020) at character 2, where it is not seen"
        );
    }

    #[test]
    fn every_sort_of_character_that_cannot_be_seen_is_refused() {
        for unseen in [
            '\u{0}',
            '\u{7f}',
            '\u{85}',
            '\u{a0}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{17b4}',
            '\u{180e}',
            '\u{2003}',
            '\u{200c}',
            '\u{200d}',
            '\u{200e}',
            '\u{2028}',
            '\u{2029}',
            '\u{202e}',
            '\u{202f}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{2800}',
            '\u{3000}',
            '\u{3164}',
            '\u{fdd0}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{fffc}',
            '\u{ffff}',
            '\u{1d173}',
            '\u{1fffe}',
            '\u{cffff}',
            '\u{dffff}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e01ef}',
            '\u{e0fff}',
            '\u{efffe}',
            '\u{10ffff}',
        ] {
            assert_eq!(refused(&format!("a{unseen}b")), Some((unseen, 2)), "{:04X}", u32::from(unseen));
        }
    }

    #[test]
    fn what_can_be_seen_is_taken_as_it_is() {
        for seen in [
            "user 1024/测~*+&=%23#\"",
            "促销 2026/11 #1",
            "a  b",
            "É",
            "E\u{301}",
            "\u{e000}",
            "\u{fffd}",
            "😀",
            "🇩🇪",
            "\u{d7ff}",
            "\u{f0000}",
            "\u{ffffd}",
            "\u{10fffd}",
        ] {
            assert_eq!(refused(seen), None, "{seen}");
        }
    }

    #[test]
    fn the_list_that_callers_read_is_the_list_that_is_checked() {
        let docs = include_str!("../../../docs/problems.md");
        let list = docs.split("### What cannot be seen").nth(1).unwrap();
        let rows = list.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
        let mut listed = std::collections::BTreeSet::new();
        for row in rows.take_while(|line| line.starts_with('|')) {
            let codes = row.split('|').nth(2).unwrap();
            for part in codes.split(',').flat_map(|part| part.split(" and ")) {
                let code = |end: &str| u32::from_str_radix(end.trim().strip_prefix("U+")?, 16).ok();
                let ends: Vec<u32> = part.split(" to ").filter_map(code).collect();
                if let (Some(first), Some(last)) = (ends.first(), ends.last()) {
                    listed.extend(*first..=*last);
                }
            }
        }
        listed.remove(&0x20);
        for character in '\0'..=char::MAX {
            let code = u32::from(character);
            let expected = listed.contains(&code) || code & 0xfffe == 0xfffe;
            assert_eq!(is_unseen(character), expected, "U+{code:04X}");
        }
        assert!(listed.len() > 4_000, "{}", listed.len());
    }

    #[test]
    fn the_ranges_are_in_order() {
        assert!(UNSEEN.iter().all(|(first, last)| first <= last));
        assert!(UNSEEN.is_sorted_by(|(_, last), (first, _)| last < first));
    }

    #[test]
    fn an_id_from_before_is_read_and_does_not_get_in_again() {
        let stored: TargetId = serde_json::from_str("\"user-77\u{200b}\"").unwrap();
        assert_eq!(stored.as_str(), "user-77\u{200b}");
        let again = serde_json::from_str::<Visible<TargetId>>("\"user-77\u{200b}\"").unwrap_err();
        assert!(
            again.to_string().starts_with("has an invisible character (U+200B) at character 8"),
            "{again}"
        );
    }
}
