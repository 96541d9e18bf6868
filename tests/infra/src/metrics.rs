//! Metrics: what functions note, what is described, what is shown and what alarms, are the same.

use std::collections::BTreeSet;

use revocation_metrics::{Class, Declared, Dimension, METRICS, Metric};
use revocation_rules::outcome::Outcome;
use serde_json::{Value, json};

use crate::template::Template;

const DESCRIBED: &str = include_str!("../../../docs/metrics.md");

/// The rows of a table in docs/metrics.md whose first cell is code, as the texts of their cells.
fn rows(section: &str) -> Vec<Vec<&'static str>> {
    let (_, section) = DESCRIBED.split_once(&format!("\n## {section}\n")).expect(section);
    let section = section.split("\n## ").next().unwrap();
    let lines = section.lines().filter(|line| line.starts_with("| `"));
    lines
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

fn code(text: &str) -> &str {
    text.trim_matches('`')
}

/// What is said of a metric, as its row in the table has it.
fn row(declared: Declared) -> [String; 4] {
    let dimensions: Vec<_> = declared
        .dimensions
        .iter()
        .map(|dimension| format!("`{}`", dimension.as_str()))
        .collect();
    let unit = declared.unit.as_str().to_lowercase();
    [
        format!("`{}`", declared.name),
        unit,
        dimensions.join(", "),
        declared.meaning.to_owned(),
    ]
}

#[test]
fn the_table_of_metrics_is_what_is_declared() {
    let described: Vec<Vec<String>> = rows("The metrics")
        .into_iter()
        .map(|row| row.into_iter().take(4).map(str::to_owned).collect())
        .collect();
    let declared: Vec<_> = METRICS.into_iter().map(|metric| row(metric.declared()).to_vec()).collect();
    assert_eq!(described, declared);
}

#[test]
fn the_table_of_classes_is_what_is_declared() {
    let described: Vec<_> = rows("Classes").iter().map(|row| code(row[0])).collect();
    let declared: Vec<_> = Class::ALL.into_iter().map(Class::as_str).collect();
    assert_eq!(described, declared);
}

/// The functions' namespace, which is that of what alarms and of what is shown.
fn stack() -> Value {
    json!({ "Ref": "AWS::StackName" })
}

/// An alarm's name, its metric, and its dimensions.
pub(crate) type Alarmed<'a> = (&'a str, &'a str, Vec<(&'a str, &'a str)>);

/// Every metric of ours that an alarm or the dashboard names, with its dimensions.
pub(crate) fn alarmed(template: &Template) -> Vec<Alarmed<'_>> {
    let alarms = template.of_type("AWS::CloudWatch::Alarm").into_iter();
    let ours = alarms.filter(|(_, alarm)| alarm["Namespace"] == stack());
    ours.map(|(name, alarm)| {
        let dimensions = alarm["Dimensions"].as_array().into_iter().flatten();
        let dimensions = dimensions.map(|one| (one["Name"].as_str().unwrap(), one["Value"].as_str().unwrap()));
        (name, alarm["MetricName"].as_str().unwrap(), dimensions.collect())
    })
    .collect()
}

/// The body of the dashboard, with every reference to something else as its name.
pub(crate) fn dashboard(template: &Template) -> Value {
    let (_, dashboard) = template.of_type("AWS::CloudWatch::Dashboard")[0];
    let body = dashboard["DashboardBody"]["Fn::Sub"].as_str().unwrap();
    serde_json::from_str(body).unwrap()
}

/// The lines of every graph: a list whose first entry is a namespace, or what an expression searches for.
fn lines(dashboard: &Value) -> Vec<(String, String, Vec<String>)> {
    let widgets = dashboard["widgets"].as_array().unwrap().iter();
    let lines = widgets.flat_map(|widget| widget["properties"]["metrics"].as_array().into_iter().flatten());
    lines
        .map(|line| match line[0].as_str() {
            Some(namespace) => {
                let texts: Vec<_> = line.as_array().unwrap().iter().filter_map(Value::as_str).collect();
                let dimensions = texts[2..].chunks(2).map(|pair| pair[0].to_owned());
                (namespace.to_owned(), texts[1].to_owned(), dimensions.collect())
            }
            None => searched(line[0]["expression"].as_str().unwrap()),
        })
        .collect()
}

/// `SEARCH('{"namespace",dimension} MetricName="metric"', ...)`.
fn searched(expression: &str) -> (String, String, Vec<String>) {
    let (schema, rest) = expression.strip_prefix("SEARCH('{").unwrap().split_once("} MetricName=\"").unwrap();
    let mut schema = schema.split(',');
    let namespace = schema.next().unwrap().trim_matches('"').to_owned();
    let metric = rest.split('"').next().unwrap().to_owned();
    (namespace, metric, schema.map(str::to_owned).collect())
}

/// What names a metric that nobody notes, or one with other dimensions than it has.
fn faults(template: &Template) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |who: &str, metric: &str, dimensions: Vec<&str>| match Metric::parse(metric) {
        None => faults.push(format!("{who}: nobody notes {metric}")),
        Some(metric) => {
            let own: Vec<_> = metric.declared().dimensions.iter().map(|dimension| dimension.as_str()).collect();
            if own != dimensions {
                faults.push(format!("{who}: {} has the dimensions {own:?}", metric.name()));
            }
        }
    };
    for (alarm, metric, dimensions) in alarmed(template) {
        check(alarm, metric, dimensions.iter().map(|(name, _)| *name).collect());
    }
    let dashboard = dashboard(template);
    let lines = lines(&dashboard);
    let ours = lines.iter().filter(|(namespace, ..)| namespace == "${AWS::StackName}");
    for (_, metric, dimensions) in ours.clone() {
        check("the dashboard", metric, dimensions.iter().map(String::as_str).collect());
    }
    let shown: BTreeSet<_> = ours.map(|(_, metric, _)| metric.as_str()).collect();
    for metric in METRICS {
        if !shown.contains(metric.name()) {
            faults.push(format!("the dashboard does not show {}", metric.name()));
        }
    }
    for (alarm, _, dimensions) in alarmed(template) {
        for (name, value) in dimensions {
            let known = match name {
                "class" => Class::ALL.iter().any(|class| class.as_str() == value),
                "outcome" => Outcome::parse(value).is_some(),
                "channel" => template.dispatchers().iter().any(|(channel, _)| *channel == value),
                _ => false,
            };
            if !known {
                faults.push(format!("{alarm}: no {name} is {value}"));
            }
        }
    }
    if template.0["Globals"]["Function"]["Environment"]["Variables"]["METRICS_NAMESPACE"] != stack() {
        faults.push("the functions write to another namespace".to_owned());
    }
    faults
}

#[test]
fn alarms_and_the_dashboard_name_metrics_that_are_noted_and_the_dashboard_shows_them_all() {
    assert_eq!(faults(&Template::read()), Vec::<String>::new());
}

#[test]
fn no_dimension_is_about_somebody() {
    let names: Vec<_> = Dimension::ALL.into_iter().map(Dimension::as_str).collect();
    assert_eq!(names, ["channel", "class", "outcome", "refusal"]);
}

/// The template, changed.
fn changed(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut template = Template::read();
    change(&mut template.0);
    faults(&template)
}

fn in_dashboard(from: &str, to: &str) -> Vec<String> {
    changed(|template| {
        let body = &mut template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"];
        let text = body.as_str().unwrap();
        assert!(text.contains(from), "{from}");
        *body = text.replace(from, to).into();
    })
}

#[test]
fn a_metric_that_is_misspelt_or_forgotten_is_seen() {
    let alarm = |path: &'static str, value: Value| {
        changed(move |template| template["Resources"]["HuaweiThrottledAlarm"]["Properties"][path] = value)
    };
    assert_eq!(
        alarm("MetricName", json!("attempt")),
        ["HuaweiThrottledAlarm: nobody notes attempt"]
    );
    assert_eq!(
        alarm("Dimensions", json!([{ "Name": "channel", "Value": "huawei" }])),
        [r#"HuaweiThrottledAlarm: attempts has the dimensions ["channel", "class"]"#]
    );
    assert_eq!(
        alarm(
            "Dimensions",
            json!([{ "Name": "channel", "Value": "huawei" }, { "Name": "class", "Value": "busy" }])
        ),
        ["HuaweiThrottledAlarm: no class is busy"]
    );
    assert_eq!(in_dashboard("lease_losses", "leases_lost").len(), 2);
    assert_eq!(
        in_dashboard("\\\"${AWS::StackName}\\\",channel,outcome}", "\\\"${AWS::StackName}\\\",channel}"),
        [r#"the dashboard: outcomes has the dimensions ["channel", "outcome"]"#]
    );
    let elsewhere = |template: &mut Value| {
        template["Globals"]["Function"]["Environment"]["Variables"]["METRICS_NAMESPACE"] = json!("other");
    };
    assert_eq!(changed(elsewhere), ["the functions write to another namespace"]);
}
