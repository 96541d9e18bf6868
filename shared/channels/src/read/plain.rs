//! A body becomes text.

use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use miniz_oxide::inflate::{decompress_to_vec_with_limit, decompress_to_vec_zlib_with_limit};

/// A body without the compression that nobody asked for. What is compressed in
/// a way that we do not know, or is longer than `most` bytes, is empty: unreadable.
pub(crate) fn plain(headers: &HeaderMap, body: Bytes, most: usize) -> Bytes {
    let mut encodings = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        encodings.extend(
            value
                .to_str()
                .unwrap_or("unreadable")
                .split(',')
                .map(|one| one.trim().to_ascii_lowercase()),
        );
    }
    encodings.retain(|encoding| !encoding.is_empty() && encoding != "identity");
    let inflated = match encodings.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        // Some proxies compress and do not say so. No JSON begins with these bytes.
        [] | ["gzip" | "x-gzip"] if body.starts_with(&GZIP) => gunzip(&body, most),
        // Or say so and do not: JSON begins like this.
        [] | ["gzip" | "x-gzip" | "deflate"] if encodings.is_empty() || looks_like_json(&body) => return body,
        // RFC 9110 means zlib's form; the bare one is met as well.
        ["deflate"] => decompress_to_vec_zlib_with_limit(&body, most)
            .or_else(|_| decompress_to_vec_with_limit(&body, most))
            .ok(),
        _ => None,
    };
    inflated.map_or_else(Bytes::new, Bytes::from)
}

const GZIP: [u8; 2] = [0x1f, 0x8b];

fn looks_like_json(body: &[u8]) -> bool {
    body.trim_ascii_start().first().is_none_or(|first| b"{[\"".contains(first))
}

/// RFC 1952: a header with optional parts, deflated bytes, a trailer.
fn gunzip(body: &[u8], most: usize) -> Option<Vec<u8>> {
    let (header, mut rest) = body.split_at_checked(10)?;
    let flags = header[3];
    if flags & 4 != 0 {
        let (length, after) = rest.split_at_checked(2)?;
        rest = after.get(usize::from(u16::from_le_bytes([length[0], length[1]]))..)?;
    }
    // A name, a comment.
    for flag in [8, 16] {
        if flags & flag != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = &rest[end + 1..];
        }
    }
    if flags & 2 != 0 {
        rest = rest.get(2..)?;
    }
    decompress_to_vec_with_limit(rest, most).ok()
}

/// The body as text: UTF-8, with or without a byte order mark; UTF-16 with one
/// or without; and what is neither as the skeleton of GB18030 (GBK, GB2312), whose
/// characters outside ASCII are replaced. Codes and tokens are ASCII everywhere.
pub(super) fn text(body: &[u8]) -> Cow<'_, str> {
    match body {
        [0xEF, 0xBB, 0xBF, rest @ ..] => text(rest),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [b'{' | b'[' | b'"', 0, ..] => utf16(body, u16::from_le_bytes),
        [0, b'{' | b'[' | b'"', ..] => utf16(body, u16::from_be_bytes),
        _ => std::str::from_utf8(body).map_or_else(|_| Cow::Owned(skeleton(body)), Cow::Borrowed),
    }
}

fn utf16(body: &[u8], read: fn([u8; 2]) -> u16) -> Cow<'static, str> {
    let units: Vec<u16> = body.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
    Cow::Owned(String::from_utf16_lossy(&units))
}

/// A second byte of GBK may look like `\` or `{`, so bytes alone would mislead.
fn skeleton(mut body: &[u8]) -> String {
    let mut text = String::with_capacity(body.len());
    while let [first, rest @ ..] = body {
        body = match (first, rest) {
            (0..=0x7F, _) => {
                text.push(char::from(*first));
                rest
            }
            (0x81..=0xFE, [0x30..=0x39, 0x81..=0xFE, 0x30..=0x39, after @ ..] | [0x40..=0xFE, after @ ..]) => {
                text.push(char::REPLACEMENT_CHARACTER);
                after
            }
            _ => {
                text.push(char::REPLACEMENT_CHARACTER);
                rest
            }
        };
    }
    text
}
