//! Reads a JSON body, and says what is wrong with a bad one and where.

use http::HeaderMap;
use serde::de::DeserializeOwned;

use crate::problem::{Problem, ProblemKind};

/// Largest body the API takes, in bytes.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Longest part of a caller's own words that is said back, in characters: a name that is not known, a place.
const MAX_SAID_BACK: usize = 200;

/// Parses `body` as `T`.
///
/// # Errors
/// 413 when it is too large, 415 when it is not called JSON, 400 with a pointer when it is not a `T`.
pub fn json<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Problem> {
    small_enough(body)?;
    let content_type = headers
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let essence = content_type.split(';').next().unwrap_or("").trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(ProblemKind::UnsupportedMediaType).with_detail("send `Content-Type: application/json`"));
    }
    // The quick way first; only a bad body is read again to find the place.
    serde_json::from_slice(body).map_err(|_| mistake::<T>(body))
}

/// # Errors
/// 413 when it is too large.
pub fn small_enough(body: &[u8]) -> Result<(), Problem> {
    if body.len() > MAX_BODY_BYTES {
        return Err(Problem::new(ProblemKind::PayloadTooLarge).with_detail(format!("a body has at most {MAX_BODY_BYTES} bytes")));
    }
    Ok(())
}

fn mistake<T: DeserializeOwned>(body: &[u8]) -> Problem {
    let mut input = serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, T>(&mut input) {
        Ok(_) => Problem::invalid("", "has more after the end of the document"),
        // Where a text is not JSON there are no places to point at.
        Err(error) if !error.inner().is_data() => Problem::invalid("", short(wrong(error.inner()))),
        Err(error) => Problem::invalid(short(pointer(error.path())), short(wrong(error.inner()))),
    }
}

/// serde's own words, but for those that quote a value: a value may be a token or a text.
fn wrong(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = text.strip_suffix(&place).unwrap_or(&text);
    match error.classify() {
        serde_json::error::Category::Syntax | serde_json::error::Category::Eof => format!("is not JSON: {text}{place}"),
        serde_json::error::Category::Data if text.starts_with("invalid type: ") || text.starts_with("invalid value: ") => {
            let expected = text.rsplit_once("expected ").map_or("something else", |(_, expected)| expected);
            format!("is not {expected}")
        }
        serde_json::error::Category::Data | serde_json::error::Category::Io => text.to_owned(),
    }
}

fn short(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_SAID_BACK) {
        text.truncate(end);
        text.push_str("...");
    }
    text
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::RecordBody;

    fn refused(body: &str) -> Problem {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", "application/json; charset=utf-8".parse().unwrap());
        json::<RecordBody>(&headers, body.as_bytes()).unwrap_err()
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        let at = |body: &str| refused(body).errors[0].pointer.clone();
        assert_eq!(
            at(r#"{"batch_id":"b","channel":"huawei","deliveries":[{"token":"t"},{"token":7}]}"#),
            "/deliveries/1/token"
        );
        assert_eq!(at(r#"{"batch_id":"b","channel":"fax","deliveries":[]}"#), "/channel");
        assert_eq!(at(r#"{"batch_id":"b","chanel":"huawei","deliveries":[]}"#), "/chanel");
        assert_eq!(at("{"), "");
        assert_eq!(at(r#"{"batch_id":"#), "");
        assert_eq!(at("{} {}"), "");
    }

    #[test]
    fn a_value_is_never_quoted_back() {
        let problem = refused(r#"{"batch_id":"b","channel":"huawei","deliveries":"planted-token"}"#);
        assert!(!format!("{problem:?}").contains("planted"), "{problem:?}");
    }

    #[test]
    fn a_name_that_is_not_known_is_not_said_back_at_length() {
        for name in ["x".repeat(MAX_BODY_BYTES / 2), "促".repeat(MAX_BODY_BYTES / 6)] {
            let answer = format!("{:?}", refused(&format!(r#"{{"{name}":1}}"#)));
            assert!(answer.len() < 4_000 && answer.contains("unknown field"), "{} bytes", answer.len());
        }
    }

    #[test]
    fn a_list_ends_where_it_may_and_a_shared_id_before_it_is_copied() {
        let many = vec![r#"{"token":"t"}"#; 1_001].join(",");
        let problem = refused(&format!(r#"{{"batch_id":"b","channel":"huawei","deliveries":[{many}]}}"#));
        assert_eq!(problem.errors[0].pointer, "/deliveries");
        let long = "x".repeat(65);
        let problem = refused(&format!(
            r#"{{"batch_id":"b","channel":"apns","collapse_id":"{long}","deliveries":[]}}"#
        ));
        assert_eq!(problem.errors[0].pointer, "/collapse_id");
    }

    #[test]
    fn a_body_that_is_not_json_is_refused_by_its_type() {
        let problem = json::<RecordBody>(&HeaderMap::new(), b"{}").unwrap_err();
        assert_eq!(problem.kind, ProblemKind::UnsupportedMediaType);
    }
}
