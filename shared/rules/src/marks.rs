//! Which of the targets that a scope names have a delivery in it.
//!
//! A scope's list of targets never changes, so a target is known by its place
//! in it: a thousand targets are 125 bytes, whatever their names.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::batch::Delivery;
use crate::hex::hex;
use crate::ids::TargetId;
use crate::scope::{MAX_TARGETS, Scope};

/// A set of places in a scope's list of targets. It only grows: what is
/// recorded stays recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TargetMarks(Vec<u8>);

impl TargetMarks {
    pub fn mark(&mut self, place: usize) {
        let byte = place / 8;
        if self.0.len() <= byte {
            self.0.resize(byte + 1, 0);
        }
        self.0[byte] |= 1 << (place % 8);
    }

    pub fn has(&self, place: usize) -> bool {
        self.0.get(place / 8).is_some_and(|byte| byte & (1 << (place % 8)) != 0)
    }

    pub fn add_all(&mut self, others: &Self) {
        if self.0.len() < others.0.len() {
            self.0.resize(others.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&others.0) {
            *mine |= theirs;
        }
    }
}

impl From<TargetMarks> for String {
    fn from(marks: TargetMarks) -> Self {
        hex(&marks.0)
    }
}

/// The text is not what [`TargetMarks`] are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no set of places in a list of targets")]
pub struct MarksError;

impl TryFrom<String> for TargetMarks {
    type Error = MarksError;

    fn try_from(text: String) -> Result<Self, MarksError> {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if !rest.is_empty() || pairs.len() > MAX_TARGETS.div_ceil(8) {
            return Err(MarksError);
        }
        let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
        bytes.collect::<Option<_>>().map(Self).ok_or(MarksError)
    }
}

impl Scope {
    /// Which of the named targets these deliveries are for; `None` when all targets are covered.
    pub fn marks(&self, deliveries: &[Delivery]) -> Option<TargetMarks> {
        let named: Vec<&str> = self.targets.as_ref()?.iter().map(TargetId::as_str).collect();
        let mut marks = TargetMarks::default();
        for delivery in deliveries {
            for name in delivery.names() {
                if let Ok(place) = named.binary_search(&name.as_ref()) {
                    marks.mark(place);
                }
            }
        }
        Some(marks)
    }

    /// The named targets without a mark, in their order.
    pub fn unmarked<'a>(&'a self, marks: &'a TargetMarks) -> impl Iterator<Item = &'a TargetId> {
        let named = self.targets.iter().flatten().enumerate();
        named.filter(|(place, _)| !marks.has(*place)).map(|(_, target)| target)
    }

    /// Is this delivery's target covered? By any of its names.
    pub fn covers(&self, delivery: &Delivery) -> bool {
        match &self.targets {
            None => true,
            Some(targets) => delivery.names().any(|name| targets.contains(name.as_ref())),
        }
    }

    /// Is anything that may be recorded for `target` covered? What the gate is asked, before there is a delivery.
    pub fn has_target(&self, target: &TargetId) -> bool {
        let Some(targets) = &self.targets else { return true };
        let named_otherwise = || targets.iter().any(|named| TargetId::of_token_text(named.as_str()) == *target);
        targets.contains(target)
            || targets.contains(&TargetId::of_token_text(target.as_str()))
            || (target.may_be_of_a_token() && named_otherwise())
    }
}

impl Delivery {
    /// Every text by which a scope may name it: its target; and for one that was
    /// recorded without a target, both its token and the name made of it, whichever
    /// of the two it was kept under.
    pub fn names(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let (target, token) = (self.target.as_str(), self.token.as_str());
        let other = if target == token {
            // As deliveries without a target were once kept.
            Some(Cow::Owned(TargetId::of_token(&self.token).into()))
        } else if self.is_named_by_its_token() {
            Some(Cow::Borrowed(token))
        } else {
            None
        };
        std::iter::once(Cow::Borrowed(target)).chain(other)
    }

    /// Is its target the name that is made of its token?
    pub fn is_named_by_its_token(&self) -> bool {
        self.target.may_be_of_a_token() && self.target == TargetId::of_token(&self.token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(targets: &[&str]) -> Scope {
        Scope {
            channels: None,
            targets: Some(targets.iter().map(|target| target.parse().unwrap()).collect()),
        }
    }

    fn delivery(target: &str, token: &str) -> Delivery {
        Delivery::new(target.parse().unwrap(), token.parse().unwrap())
    }

    fn unmarked(scope: &Scope, marks: &TargetMarks) -> Vec<String> {
        scope.unmarked(marks).map(|target| target.as_str().to_owned()).collect()
    }

    #[test]
    fn a_named_target_without_a_delivery_is_left_over() {
        let scope = scope(&["u3", "u1", "u2\u{200b}"]);
        let marks = scope
            .marks(&[delivery("u1", "t1"), delivery("u2", "t2"), delivery("u1", "t3")])
            .unwrap();
        assert_eq!(unmarked(&scope, &marks), ["u2\u{200b}", "u3"]);
        let mut all = scope.marks(&[delivery("u3", "t4")]).unwrap();
        all.add_all(&marks);
        assert_eq!(unmarked(&scope, &all), ["u2\u{200b}"]);
        assert_eq!(Scope::everything().marks(&[delivery("u1", "t1")]), None);
    }

    #[test]
    fn a_delivery_without_a_target_has_two_names() {
        let device = TargetId::of_token(&"t1".parse().unwrap());
        let [new, old] = [delivery(device.as_str(), "t1"), delivery("t1", "t1")];
        for named in ["t1", device.as_str()] {
            for delivery in [&new, &old] {
                assert!(scope(&[named]).covers(delivery), "{named}");
                assert!(scope(&[named]).has_target(&delivery.target), "{named}");
                let both = scope(&[named, "u1"]);
                assert_eq!(unmarked(&both, &both.marks(std::slice::from_ref(delivery)).unwrap()), ["u1"]);
            }
        }
        // A user's name is no token, whatever it looks like.
        assert!(!scope(&["t1"]).covers(&delivery("u1", "t1")));
        assert!(!scope(&["t2"]).covers(&new) && !scope(&["t2"]).has_target(&device));
    }

    #[test]
    fn marks_are_read_back_and_nothing_else_is() {
        let mut marks = TargetMarks::default();
        for place in [0, 9, 999] {
            marks.mark(place);
        }
        let text = serde_json::to_string(&marks).unwrap();
        assert_eq!(serde_json::from_str::<TargetMarks>(&text).unwrap(), marks);
        assert!(text.len() <= 252, "{text}");
        assert_eq!(serde_json::to_string(&TargetMarks::default()).unwrap(), "\"\"");
        for bad in ["0", "0g", "é", &"00".repeat(126)] {
            assert_eq!(TargetMarks::try_from(bad.to_owned()), Err(MarksError), "{bad}");
        }
    }
}
