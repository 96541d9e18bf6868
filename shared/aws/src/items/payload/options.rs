//! Columns of what a delivery may bring, and most bring the same.
//!
//! | form | then |
//! |---|---|
//! | 0, none | nothing |
//! | 1, the same for all | it |
//! | 2, one of a few | how many, they; for each delivery 0 for none, or its place counted from 1 |
//! | 3, each its own | for each delivery 0 for none, or its length (of a number: itself) and 1, and then the text |

use std::hash::Hash;

use super::cursor::{Cursor, put_number, put_text};

const NONE: u8 = 0;
const SAME: u8 = 1;
const FEW: u8 = 2;
const EACH: u8 = 3;

/// More different texts than this are no few.
const MOST: usize = 100;

/// Which form says it in the fewest bytes.
enum Form<T> {
    None,
    Same(T),
    Few(Vec<T>),
    Each,
}

fn form<T: Copy + Eq + Hash>(values: impl Iterator<Item = Option<T>>) -> Form<T> {
    let mut different: Vec<T> = Vec::new();
    let mut is_whole = true;
    for value in values {
        match value {
            None => is_whole = false,
            Some(value) if different.contains(&value) => {}
            Some(_) if different.len() == MOST => return Form::Each,
            Some(value) => different.push(value),
        }
    }
    match different[..] {
        [] => Form::None,
        [one] if is_whole => Form::Same(one),
        _ => Form::Few(different),
    }
}

pub fn write_texts<'t>(texts: impl Iterator<Item = Option<&'t str>> + Clone, columns: &mut Vec<u8>) {
    match form(texts.clone()) {
        Form::None => columns.push(NONE),
        Form::Same(text) => {
            columns.push(SAME);
            put_text(columns, text);
        }
        Form::Few(few) => {
            columns.push(FEW);
            put_number(columns, few.len() as u64);
            for text in &few {
                put_text(columns, text);
            }
            for text in texts {
                let place = text.and_then(|text| few.iter().position(|one| *one == text));
                put_number(columns, place.map_or(0, |place| place as u64 + 1));
            }
        }
        Form::Each => {
            columns.push(EACH);
            for text in texts {
                put_number(columns, text.map_or(0, |text| text.len() as u64 + 1));
                columns.extend(text.unwrap_or_default().as_bytes());
            }
        }
    }
}

/// The column's texts, not copied.
pub fn read_texts<'a>(count: usize, columns: &mut Cursor<'a>) -> Option<Vec<Option<&'a str>>> {
    match columns.byte()? {
        NONE => Some(vec![None; count]),
        SAME => Some(vec![Some(columns.text()?); count]),
        FEW => {
            let few = columns.length().filter(|few| *few <= MOST)?;
            let few: Vec<&str> = (0..few).map(|_| columns.text()).collect::<Option<_>>()?;
            let one = |place: usize| match place.checked_sub(1) {
                None => Some(None),
                Some(place) => few.get(place).map(|text| Some(*text)),
            };
            (0..count).map(|_| one(columns.length()?)).collect()
        }
        EACH => {
            let one = |columns: &mut Cursor<'a>| match columns.length()?.checked_sub(1) {
                None => Some(None),
                Some(length) => Some(Some(std::str::from_utf8(columns.bytes(length)?).ok()?)),
            };
            (0..count).map(|_| one(columns)).collect()
        }
        _ => None,
    }
}

pub fn write_numbers(numbers: impl Iterator<Item = Option<u32>> + Clone, columns: &mut Vec<u8>) {
    match form(numbers.clone()) {
        Form::None => columns.push(NONE),
        Form::Same(number) => {
            columns.push(SAME);
            put_number(columns, number.into());
        }
        Form::Few(_) | Form::Each => {
            columns.push(EACH);
            numbers.for_each(|number| put_number(columns, number.map_or(0, |number| u64::from(number) + 1)));
        }
    }
}

pub fn read_numbers(count: usize, columns: &mut Cursor<'_>) -> Option<Vec<Option<u32>>> {
    match columns.byte()? {
        NONE => Some(vec![None; count]),
        SAME => Some(vec![Some(columns.number()?.try_into().ok()?); count]),
        EACH => {
            let one = |number: u64| match number.checked_sub(1) {
                None => Some(None),
                Some(number) => u32::try_from(number).ok().map(Some),
            };
            (0..count).map(|_| one(columns.number()?)).collect()
        }
        _ => None,
    }
}
