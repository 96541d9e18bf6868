//! What was asked.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Calls, units and bytes since they were last taken.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    /// By operation.
    pub calls: BTreeMap<String, u64>,
    /// Of 4 kB, consistent or half of that, as the table service counts them.
    pub read_units: f64,
    /// Of 1 kB; twice in a transaction, and once more for each entry of an index that comes, goes or moves.
    pub write_units: f64,
    /// Messages that were sent, and how many requests of 64 kB they were.
    pub messages: u64,
    pub queue_requests: u64,
    /// Bodies, as they travelled.
    pub bytes_in: u64,
    pub bytes_out: u64,
}

impl Counts {
    pub fn all_calls(&self) -> u64 {
        self.calls.values().sum()
    }

    pub(crate) fn call(&mut self, operation: &str) {
        match self.calls.get_mut(operation) {
            Some(calls) => *calls += 1,
            None => {
                self.calls.insert(operation.to_owned(), 1);
            }
        }
    }

    pub fn to_json(&self) -> Value {
        json!({
            "calls": self.calls, "read_units": self.read_units, "write_units": self.write_units, "messages": self.messages,
            "queue_requests": self.queue_requests, "bytes_in": self.bytes_in, "bytes_out": self.bytes_out,
        })
    }

    /// What [`to_json`](Self::to_json) wrote; what is missing is none.
    pub fn from_json(json: &Value) -> Self {
        let number = |name: &str| json[name].as_u64().unwrap_or_default();
        let units = |name: &str| json[name].as_f64().unwrap_or_default();
        let calls = json["calls"].as_object().into_iter().flatten();
        Self {
            calls: calls
                .map(|(name, calls)| (name.clone(), calls.as_u64().unwrap_or_default()))
                .collect(),
            read_units: units("read_units"),
            write_units: units("write_units"),
            messages: number("messages"),
            queue_requests: number("queue_requests"),
            bytes_in: number("bytes_in"),
            bytes_out: number("bytes_out"),
        }
    }
}
