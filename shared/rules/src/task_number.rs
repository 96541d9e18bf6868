//! The number a task goes by where ids have to be numbers.
//!
//! A task whose id is such a number goes by it. Any other goes by one that is
//! made of its id: the same at any time, and from a range of its own, so that no
//! task is taken for one that was registered under the number itself.

use sha2::{Digest, Sha256};

use crate::ids::{PushId, PushKind, PushRef};

/// Numbers from here to below twice this are made of ids; those below are ids.
/// All are exact as floating point numbers, which is how some read them.
const MADE_FROM: u64 = 1 << 52;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskNumber(u64);

impl TaskNumber {
    pub fn of(id: &PushId) -> Self {
        match canonical(id.as_str()) {
            Some(number) if number < MADE_FROM => Self(number),
            Some(_) | None => Self(MADE_FROM | (first_bytes(id) >> 12)),
        }
    }

    /// The number a text is, if it has the form of one that is made of an id.
    pub fn parse_made(text: &str) -> Option<Self> {
        canonical(text)
            .filter(|number| (MADE_FROM..2 * MADE_FROM).contains(number))
            .map(Self)
    }

    pub const fn get(self) -> u64 {
        self.0
    }

    /// Can it not be told from the number itself which task it is?
    pub const fn is_made(self) -> bool {
        self.0 >= MADE_FROM
    }
}

impl PushRef {
    /// `None` for a message: those have no numbers.
    pub fn task_number(&self) -> Option<TaskNumber> {
        (self.kind == PushKind::Task).then(|| TaskNumber::of(&self.id))
    }
}

/// A number in the one way to write it.
fn canonical(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

fn first_bytes(id: &PushId) -> u64 {
    let digest = Sha256::digest(id.as_str().as_bytes());
    digest.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(id: &str) -> TaskNumber {
        TaskNumber::of(&id.parse().unwrap())
    }

    #[test]
    fn a_task_whose_id_is_a_number_goes_by_it() {
        for id in ["0", "20842863", "1578807462788", "4503599627370495"] {
            assert_eq!(of(id).get().to_string(), id);
            assert!(!of(id).is_made());
            assert_eq!(TaskNumber::parse_made(id), None);
        }
    }

    #[test]
    fn any_other_goes_by_a_number_of_its_own_range() {
        for id in [
            "summer-sale",
            "020842863",
            "+1",
            "-1",
            "1.0",
            "促销",
            "4503599627370496",
            "18446744073709551616",
        ] {
            let number = of(id);
            assert!(number.is_made(), "{id}");
            assert!(number.get() < 1 << 53, "{id}");
            assert_eq!(TaskNumber::parse_made(&number.get().to_string()), Some(number));
        }
        assert_ne!(of("summer-sale"), of("winter-sale"));
        assert_eq!(TaskNumber::parse_made("9007199254740992"), None);
        assert_eq!(TaskNumber::parse_made("summer-sale"), None);
    }

    /// Stored numbers depend on it.
    #[test]
    fn the_number_never_changes() {
        assert_eq!(of("summer-sale").get(), 5_203_118_023_412_020);
    }
}
