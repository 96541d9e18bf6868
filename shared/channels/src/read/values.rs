//! Reads values from a node of an answer, whatever form they come in.

use std::borrow::Cow;

use super::node::Node;

/// What stands where a vendor's code is documented. Only numbers become part
/// of a reason: a text that somebody put there is neither logged nor stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// Not said: absent, null, blank.
    None,
    Number(i64),
    /// Said, and not in any form of a number. Never a yes.
    Unreadable,
}

impl Code {
    pub const fn number(self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(number),
            Self::None | Self::Unreadable => None,
        }
    }
}

/// Numbers beyond this are not exact as a floating-point number.
const EXACT: f64 = 9_007_199_254_740_992.0;

#[expect(clippy::cast_possible_truncation, reason = "whole, and far below i64's bounds")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
}

/// JSON does not tell 0 from 0.0, and some serializers write the latter.
fn number_in(text: &str) -> Option<i64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
    text.parse().ok().or_else(|| whole(text.parse().ok().filter(|_| is_plain)?))
}

impl Node {
    pub fn code(&self) -> Code {
        let read = match self {
            _ if self.is_nothing() => return Code::None,
            Self::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Self::Text(text) => number_in(text.trim()),
            Self::Null | Self::Bool(_) | Self::List(_) | Self::Object(_) | Self::Contradiction => None,
        };
        read.map_or(Code::Unreadable, Code::Number)
    }

    /// A text without the blanks around it, or a whole number as a text. `None` for what says nothing.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()).map(Cow::Borrowed),
            Self::Number(number) if number.is_i64() || number.is_u64() => Some(Cow::Owned(number.to_string())),
            Self::Number(_) | Self::Null | Self::Bool(_) | Self::List(_) | Self::Object(_) | Self::Contradiction => None,
        }
    }

    /// What JSON text holds; anything else is itself. Two layers at most.
    pub fn unwrapped(&self) -> Cow<'_, Self> {
        self.inside().map_or(Cow::Borrowed(self), Cow::Owned)
    }

    /// The same, of a node that is nobody else's.
    pub fn opened(self) -> Self {
        self.inside().unwrap_or(self)
    }

    fn inside(&self) -> Option<Self> {
        let inner = |text: &str| Self::read(text).filter(|inner| matches!(inner, Self::Object(_) | Self::List(_) | Self::Text(_)));
        let Self::Text(outer) = self else {
            return None;
        };
        match inner(outer)? {
            Self::Text(text) => Some(inner(&text).unwrap_or(Self::Text(text))),
            node => Some(node),
        }
    }

    /// The names in a list, a list in JSON text, a text with commas, or an object of
    /// such lists. `None` when any part cannot be read.
    pub fn names(&self) -> Option<Vec<String>> {
        let whole = self.unwrapped();
        if whole.is_nothing() {
            return Some(Vec::new());
        }
        match whole.as_ref() {
            Self::List(list) => list.iter().filter(|entry| !entry.is_nothing()).map(Self::name).collect(),
            Self::Object(lists) => {
                let lists: Option<Vec<_>> = lists.values().map(Self::names_in_list).collect();
                Some(lists?.concat())
            }
            Self::Text(text) => Some(
                text.split(',')
                    .map(str::trim)
                    .filter(|name| !name.is_empty())
                    .map(str::to_owned)
                    .collect(),
            ),
            number @ Self::Number(_) => Some(vec![number.name()?]),
            Self::Null | Self::Bool(_) | Self::Contradiction => None,
        }
    }

    fn name(&self) -> Option<String> {
        self.text().map(Cow::into_owned)
    }

    fn names_in_list(&self) -> Option<Vec<String>> {
        match self {
            Self::List(_) | Self::Text(_) | Self::Null => self.names(),
            Self::Number(_) | Self::Bool(_) | Self::Object(_) | Self::Contradiction => None,
        }
    }

    /// The entries of a list, of a list in JSON text, or an entry that stands where
    /// a list of one is documented. `None` for what is neither.
    pub fn entries(&self) -> Option<Cow<'_, [Self]>> {
        match self.inside() {
            None => self.listed().map(Cow::Borrowed),
            Some(Self::List(list)) => Some(Cow::Owned(list)),
            Some(inside) => inside.listed().map(|list| Cow::Owned(list.to_vec())),
        }
    }

    fn listed(&self) -> Option<&[Self]> {
        match self {
            _ if self.is_nothing() => Some(&[]),
            Self::List(list) => Some(list),
            Self::Object(_) => Some(std::slice::from_ref(self)),
            Self::Null | Self::Text(_) | Self::Number(_) | Self::Bool(_) | Self::Contradiction => None,
        }
    }
}
