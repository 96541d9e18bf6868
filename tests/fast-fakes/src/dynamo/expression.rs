//! The few forms of expressions that our adapters write. Another one is refused.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::tables::Refused;
use crate::swarm::Item;

/// What an expression's `#names` and `:values` stand for.
pub(super) struct Terms<'a>(pub &'a Value);

impl<'a> Terms<'a> {
    pub fn name<'t>(&'t self, token: &'t str) -> &'t str {
        self.0["ExpressionAttributeNames"][token].as_str().unwrap_or(token)
    }

    pub fn value(&self, token: &str) -> Result<&'a Value, Refused> {
        let value = &self.0["ExpressionAttributeValues"][token];
        if value.is_null() {
            return Err(Refused(format!("no value {token}")));
        }
        Ok(value)
    }

    /// The attributes that are wanted; `None` for all.
    pub fn projection(&self) -> Option<Vec<String>> {
        let text = self.0["ProjectionExpression"].as_str()?;
        Some(text.split(',').map(|token| self.name(token.trim()).to_owned()).collect())
    }
}

pub(super) fn projected(item: &Item, wanted: Option<&[String]>) -> Item {
    match wanted {
        None => item.clone(),
        Some(wanted) => {
            let both = wanted.iter().filter_map(|name| Some((name.clone(), item.get(name)?.clone())));
            both.collect()
        }
    }
}

/// Does as an `UpdateExpression` says.
pub(super) fn update(item: &mut Item, asked: &Value) -> Result<(), Refused> {
    let terms = Terms(asked);
    let text = asked["UpdateExpression"].as_str().unwrap_or_default();
    for (word, clause) in clauses(text) {
        for part in split_outside_brackets(clause) {
            match word {
                "SET" => set(item, &terms, part)?,
                "ADD" => add(item, &terms, part)?,
                "REMOVE" => {
                    item.remove(terms.name(part));
                }
                _ => return Err(Refused(format!("an update does no {word}"))),
            }
        }
    }
    Ok(())
}

fn clauses(text: &str) -> Vec<(&str, &str)> {
    let words = ["SET", "ADD", "REMOVE", "DELETE"];
    let mut starts: Vec<(usize, &str)> = words
        .iter()
        .flat_map(|word| text.match_indices(word))
        .filter(|(at, word)| (*at == 0 || text.as_bytes()[at - 1] == b' ') && text.as_bytes().get(at + word.len()) == Some(&b' '))
        .collect();
    starts.sort_unstable();
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
    let both = starts.iter().zip(ends);
    both.map(|((at, word), end)| (*word, text[at + word.len()..end].trim())).collect()
}

fn split_outside_brackets(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    text.split(move |letter: char| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        letter == ',' && depth == 0
    })
    .map(str::trim)
}

fn set(item: &mut Item, terms: &Terms<'_>, part: &str) -> Result<(), Refused> {
    let (name, value) = part.split_once('=').ok_or_else(|| Refused(format!("set {part}")))?;
    let (name, value) = (terms.name(name.trim()).to_owned(), value.trim());
    let value = if let Some(inner) = value.strip_prefix("if_not_exists(").and_then(|rest| rest.strip_suffix(')')) {
        let (path, other) = inner.split_once(',').ok_or_else(|| Refused(part.to_owned()))?;
        match item.get(terms.name(path.trim())) {
            Some(there) => there.clone(),
            None => terms.value(other.trim())?.clone(),
        }
    } else if let Some((left, right)) = value.split_once('+') {
        let left = item.get(terms.name(left.trim())).cloned().unwrap_or_else(|| json!({"N": "0"}));
        sum(&left, terms.value(right.trim())?)?
    } else if value.starts_with(':') {
        terms.value(value)?.clone()
    } else {
        return Err(Refused(format!("set {part}")));
    };
    if name.contains(['.', '[']) {
        return Err(Refused(format!("set {part}")));
    }
    item.insert(name, value);
    Ok(())
}

fn add(item: &mut Item, terms: &Terms<'_>, part: &str) -> Result<(), Refused> {
    let (name, value) = part.split_once(' ').ok_or_else(|| Refused(format!("add {part}")))?;
    let name = terms.name(name).to_owned();
    let before = item.get(&name).cloned().unwrap_or_else(|| json!({"N": "0"}));
    let after = sum(&before, terms.value(value.trim())?)?;
    item.insert(name, after);
    Ok(())
}

fn sum(left: &Value, right: &Value) -> Result<Value, Refused> {
    let number = |value: &Value| value["N"].as_str().and_then(|digits| digits.parse::<i64>().ok());
    let numbers = number(left).zip(number(right));
    let (left, right) = numbers.ok_or_else(|| Refused("a sum of what is no whole number".to_owned()))?;
    Ok(json!({"N": (left + right).to_string()}))
}

/// How two values of one kind stand to each other.
pub(super) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (left["N"].as_str(), right["N"].as_str()) {
        return left.parse::<f64>().ok()?.partial_cmp(&right.parse().ok()?);
    }
    Some(left["S"].as_str()?.cmp(right["S"].as_str()?))
}
