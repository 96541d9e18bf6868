//! The text of `openapi.json`: what fits on a line stands on one.

use serde_json::Value;

const WIDTH: usize = 140;

/// The file that `make generate` writes and `lookup` serves.
pub fn text() -> String {
    let mut text = String::new();
    write(&mut text, &super::document(), 0);
    text.push('\n');
    text
}

fn write(text: &mut String, value: &Value, depth: usize) {
    let short = value.to_string();
    let column = text.len() - text.rfind('\n').map_or(0, |at| at + 1);
    if column + short.len() <= WIDTH {
        text.push_str(&short);
        return;
    }
    match value {
        Value::Object(fields) => block(text, ['{', '}'], depth, fields, |text, (name, value)| {
            text.push_str(&Value::from(name.as_str()).to_string());
            text.push_str(": ");
            write(text, value, depth + 1);
        }),
        Value::Array(items) => block(text, ['[', ']'], depth, items, |text, value| write(text, value, depth + 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => text.push_str(&short),
    }
}

fn block<T>(text: &mut String, [open, close]: [char; 2], depth: usize, parts: impl IntoIterator<Item = T>, part: impl Fn(&mut String, T)) {
    text.push(open);
    for (nth, one) in parts.into_iter().enumerate() {
        if nth > 0 {
            text.push(',');
        }
        text.push('\n');
        text.push_str(&"  ".repeat(depth + 1));
        part(text, one);
    }
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
    text.push(close);
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_text_is_the_document() {
        let read: serde_json::Value = serde_json::from_str(&super::text()).unwrap();
        assert_eq!(read, super::super::document());
    }
}
