//! Builds the requests to vendors.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request};
use http_body_util::Full;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Returns `None` if `url` is no address. Settings are checked before, so that this does not happen.
pub(crate) fn post(url: &str, content_type: &'static str, body: impl Into<Bytes>) -> Option<Request<Full<Bytes>>> {
    Request::post(url)
        .header(CONTENT_TYPE, content_type)
        .body(Full::new(body.into()))
        .ok()
}

/// A header that no log or `Debug` shows.
pub(crate) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// What a form leaves as it is: RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A form's body. Keys are ours and need no escaping.
pub(crate) fn form<'f>(fields: impl IntoIterator<Item = (&'f str, &'f str)>) -> String {
    let mut form = String::new();
    for (key, value) in fields {
        if !form.is_empty() {
            form.push('&');
        }
        form.push_str(key);
        form.push('=');
        form.extend(utf8_percent_encode(value, RESERVED));
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_escapes_what_has_a_meaning() {
        assert_eq!(
            form([("a", "1,2"), ("b", "x&y=z +"), ("c", "撤")]),
            "a=1%2C2&b=x%26y%3Dz%20%2B&c=%E6%92%A4"
        );
    }

    #[test]
    fn a_sensitive_header_does_not_show_itself() {
        assert!(!format!("{:?}", sensitive("key=planted").unwrap()).contains("planted"));
        assert!(sensitive("a\nb").is_none());
    }
}
