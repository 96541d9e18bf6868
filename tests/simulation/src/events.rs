//! Interesting things that happened, counted, so that the simulation cannot go blind silently.

use std::collections::BTreeMap;

#[derive(Debug, Clone, Default)]
pub struct Events(pub BTreeMap<&'static str, u64>);

impl Events {
    pub fn saw(&mut self, event: &'static str) {
        *self.0.entry(event).or_default() += 1;
    }

    pub fn saw_if(&mut self, event: &'static str, happened: bool) {
        if happened {
            self.saw(event);
        }
    }

    pub fn add(&mut self, other: &Self) {
        for (event, count) in &other.0 {
            *self.0.entry(event).or_default() += count;
        }
    }

    pub fn count(&self, event: &str) -> u64 {
        self.0.get(event).copied().unwrap_or(0)
    }
}
