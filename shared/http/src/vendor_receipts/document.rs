//! A body as vendors and their tools send it: JSON, or a form with JSON in it,
//! or JSON inside a text, with or without a byte order mark.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The form field that has the document.
const FIELD: &str = "data";

/// The JSON object or list that a body brings, not yet looked into. What is not
/// UTF-8 became replacement characters, which make no id and no token.
pub(super) fn document(body: &[u8]) -> Option<Cow<'_, str>> {
    match String::from_utf8_lossy(body) {
        Cow::Borrowed(text) => found(text),
        Cow::Owned(text) => found(&text).map(|found| Cow::Owned(found.into_owned())),
    }
}

fn found(text: &str) -> Option<Cow<'_, str>> {
    let text = bare(text);
    if is_document(text) {
        return Some(Cow::Borrowed(text));
    }
    if let Some(inside) = inside_a_text(text) {
        return Some(Cow::Owned(inside));
    }
    let pairs = || text.split('&').filter_map(|pair| pair.split_once('='));
    let named = pairs().filter(|(name, _)| name.eq_ignore_ascii_case(FIELD));
    let any = pairs().filter(|(name, _)| !name.eq_ignore_ascii_case(FIELD));
    // Or the whole body is one value.
    let values = named.chain(any).map(|(_, value)| value).chain([text]);
    values.filter(|value| may_be_a_document(value)).find_map(|value| {
        let value = decoded(value);
        let value = bare(&value);
        if is_document(value) {
            return Some(Cow::Owned(value.to_owned()));
        }
        inside_a_text(value).map(Cow::Owned)
    })
}

/// Without what stands around it and cannot be seen.
pub(super) fn bare(text: &str) -> &str {
    text.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}' || letter == '\0')
}

fn is_document(text: &str) -> bool {
    text.starts_with(['{', '['])
}

/// Is it worth decoding? Of a body with a million values only a few are.
fn may_be_a_document(value: &str) -> bool {
    value.trim_start().starts_with(['{', '[', '"', '%', '+', '\u{feff}'])
}

fn inside_a_text(text: &str) -> Option<String> {
    if !text.starts_with('"') {
        return None;
    }
    let inside: String = serde_json::from_str(text).ok()?;
    let inside = bare(&inside);
    is_document(inside).then(|| inside.to_owned())
}

fn decoded(value: &str) -> String {
    let value = value.replace('+', " ");
    percent_decode_str(&value).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    #[test]
    fn a_document_is_found_however_it_is_packed() {
        let json = r#"{"a": "x&data={}"}"#;
        let encoded = utf8_percent_encode(json, NON_ALPHANUMERIC).to_string();
        let text = serde_json::to_string(json).unwrap();
        let text_encoded = utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string();
        for body in [
            json.to_owned(),
            format!("\u{feff} \r\n{json}\n\0"),
            text.clone(),
            encoded.clone(),
            format!("data={encoded}"),
            format!("more=1&Data={encoded}&x=%7B"),
            format!("data=&body=%EF%BB%BF{encoded}"),
            format!("data={text_encoded}"),
            format!("data=+{encoded}"),
        ] {
            assert_eq!(document(body.as_bytes()).as_deref(), Some(json), "{body}");
        }
        for body in [
            "",
            "planted",
            "17",
            "null",
            "data",
            "data=",
            "data=x&more=y",
            "\"{",
            "\"x\"",
            "\u{1}",
        ] {
            assert_eq!(document(body.as_bytes()), None, "{body}");
        }
        assert_eq!(document(b"{\"a\":\"\xff\"}").as_deref(), Some("{\"a\":\"\u{fffd}\"}"));
    }
}
