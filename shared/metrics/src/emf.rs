//! `CloudWatch`'s embedded metric format: one JSON object a line, which says what of it are metrics.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::fmt::Write as _;

use crate::metric::Dimension;
use crate::sheet::{Entry, Labels, Sheet};

/// One line: metrics whose dimensions agree, each once.
struct Line<'a> {
    labels: Labels,
    entries: Vec<&'a Entry>,
}

impl<'a> Line<'a> {
    fn takes(&self, entry: &Entry) -> bool {
        self.labels.agree(&entry.labels) && self.entries.iter().all(|other| other.metric != entry.metric)
    }

    fn take(&mut self, entry: &'a Entry) {
        self.labels.join(&entry.labels);
        self.entries.push(entry);
    }
}

impl Sheet {
    /// Everything that was noted, in as few lines as the values of dimensions allow, each with its line end.
    ///
    /// `namespace` is that of the metrics, `now_ms` the time in milliseconds since 1970.
    pub fn lines(&self, namespace: &str, now_ms: i64) -> String {
        let mut lines: Vec<Line<'_>> = Vec::new();
        for entry in &self.entries {
            match lines.iter_mut().find(|line| line.takes(entry)) {
                Some(line) => line.take(entry),
                None => lines.push(Line {
                    labels: entry.labels,
                    entries: vec![entry],
                }),
            }
        }
        let mut text = String::with_capacity(lines.len() * 512);
        for line in lines {
            // Cannot fail: writing to a String.
            let _ = self.write(&mut text, &line, namespace, now_ms);
            text.push('\n');
        }
        text
    }

    fn write(&self, text: &mut String, line: &Line<'_>, namespace: &str, now_ms: i64) -> std::fmt::Result {
        let namespace = json(namespace);
        write!(text, r#"{{"_aws":{{"Timestamp":{now_ms},"CloudWatchMetrics":["#)?;
        let mut sets: Vec<&'static [Dimension]> = Vec::new();
        for entry in &line.entries {
            let dimensions = entry.metric.declared().dimensions;
            if !sets.contains(&dimensions) {
                sets.push(dimensions);
            }
        }
        for (nth, set) in sets.iter().enumerate() {
            write!(text, r#"{}{{"Namespace":{namespace},"Dimensions":[["#, comma(nth))?;
            for (nth, dimension) in set.iter().enumerate() {
                write!(text, r#"{}"{}""#, comma(nth), dimension.as_str())?;
            }
            text.push_str(r#"]],"Metrics":["#);
            let declared = line.entries.iter().map(|entry| entry.metric.declared());
            for (nth, metric) in declared.filter(|metric| metric.dimensions == *set).enumerate() {
                write!(
                    text,
                    r#"{}{{"Name":"{}","Unit":"{}"}}"#,
                    comma(nth),
                    metric.name,
                    metric.unit.as_str()
                )?;
            }
            text.push_str("]}");
        }
        text.push_str("]}");
        for dimension in Dimension::ALL {
            if let Some(value) = line.labels.get(dimension) {
                write!(text, r#","{}":{}"#, dimension.as_str(), json(value))?;
            }
        }
        for entry in &line.entries {
            let name = entry.metric.name();
            match entry.values.as_slice() {
                [value] => write!(text, r#","{name}":{value}"#)?,
                values => write!(text, r#","{name}":{values:?}"#)?,
            }
        }
        if let Some(tenant) = &self.tenant {
            write!(text, r#","tenant":{}"#, json(tenant))?;
        }
        text.push('}');
        Ok(())
    }
}

/// Before all but the first.
const fn comma(nth: usize) -> &'static str {
    if nth == 0 { "" } else { "," }
}

/// A text as JSON has it.
fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
#[path = "emf_tests.rs"]
mod tests;
