//! The lines against the specification of the format, and against what was noted.

use futures::executor::block_on;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::*;
use crate::metric::{Fold, METRICS, Metric, Unit};
use crate::sheet::{MOST_VALUES, about, gathered, gathered_now, note};

const NOW_MS: i64 = 1_795_000_000_000;

fn sheet(notes: impl FnOnce()) -> Sheet {
    gathered_now(notes).1
}

fn parsed(sheet: &Sheet) -> Vec<Value> {
    let lines = sheet.lines("stack-1", NOW_MS);
    assert!(lines.is_empty() || lines.ends_with('\n'));
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of_channel(channel: &'static str) -> Labels {
    Labels::NONE.with(Dimension::Channel, channel)
}

fn answered(channel: &'static str, class: &'static str) -> Labels {
    of_channel(channel).with(Dimension::Class, class)
}

/// Some value for every dimension of a metric.
fn labels_of(metric: Metric) -> Labels {
    let dimensions = metric.declared().dimensions.iter();
    dimensions.fold(Labels::NONE, |labels, dimension| labels.with(*dimension, "x"))
}

/// What `CloudWatch` asks of a line.
fn check(line: &Value) {
    let aws = line["_aws"].as_object().unwrap();
    assert_eq!(aws.keys().collect::<Vec<_>>(), ["CloudWatchMetrics", "Timestamp"]);
    // Milliseconds: in seconds, this would be the year 58,000.
    let at = aws["Timestamp"].as_i64().unwrap();
    assert!((1_600_000_000_000..4_200_000_000_000).contains(&at), "{at}");
    let mut metrics = 0;
    for directive in aws["CloudWatchMetrics"].as_array().unwrap() {
        let namespace = directive["Namespace"].as_str().unwrap();
        assert!((1..=256).contains(&namespace.len()));
        for set in directive["Dimensions"].as_array().unwrap() {
            let set = set.as_array().unwrap();
            assert!(set.len() <= 30);
            for dimension in set {
                let value = line[dimension.as_str().unwrap()].as_str().expect("a dimension without a value");
                assert!((1..=1024).contains(&value.len()));
            }
        }
        for metric in directive["Metrics"].as_array().unwrap() {
            metrics += 1;
            let keys = metric.as_object().unwrap().keys();
            assert!(
                keys.into_iter()
                    .all(|key| ["Name", "Unit", "StorageResolution"].contains(&key.as_str()))
            );
            assert!(["Count", "Milliseconds"].contains(&metric["Unit"].as_str().unwrap()));
            let name = metric["Name"].as_str().unwrap();
            assert!((1..=1024).contains(&name.len()));
            match &line[name] {
                Value::Array(values) => {
                    assert!((1..=100).contains(&values.len()));
                    assert!(values.iter().all(Value::is_number));
                }
                value => assert!(value.is_number(), "{name} is {value}"),
            }
        }
    }
    assert!((1..=100).contains(&metrics), "{metrics}");
    assert!(line.to_string().len() < 256 * 1024);
}

#[test]
fn every_line_is_as_the_specification_wants_it() {
    let all = sheet(|| {
        about(|| "shop/default".to_owned());
        for metric in METRICS {
            for value in 0..250 {
                note(metric, labels_of(metric), value);
            }
        }
    });
    let lines = parsed(&all);
    // 250 values of those of which each counts, of which a line takes 100.
    assert_eq!(lines.len(), 3);
    lines.iter().for_each(check);
    for metric in METRICS {
        assert!(lines.iter().any(|line| !line[metric.name()].is_null()), "{metric:?}");
    }
}

#[test]
fn a_line_says_exactly_this() {
    let sheet = sheet(|| {
        note(Metric::LeaseLosses, of_channel("huawei"), 1);
        note(Metric::Attempts, answered("huawei", "accepted"), 1);
        note(Metric::Attempts, answered("huawei", "accepted"), 1);
        Metric::TimeToFirstCall.took(of_channel("huawei"), SignedDuration::from_millis(1_500));
        Metric::TimeToFirstCall.took(of_channel("huawei"), SignedDuration::from_millis(-3));
    });
    assert_eq!(
        sheet.lines("stack-1", NOW_MS),
        concat!(
            r#"{"_aws":{"Timestamp":1795000000000,"CloudWatchMetrics":["#,
            r#"{"Namespace":"stack-1","Dimensions":[["channel"]],"Metrics":[{"Name":"lease_losses","Unit":"Count"},{"Name":"time_to_first_call","Unit":"Milliseconds"}]},"#,
            r#"{"Namespace":"stack-1","Dimensions":[["channel","class"]],"Metrics":[{"Name":"attempts","Unit":"Count"}]}]},"#,
            r#""channel":"huawei","class":"accepted","lease_losses":1,"attempts":2,"time_to_first_call":[1500, 0]}"#,
            "\n"
        )
    );
}

#[test]
fn what_has_other_values_of_its_dimensions_stands_in_another_line() {
    let sheet = sheet(|| {
        note(Metric::VendorAnswers, answered("huawei", "accepted"), 990);
        note(Metric::VendorAnswers, answered("huawei", "gone"), 10);
        note(Metric::Outcomes, of_channel("huawei").with(Dimension::Outcome, "overwritten"), 990);
        note(Metric::Outcomes, of_channel("huawei").with(Dimension::Outcome, "target_gone"), 10);
        note(Metric::LeaseLosses, of_channel("xiaomi"), 1);
    });
    let lines = parsed(&sheet);
    let said: Vec<_> = lines
        .iter()
        .map(|line| {
            json!([
                line["channel"],
                line["class"],
                line["vendor_answers"],
                line["outcomes"],
                line["lease_losses"]
            ])
        })
        .collect();
    assert_eq!(
        said,
        [
            json!(["huawei", "accepted", 990, 990, null]),
            json!(["huawei", "gone", 10, 10, null]),
            json!(["xiaomi", null, null, null, 1]),
        ]
    );
    lines.iter().for_each(check);
}

#[test]
fn a_tenant_is_a_property_and_no_dimension_and_does_no_harm() {
    let tenant = "sh\"op\n/d\u{1}efault";
    let sheet = sheet(|| {
        about(|| tenant.to_owned());
        note(Metric::Requests, Labels::NONE, 1);
    });
    let lines = parsed(&sheet);
    assert_eq!(lines[0]["tenant"], tenant);
    assert_eq!(lines[0]["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([[]]));
    let by_name = Dimension::ALL.iter().all(|dimension| dimension.as_str() != "tenant");
    assert!(by_name);
    lines.iter().for_each(check);
}

#[test]
fn nothing_noted_is_no_line_and_a_note_outside_an_invocation_is_nothing() {
    note(Metric::Requests, Labels::NONE, 1);
    about(|| panic!("nobody asks"));
    assert_eq!(sheet(|| {}).lines("stack-1", NOW_MS), "");
}

#[test]
fn notes_of_two_invocations_side_by_side_do_not_mix() {
    let one = |value| {
        gathered(async move {
            futures::future::ready(()).await;
            note(Metric::Requests, Labels::NONE, value);
        })
    };
    let ((_, first), (_, second)) = block_on(async { futures::join!(one(1), one(2)) });
    assert_eq!(
        (first.values(Metric::Requests), second.values(Metric::Requests)),
        (vec![1], vec![2])
    );
}

#[test]
fn every_metric_is_declared_well() {
    let mut names: Vec<_> = METRICS.iter().map(|metric| metric.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), METRICS.len());
    for metric in METRICS {
        let declared = metric.declared();
        assert_eq!(Metric::parse(declared.name), Some(metric));
        assert!(declared.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
        assert!(declared.dimensions.is_sorted(), "{metric:?}");
        // Times are told apart by their values, counts are added up.
        match declared.unit {
            Unit::Count => assert_eq!(declared.fold, Fold::Sum, "{metric:?}"),
            Unit::Milliseconds => assert_ne!(declared.fold, Fold::Sum, "{metric:?}"),
        }
        // A name is also the key of a line, where a dimension or the tenant must not stand in its way.
        let taken = Dimension::ALL.iter().any(|dimension| dimension.as_str() == declared.name);
        assert!(!taken && declared.name != "tenant" && declared.name != "_aws");
    }
}

#[test]
fn of_some_the_largest_and_of_others_each_value_is_kept() {
    let sheet = sheet(|| {
        for value in [3, 9, 4] {
            note(Metric::SweepLag, Labels::NONE, value);
            note(Metric::TimeToGate, Labels::NONE, value);
        }
    });
    assert_eq!(sheet.values(Metric::SweepLag), [9]);
    assert_eq!(sheet.values(Metric::TimeToGate), [3, 9, 4]);
    assert!(MOST_VALUES <= 100);
}
