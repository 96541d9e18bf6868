use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::*;

mod words;

/// Kind, push, batch, token, event and time in milliseconds, in any order; and what was passed over.
fn read(vendor: Vendor, body: &str) -> (Vec<String>, PassedOver) {
    let told = vendor.told(body.as_bytes()).unwrap();
    let (deliveries, passed_over) = (told.deliveries, told.passed_over);
    let receipts = told.pieces().flatten().map(|receipt| {
        format!(
            "{} {} {} {} {} {:?}",
            receipt.kind.as_str(),
            receipt.id,
            receipt.batch,
            receipt.token.as_str(),
            receipt.event.as_str(),
            receipt.at.map(Timestamp::as_millisecond)
        )
    });
    let mut receipts: Vec<_> = receipts.collect();
    receipts.sort();
    assert_eq!(receipts.len(), deliveries);
    (receipts, passed_over)
}

fn told(vendor: Vendor, body: &str) -> Vec<String> {
    read(vendor, body).0
}

/// What the entries stand in.
#[derive(PartialEq)]
enum Form {
    Statuses,
    Named,
    List,
}

/// A vendor's words for an event that it knows: one entry, and a body of several.
struct Words {
    vendor: Vendor,
    form: Form,
    event: &'static str,
    /// The fields: text, tokens, kind, time.
    fields: [&'static str; 4],
    kind: Value,
    /// Other ways to write the kind.
    alike: Vec<Value>,
}

fn words() -> Vec<Words> {
    let all = vec![
        Words {
            vendor: huawei::VENDOR,
            form: Form::Statuses,
            event: "shown",
            fields: ["biTag", "token", "status", "timestamp"],
            kind: json!(0),
            alike: vec![json!("0"), json!(0.0), json!(" 0 ")],
        },
        Words {
            vendor: huawei::HARMONY,
            form: Form::Statuses,
            event: "shown",
            fields: ["biTag", "token", "status", "timestamp"],
            kind: json!(0),
            alike: vec![json!("0")],
        },
        Words {
            vendor: xiaomi::VENDOR,
            form: Form::Named,
            event: "opened",
            fields: ["param", "targets", "type", "timestamp"],
            kind: json!(2),
            alike: vec![json!("2"), json!(2.0), json!("2.0")],
        },
        Words {
            vendor: oppo::VENDOR,
            form: Form::List,
            event: "shown",
            fields: ["param", "registrationIds", "eventType", "eventTime"],
            kind: json!("push_arrive"),
            alike: vec![json!(null), json!(" PUSH_ARRIVE ")],
        },
        Words {
            vendor: vivo::VENDOR,
            form: Form::Named,
            event: "shown",
            fields: ["param", "targets", "ackType", "ackTime"],
            kind: json!("0"),
            alike: vec![json!(0), json!(null), json!(""), json!("0.0")],
        },
        Words {
            vendor: meizu::VENDOR,
            form: Form::Named,
            event: "opened",
            fields: ["param", "targets", "type", "timestamp"],
            kind: json!(2),
            alike: vec![json!("2"), json!(2.0), json!("2.0")],
        },
    ];
    assert!(Vendor::all().eq(all.iter().map(|words| words.vendor)), "every vendor has its words");
    all
}

impl Words {
    fn entry(&self, tokens: &Value) -> Value {
        let [param, token, kind, time] = self.fields;
        json!({ param: "task/t1/b1", token: tokens, kind: self.kind, time: 1_489_993_883_189_i64 })
    }

    fn with(&self, field: usize, value: Value) -> Value {
        let mut entry = self.entry(&json!("R1"));
        entry[self.fields[field]] = value;
        entry
    }

    fn body(&self, entries: &[Value]) -> String {
        match self.form {
            Form::Statuses => json!({ "statuses": entries }).to_string(),
            Form::List => json!(entries).to_string(),
            Form::Named => {
                let named = entries.iter().enumerate().map(|(nth, entry)| (format!("id{nth}"), entry.clone()));
                Value::Object(named.collect()).to_string()
            }
        }
    }

    fn good(&self, tokens: &[&str]) -> Vec<String> {
        let line = |token: &&str| format!("task t1 b1 {token} {} Some(1489993883189)", self.event);
        tokens.iter().map(line).collect()
    }
}

#[test]
fn one_odd_entry_loses_no_other() {
    let xiaomi = r#"{"slm1":{"type":2,"param":"task/odd/b","targets":"r1"},"slm2":{"type":16,"param":null,"targets":"x"}}"#;
    assert_eq!(told(xiaomi::VENDOR, xiaomi), ["task odd b r1 opened None"]);
    for words in words() {
        let good = words.entry(&json!("R1"));
        for (odd, name) in [
            (json!(null), "unreadable"),
            (json!(7), "unreadable"),
            (json!("planted"), "unreadable"),
            (json!([]), "unreadable"),
            (words.with(0, json!(null)), "not_ours"),
            (words.with(0, json!({"a": 1})), "not_ours"),
            (words.with(0, json!(7)), "not_ours"),
            (words.with(0, json!("task/planted")), "not_ours"),
            (words.with(1, json!(null)), "no_tokens"),
            (words.with(1, json!("")), "no_tokens"),
            (words.with(1, json!(" , ,")), "no_tokens"),
            (words.with(1, json!([])), "no_tokens"),
            (words.with(1, json!({})), "bad_tokens"),
            (words.with(1, json!([["planted"]])), "bad_tokens"),
            (words.with(1, json!("x".repeat(1_025))), "bad_tokens"),
            (words.with(2, json!(16)), "other_events"),
            (words.with(2, json!([0])), "unreadable"),
            (words.with(2, json!(true)), "unreadable"),
        ] {
            let body = words.body(&[odd.clone(), good.clone(), odd]);
            let (receipts, passed_over) = read(words.vendor, &body);
            assert_eq!(receipts, words.good(&["R1"]), "{}: {body}", words.vendor.channel);
            let mut expected = PassedOver::default();
            let count = match name {
                "unreadable" => &mut expected.unreadable,
                "not_ours" => &mut expected.not_ours,
                "no_tokens" => &mut expected.no_tokens,
                "bad_tokens" => &mut expected.bad_tokens,
                _ => &mut expected.other_events,
            };
            *count = 2;
            assert_eq!(passed_over, expected, "{}: {body}", words.vendor.channel);
        }
    }
}

#[test]
fn numbers_texts_lists_and_times_are_read_however_they_are_written() {
    for words in words() {
        let times = [
            json!("1489993883189"),
            json!(1_489_993_883_189.0_f64),
            json!(" 1489993883189 "),
            json!(1_489_993_883_189_000_i64),
            json!("2017-03-20T07:11:23.189Z"),
        ];
        let entries = words
            .alike
            .iter()
            .map(|kind| words.with(2, kind.clone()))
            .chain(times.into_iter().map(|at| words.with(3, at)));
        for entry in entries {
            let (receipts, passed_over) = read(words.vendor, &words.body(std::slice::from_ref(&entry)));
            assert_eq!(receipts, words.good(&["R1"]), "{}: {entry}", words.vendor.channel);
            assert_eq!(passed_over, PassedOver::default());
        }
        for (tokens, expected) in [
            (json!(" R1 ,, R2,"), &["R1", "R2"][..]),
            (json!(["R1", " R2 ", null, ""]), &["R1", "R2"]),
            (json!(["R1,R2"]), &["R1", "R2"]),
            (json!("[\"R1\", \"R2\"]"), &["R1", "R2"]),
            (json!(17), &["17"]),
            (json!([17, "R2"]), &["17", "R2"]),
            (json!("\u{feff}R1"), &["R1"]),
        ] {
            let body = words.body(&[words.entry(&tokens)]);
            assert_eq!(told(words.vendor, &body), words.good(expected), "{body}");
        }
        let seconds = words.body(&[words.with(3, json!(1_489_993_883))]);
        assert_eq!(told(words.vendor, &seconds), [words.good(&["R1"])[0].replace("883189", "883000")]);
        let (receipts, passed_over) = read(words.vendor, &words.body(&[words.with(3, json!({}))]));
        assert_eq!((receipts.len(), passed_over.bad_times), (1, 1));
    }
}

#[test]
fn a_callback_is_read_however_it_is_packed() {
    for words in words() {
        let json = words.body(&[words.entry(&json!("R1"))]);
        let encoded = utf8_percent_encode(&json, NON_ALPHANUMERIC).to_string();
        let inside = words.body(&[Value::String(words.entry(&json!("R1")).to_string())]);
        for body in [
            format!("\u{feff}{json}\r\n"),
            format!("data={encoded}"),
            format!("x=1&body={encoded}"),
            encoded,
            Value::String(json).to_string(),
            inside,
        ] {
            assert_eq!(told(words.vendor, &body), words.good(&["R1"]), "{body}");
        }
        let none = words.body(&[]);
        assert_eq!(read(words.vendor, &none), (vec![], PassedOver::default()));
    }
    let huawei = &words()[0];
    let one = huawei.entry(&json!("R1"));
    for statuses in [one.clone(), Value::String(json!([one]).to_string())] {
        let body = json!({ "statuses": statuses }).to_string();
        assert_eq!(told(huawei::VENDOR, &body), huawei.good(&["R1"]), "{body}");
    }
    assert_eq!(
        told(oppo::VENDOR, &words()[3].entry(&json!("R1")).to_string()),
        words()[3].good(&["R1"])
    );
    assert_eq!(told(huawei::VENDOR, r#"{"statuses": null}"#), [] as [&str; 0]);
}

#[test]
fn a_body_of_another_form_is_refused_without_being_quoted() {
    for vendor in Vendor::all() {
        for body in [
            "",
            "planted",
            "17",
            "{\"statuses\": \"planted\"}",
            "[\"planted\"]",
            "\u{1}",
            "{\"planted\": 7}",
            "{\"a\":{}",
            "{}{}",
            "data=planted",
        ] {
            let problem = vendor.told(body.as_bytes()).expect_err(body);
            assert!(!format!("{problem:?}").contains("planted"), "{problem:?}");
        }
    }
    for words in words() {
        let body = words.body(&[words.entry(&json!("R1"))]);
        for other in self::words().iter().filter(|other| other.form != words.form) {
            assert!(other.vendor.told(body.as_bytes()).is_err(), "{} {body}", other.vendor.channel);
        }
    }
}

#[test]
fn what_a_callback_may_speak_of_is_bounded() {
    let list = vec!["1"; MAX_DELIVERIES + 7].join(",");
    for words in words() {
        let body = words.body(&[words.entry(&json!(list)), words.entry(&json!("R1"))]);
        let (receipts, passed_over) = read(words.vendor, &body);
        assert_eq!((receipts.len(), passed_over.too_many), (MAX_DELIVERIES, 8));
    }
}
