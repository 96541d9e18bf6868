//! What is counted of the logs, and who is told of it.

use std::collections::BTreeSet;
use std::path::Path;

use crate::roles::calls_a_vendor;
use crate::template::{Template, referred};

/// What the dispatchers' warning says, in the source that writes it and in the pattern that counts it.
const EVENT: &str = "suspected_setting";

#[test]
fn a_suspected_setting_is_counted_for_every_vendor_and_somebody_is_told() {
    let template = Template::read();
    let counted: BTreeSet<_> = template
        .of_type("AWS::Logs::MetricFilter")
        .iter()
        .map(|(name, filter)| {
            let pattern = format!("{{ $.event = \"{EVENT}\" }}");
            assert_eq!(filter["FilterPattern"], pattern.as_str(), "{name}");
            let metric = &filter["MetricTransformations"][0];
            assert_eq!(metric["MetricValue"], "$.deliveries", "{name}");
            let alarms = template.of_type("AWS::CloudWatch::Alarm");
            let alarmed = |alarm: &serde_json::Value| {
                alarm["Namespace"] == metric["MetricNamespace"] && alarm["MetricName"] == metric["MetricName"] && alarm["Threshold"] == 0
            };
            assert!(alarms.iter().any(|(_, alarm)| alarmed(alarm)), "{name}: nobody is told");
            referred(&filter["LogGroupName"]).unwrap()
        })
        .collect();
    let functions = template.functions();
    let dispatchers = functions.iter().filter(|(_, function)| calls_a_vendor(function));
    let logs: BTreeSet<_> = dispatchers
        .map(|(_, function)| referred(&function["LoggingConfig"]["LogGroup"]).unwrap())
        .collect();
    assert_eq!(counted, logs);
}

#[test]
fn the_warning_is_called_what_is_counted() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/app/src/judge_unknown.rs");
    let text = std::fs::read_to_string(source).unwrap();
    assert!(text.contains(&format!("event = \"{EVENT}\"")) && text.contains("deliveries = "));
}
