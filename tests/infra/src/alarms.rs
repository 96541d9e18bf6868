//! What a person is woken for: that there is an alarm, that it can fire, that somebody hears it and knows what to do.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::metrics::dashboard;
use crate::roles::calls_a_vendor;
use crate::template::{Template, placeholders, referred};

const RUNBOOK: &str = include_str!("../../../docs/runbook.md");

/// What every section says that an alarm sends somebody to.
const SAID: [&str; 4] = ["**Meaning.**", "**First look.**", "**Fix.**", "**Rehearsed.**"];

/// An alarm that has to be there.
struct Wanted {
    name: String,
    section: &'static str,
    metric: &'static str,
    class: Option<(String, &'static str)>,
    statistic: &'static str,
    /// When nothing is noted.
    missing: &'static str,
}

fn wanted(template: &Template) -> Vec<Wanted> {
    let of_all = [
        ("RevocationStuck", "revocation-stuck", "time_outstanding", "Maximum", "notBreaching"),
        // A sweep that does not run notes nothing.
        ("SweepBehind", "sweep-behind", "sweep_lag", "Maximum", "breaching"),
        (
            "TenantFloods",
            "one-tenant-floods",
            "busiest_tenant_requests",
            "Sum",
            "notBreaching",
        ),
        (
            "SuspectedSetting",
            "suspected-setting",
            "suspected_deliveries",
            "Sum",
            "notBreaching",
        ),
    ];
    let of_all = of_all.map(|(name, section, metric, statistic, missing)| Wanted {
        name: format!("{name}Alarm"),
        section,
        metric,
        class: None,
        statistic,
        missing,
    });
    let dispatchers = template.dispatchers().into_iter();
    let vendors = dispatchers
        .filter(|(_, function)| calls_a_vendor(function))
        .map(|(channel, _)| channel);
    let of_vendors = vendors.flat_map(|channel| {
        let words = channel.split('_').map(|word| word[..1].to_uppercase() + &word[1..]);
        let name: String = words.collect();
        [
            ("VendorDown", "vendor-down", "attempts", "transient"),
            ("WrongSecret", "wrong-secret", "attempts", "misconfigured"),
            ("QuotaUsedUp", "quota-used-up", "vendor_answers", "quota_used_up"),
            ("Throttled", "throttled", "attempts", "throttled"),
        ]
        .map(|(what, section, metric, class)| Wanted {
            name: format!("{name}{what}Alarm"),
            section,
            metric,
            class: Some((channel.to_owned(), class)),
            statistic: "Sum",
            missing: "notBreaching",
        })
    });
    of_all.into_iter().chain(of_vendors).collect()
}

/// The text of a section of the runbook, by what its address is.
fn section(address: &str) -> Option<&'static str> {
    RUNBOOK.split("\n## ").skip(1).find(|section| {
        let title = section.lines().next().unwrap_or_default();
        title.to_lowercase().replace(' ', "-") == address
    })
}

/// Why somebody would sleep on, or would wake and not know what to do.
fn faults(template: &Template) -> Vec<String> {
    let mut faults = Vec::new();
    for wanted in wanted(template) {
        let alarm = template.resource(&wanted.name);
        let name = &wanted.name;
        if alarm.is_null() {
            faults.push(format!("there is no {name}"));
            continue;
        }
        let dimensions = wanted.class.as_ref().map_or(
            Value::Null,
            |(channel, class)| json!([{ "Name": "channel", "Value": channel }, { "Name": "class", "Value": class }]),
        );
        for (what, value) in [
            ("Namespace", json!({ "Ref": "AWS::StackName" })),
            ("MetricName", json!(wanted.metric)),
            ("Dimensions", dimensions),
            ("Statistic", json!(wanted.statistic)),
            ("TreatMissingData", json!(wanted.missing)),
        ] {
            if alarm[what] != value {
                faults.push(format!("{name}: {what} is {}", alarm[what]));
            }
        }
        if !alarm["AlarmDescription"]
            .as_str()
            .unwrap_or_default()
            .contains(&format!("#{})", wanted.section))
        {
            faults.push(format!("{name} sends nobody to {}", wanted.section));
        }
    }
    let shown = shown(template);
    for (name, alarm) in template.of_type("AWS::CloudWatch::Alarm") {
        if referred(&alarm["AlarmActions"]["Fn::If"][1][0]) != Some("AlarmTopicArn") {
            faults.push(format!("{name} tells nobody"));
        }
        if alarm["ComparisonOperator"] != "GreaterThanThreshold" {
            faults.push(format!("{name} does not fire when there is more"));
        }
        if alarm["ActionsEnabled"] == false {
            faults.push(format!("{name} is switched off"));
        }
        let of = alarm["EvaluationPeriods"].as_u64().unwrap_or(0);
        let points = alarm["DatapointsToAlarm"].as_u64().unwrap_or(of);
        let period = alarm["Period"].as_u64().unwrap_or(0);
        // CloudWatch looks at a day at most; a period of ours is whole minutes.
        if !(1..=of).contains(&points) || period == 0 || !period.is_multiple_of(60) || period * of > 86_400 {
            faults.push(format!("{name} cannot fire: {points} of {of} periods of {period} s"));
        }
        let address = alarm["AlarmDescription"]
            .as_str()
            .and_then(|text| text.split_once("docs/runbook.md#"));
        match address.and_then(|(_, address)| section(address.trim_end_matches(')'))) {
            None => faults.push(format!("{name} has no section in the runbook")),
            Some(text) => {
                let unsaid: Vec<_> = SAID.into_iter().filter(|said| !text.contains(said)).collect();
                if !unsaid.is_empty() {
                    faults.push(format!("{name}: its section does not say {unsaid:?}"));
                }
            }
        }
        if !shown.contains(name) {
            faults.push(format!("the dashboard does not show {name}"));
        }
    }
    faults
}

/// The alarms that the dashboard shows.
fn shown(template: &Template) -> BTreeSet<String> {
    let dashboard = dashboard(template);
    let widgets = dashboard["widgets"].as_array().unwrap().iter();
    let alarms = widgets.flat_map(|widget| widget["properties"]["alarms"].as_array().into_iter().flatten());
    alarms.map(|alarm| placeholders(alarm.as_str().unwrap())[0].to_owned()).collect()
}

#[test]
fn whoever_is_on_call_is_woken_for_all_of_these_and_finds_what_to_do() {
    assert_eq!(faults(&Template::read()), Vec::<String>::new());
}

/// The template with one property of an alarm changed, or without the alarm.
fn changed(alarm: &str, property: &str, value: Value) -> Vec<String> {
    let mut template = Template::read();
    let resources = template.0["Resources"].as_object_mut().unwrap();
    assert!(resources.contains_key(alarm), "{alarm}");
    if value.is_null() && property.is_empty() {
        resources.remove(alarm);
    } else {
        resources[alarm]["Properties"][property] = value;
    }
    faults(&template)
}

#[test]
fn an_alarm_that_is_gone_is_missed() {
    for what in [
        "RevocationStuck",
        "SweepBehind",
        "TenantFloods",
        "SuspectedSetting",
        "HuaweiVendorDown",
        "XiaomiWrongSecret",
        "OppoQuotaUsedUp",
        "FcmThrottled",
    ] {
        let name = format!("{what}Alarm");
        assert_eq!(changed(&name, "", Value::Null), [format!("there is no {name}")]);
    }
}

#[test]
fn an_alarm_that_can_not_fire_or_that_nobody_hears_is_seen() {
    let change = |property, value| changed("HuaweiVendorDownAlarm", property, value);
    assert_eq!(change("AlarmActions", json!([])), ["HuaweiVendorDownAlarm tells nobody"]);
    assert_eq!(change("ActionsEnabled", json!(false)), ["HuaweiVendorDownAlarm is switched off"]);
    assert_eq!(
        change("ComparisonOperator", json!("LessThanThreshold")),
        ["HuaweiVendorDownAlarm does not fire when there is more"]
    );
    assert_eq!(
        change("DatapointsToAlarm", json!(4)),
        ["HuaweiVendorDownAlarm cannot fire: 4 of 3 periods of 60 s"]
    );
    assert_eq!(
        change("Period", json!(86_400)),
        ["HuaweiVendorDownAlarm cannot fire: 2 of 3 periods of 86400 s"]
    );
    assert_eq!(
        change("Statistic", json!("Average")),
        [r#"HuaweiVendorDownAlarm: Statistic is "Average""#]
    );
    assert_eq!(
        change("MetricName", json!("requests")),
        [r#"HuaweiVendorDownAlarm: MetricName is "requests""#]
    );
    assert_eq!(
        change("Namespace", json!("other")),
        [r#"HuaweiVendorDownAlarm: Namespace is "other""#]
    );
    assert!(change("Dimensions", json!([]))[0].starts_with("HuaweiVendorDownAlarm: Dimensions is"));
    // No data is all that there is of a sweep that does not run.
    assert_eq!(
        changed("SweepBehindAlarm", "TreatMissingData", json!("notBreaching")),
        [r#"SweepBehindAlarm: TreatMissingData is "notBreaching""#]
    );
}

#[test]
fn an_alarm_without_its_section_is_seen() {
    let other = |text: &str| changed("FanoutDeadLettersAlarm", "AlarmDescription", json!(text));
    assert_eq!(
        other("Jobs were given up"),
        ["FanoutDeadLettersAlarm has no section in the runbook"]
    );
    assert_eq!(
        other("x (docs/runbook.md#nowhere)"),
        ["FanoutDeadLettersAlarm has no section in the runbook"]
    );
    let elsewhere = json!("x (docs/runbook.md#sweep-behind)");
    assert_eq!(
        changed("HuaweiVendorDownAlarm", "AlarmDescription", elsewhere),
        ["HuaweiVendorDownAlarm sends nobody to vendor-down"]
    );
}

#[test]
fn an_alarm_that_the_dashboard_does_not_show_is_seen() {
    let mut template = Template::read();
    let body = &mut template.0["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"];
    *body = body.as_str().unwrap().replace("\"${VivoThrottledAlarm.Arn}\",", "").into();
    assert_eq!(faults(&template), ["the dashboard does not show VivoThrottledAlarm"]);
}
