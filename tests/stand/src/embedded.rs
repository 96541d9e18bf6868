//! What `CloudWatch` makes of a line in its embedded metric format.

use serde_json::Value;

use crate::alarm::{Alarm, Dimension, Point};

/// What a line of a log has of the alarm's metric. A line that is none has nothing.
pub fn embedded(line: &str, alarm: &Alarm) -> Vec<Point> {
    let Ok(line) = serde_json::from_str::<Value>(line) else {
        return Vec::new();
    };
    let at_ms = line["_aws"]["Timestamp"].as_i64().unwrap_or_default();
    values(&line, alarm).map(|value| Point { at_ms, value }).collect()
}

/// The values that a line in the embedded metric format has for the alarm's metric and dimensions.
fn values<'l>(line: &'l Value, alarm: &'l Alarm) -> impl Iterator<Item = f64> + use<'l> {
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().into_iter().flatten();
    let named = directives.filter(|directive| {
        let metrics = directive["Metrics"].as_array().into_iter().flatten();
        let mut names = metrics.map(|metric| &metric["Name"]);
        directive["Namespace"] == alarm.namespace.as_str() && names.any(|name| *name == alarm.metric_name.as_str())
    });
    let sets = named.flat_map(|directive| directive["Dimensions"].as_array().into_iter().flatten());
    let own = sets.filter(|set| {
        let of_set: Vec<_> = set.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let as_wanted = |wanted: &Dimension| of_set.contains(&wanted.name.as_str()) && line[&wanted.name] == wanted.value.as_str();
        of_set.len() == alarm.dimensions.len() && alarm.dimensions.iter().all(as_wanted)
    });
    own.flat_map(|_| match &line[&alarm.metric_name] {
        Value::Array(values) => values.iter().filter_map(Value::as_f64).collect(),
        value => value.as_f64().into_iter().collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn alarm(dimensions: &Value) -> Alarm {
        serde_json::from_value(json!({
            "AlarmName": "x", "Namespace": "stack-1", "MetricName": "attempts", "Dimensions": dimensions, "Statistic": "Sum",
            "Period": 60, "EvaluationPeriods": 1, "Threshold": 0.0, "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching"
        }))
        .unwrap()
    }

    #[test]
    fn only_the_values_of_the_alarms_own_dimensions_are_read() {
        let line = json!({
            "_aws": {"Timestamp": 1, "CloudWatchMetrics": [
                {"Namespace": "stack-1", "Dimensions": [["channel"]], "Metrics": [{"Name": "lease_losses"}]},
                {"Namespace": "stack-1", "Dimensions": [["channel", "class"]], "Metrics": [{"Name": "attempts"}]},
            ]},
            "channel": "huawei", "class": "transient", "attempts": 3, "lease_losses": 9,
        });
        let read = |channel, class| {
            let alarm = alarm(&json!([{"Name": "channel", "Value": channel}, {"Name": "class", "Value": class}]));
            values(&line, &alarm).collect::<Vec<_>>()
        };
        assert_eq!(read("huawei", "transient"), [3.0]);
        assert_eq!(read("xiaomi", "transient"), Vec::<f64>::new());
        assert_eq!(read("huawei", "accepted"), Vec::<f64>::new());
        assert_eq!(values(&line, &alarm(&json!([]))).count(), 0);
    }

    #[test]
    fn a_line_that_is_no_metric_has_no_value() {
        let line = json!({"message": "dispatched", "attempts": 3});
        assert_eq!(values(&line, &alarm(&json!([]))).count(), 0);
    }
}
