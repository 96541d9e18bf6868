//! One row per form that a vendor's answer may come in.

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

use super::*;

fn node(text: &str) -> Node {
    Node::parse(text.as_bytes()).unwrap()
}

/// `{"code":0,"s":"撤"}` in another encoding.
fn code_in(body: &[u8]) -> Code {
    Node::parse(body).map_or(Code::None, |node| node.field("code").code())
}

#[test]
fn a_number_is_a_number_in_any_form_and_nothing_else_is() {
    for (text, code) in [
        ("0", Code::Number(0)),
        ("-2", Code::Number(-2)),
        ("0.0", Code::Number(0)),
        ("41.0", Code::Number(41)),
        ("8e7", Code::Number(80_000_000)),
        (r#""0""#, Code::Number(0)),
        (r#"" 41 ""#, Code::Number(41)),
        (r#""0.0""#, Code::Number(0)),
        (r#""+0""#, Code::Number(0)),
        (r#""80000000""#, Code::Number(80_000_000)),
        ("null", Code::None),
        (r#""""#, Code::None),
        (r#""  ""#, Code::None),
        ("1.5", Code::Unreadable),
        ("1e300", Code::Unreadable),
        (r#""INVALID_REGID""#, Code::Unreadable),
        (r#""0x0""#, Code::Unreadable),
        (r#""nan""#, Code::Unreadable),
        (r#""inf""#, Code::Unreadable),
        (r#""1.5""#, Code::Unreadable),
        ("false", Code::Unreadable),
        ("true", Code::Unreadable),
        ("[0]", Code::Unreadable),
        (r#"{"code":0}"#, Code::Unreadable),
    ] {
        assert_eq!(node(&format!(r#"{{"c":{text}}}"#)).field("c").code(), code, "{text}");
    }
    assert_eq!(node("{}").field("c").code(), Code::None);
    assert_eq!(node("[]").field("c").code(), Code::None);
}

#[test]
fn what_is_said_twice_differently_is_neither() {
    assert_eq!(node(r#"{"code":0,"code":21301}"#).field("code").code(), Code::Unreadable);
    assert_eq!(node(r#"{"code":0,"code":0}"#).field("code").code(), Code::Number(0));
    assert_eq!(node(r#"{"r":"a","r":"b","r":"b"}"#).field("r").text(), None);
}

#[test]
fn what_follows_an_answer_is_left_alone_unless_it_could_be_another() {
    for rest in ["\n", "\0", ";", " </body></html>", "\u{feff}"] {
        assert_eq!(code_in(format!(r#"{{"code":0}}{rest}"#).as_bytes()), Code::Number(0), "{rest:?}");
    }
    for rest in [r#"{"code":41}"#, "[1]", " x {"] {
        assert_eq!(Node::parse(format!(r#"{{"code":0}}{rest}"#).as_bytes()), None, "{rest}");
    }
    for none in ["", " ", "<html>", "{", r#"{"code":0"#, "code=0"] {
        assert_eq!(Node::parse(none.as_bytes()), None, "{none}");
    }
}

#[test]
fn an_answer_is_read_in_the_encodings_that_are_met() {
    let json = r#"{"code":0,"s":"撤"}"#;
    let utf16 = |swap: bool, mark: bool| {
        let units = mark.then_some(0xFEFF).into_iter().chain(json.encode_utf16());
        units
            .flat_map(|unit| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect::<Vec<u8>>()
    };
    let mut bodies = vec![
        json.as_bytes().to_vec(),
        format!("\u{feff}{json}").into_bytes(),
        format!(" \r\n{json}").into_bytes(),
    ];
    for (swap, mark) in [(false, false), (false, true), (true, false), (true, true)] {
        bodies.push(utf16(swap, mark));
    }
    // GBK: one whose second byte is a backslash, one of two ordinary bytes, and GB18030's four.
    for sign in [&[0x81, 0x5C][..], &[0xB3, 0xB7], &[0x81, 0x30, 0x81, 0x30], &[0xFF], &[0xE9]] {
        bodies.push([br#"{"s":""#, sign, br#"","code":0}"#].concat());
    }
    for body in bodies {
        assert_eq!(code_in(&body), Code::Number(0), "{body:x?}");
    }
}

#[test]
fn json_that_stands_as_a_text_is_what_it_holds() {
    assert_eq!(code_in(br#""{\"code\":\"0\"}""#), Code::Number(0));
    let inner = node(r#"{"msg":"{\"a\":1}"}"#);
    assert_eq!(inner.field("msg").unwrapped().field("a").code(), Code::Number(1));
    let twice = node(r#"{"msg":"\"{\\\"a\\\":1}\""}"#);
    assert_eq!(twice.field("msg").unwrapped().field("a").code(), Code::Number(1));
    assert_eq!(
        node(r#"{"msg":"Success"}"#).field("msg").unwrapped().as_ref(),
        &Node::Text("Success".to_owned())
    );
    assert_eq!(
        node(r#"{"msg":"12"}"#).field("msg").unwrapped().as_ref(),
        &Node::Text("12".to_owned())
    );
}

#[test]
fn a_list_of_names_is_read_in_any_form_or_not_at_all() {
    let names = |text: &str| node(&format!(r#"{{"l":{text}}}"#)).field("l").names();
    let some = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    for (text, expected) in [
        (r#""r1,r2""#, some(&["r1", "r2"])),
        (r#"" r1 , r2 ,""#, some(&["r1", "r2"])),
        (r#"["r1"," r2 "]"#, some(&["r1", "r2"])),
        (r#""[\"r1\",\"r2\"]""#, some(&["r1", "r2"])),
        (r#"{"noRight":["r1"],"tokenFormatError":null}"#, some(&["r1"])),
        ("[17]", some(&["17"])),
        ("17", some(&["17"])),
        (r#"["r1",null,""]"#, some(&["r1"])),
        ("null", some(&[])),
        (r#""""#, some(&[])),
        ("[]", some(&[])),
        ("{}", some(&[])),
        ("true", None),
        ("1.5", None),
        (r#"["r1",{"token":"r2"}]"#, None),
        (r#"["r1",true]"#, None),
        (r#"{"r1":7}"#, None),
        (r#"{"r1":{"r2":[]}}"#, None),
    ] {
        assert_eq!(names(text), expected, "{text}");
    }
    assert_eq!(node(r#"{"l":["r1"],"l":["r2"]}"#).field("l").names(), None);
}

#[test]
fn a_list_of_entries_may_be_text_or_one_entry() {
    let entries = |text: &str| node(&format!(r#"{{"l":{text}}}"#)).field("l").entries().map(|list| list.len());
    for (text, expected) in [
        (r#"[{"a":1},{"a":2}]"#, Some(2)),
        (r#""[{\"a\":1}]""#, Some(1)),
        (r#"{"a":1}"#, Some(1)),
        ("null", Some(0)),
        (r#""""#, Some(0)),
        ("{}", Some(0)),
        (r#""t1""#, None),
        ("1", None),
        ("true", None),
    ] {
        assert_eq!(entries(text), expected, "{text}");
    }
}

#[test]
fn a_device_is_found_as_it_is_written_or_as_only_it_can_be_meant() {
    let devices = Devices::new(["Ab", "aB", "r1", " r2", "r2x"]);
    for (name, place) in [
        ("Ab", Some(0)),
        ("aB", Some(1)),
        ("ab", None),
        ("r1", Some(2)),
        (" r1\n", Some(2)),
        ("R1", Some(2)),
        ("r2", Some(3)),
        ("r9", None),
        ("", None),
    ] {
        assert_eq!(devices.find(name), place, "{name:?}");
    }
}

#[test]
fn an_answer_has_a_bounded_number_of_values() {
    let list = |length: usize| format!("[{}]", vec!["0"; length].join(","));
    assert!(Node::parse(list(15_000).as_bytes()).is_some());
    assert_eq!(Node::parse(list(25_000).as_bytes()), None);
    assert_eq!(Node::parse("[".repeat(100_000).as_bytes()), None);
}

const JSON: &[u8] = br#"{"code":0,"message":"Success"}"#;

fn gzip(flags: u8, optional: &[u8]) -> Vec<u8> {
    let deflated = miniz_oxide::deflate::compress_to_vec(JSON, 6);
    [&[0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3][..], optional, &deflated, &[0; 8]].concat()
}

fn plainly(encoding: Option<&str>, body: &[u8], most: usize) -> Bytes {
    let mut headers = HeaderMap::new();
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, encoding.parse().unwrap());
    }
    plain(&headers, Bytes::copy_from_slice(body), most)
}

#[test]
fn a_compression_that_nobody_asked_for_is_undone() {
    let deflated = miniz_oxide::deflate::compress_to_vec(JSON, 6);
    let zlib = miniz_oxide::deflate::compress_to_vec_zlib(JSON, 6);
    for (encoding, body) in [
        (None, JSON.to_vec()),
        (Some("identity"), JSON.to_vec()),
        (Some("gzip"), gzip(0, &[])),
        (Some("GZIP"), gzip(8, b"name\0")),
        (Some("x-gzip"), gzip(4 + 2, &[2, 0, 1, 1, 9, 9])),
        (None, gzip(0, &[])),
        (Some("deflate"), zlib),
        (Some("deflate"), deflated),
        // Said, and not done.
        (Some("gzip"), JSON.to_vec()),
    ] {
        assert_eq!(plainly(encoding, &body, 1_000), JSON, "{encoding:?} {body:x?}");
    }
}

#[test]
fn what_can_not_be_decompressed_within_bounds_is_no_answer() {
    let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![b' '; 1_000_000], 9);
    for (encoding, body) in [
        ("br", JSON),
        ("gzip, br", JSON),
        ("deflate", &bomb),
        ("gzip", &gzip(0, &[])[..12]),
        ("gzip", &gzip(8, b"no end")[..16]),
        ("gzip", &[0x1f, 0x8b]),
    ] {
        assert_eq!(plainly(Some(encoding), body, 1_000), Bytes::new(), "{encoding}");
    }
}
