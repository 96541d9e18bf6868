//! What one invocation notes, put together until it is written.

use std::cell::RefCell;

use jiff::SignedDuration;

use crate::metric::{Dimension, Fold, Metric};

/// `CloudWatch` reads no more values of one metric in a line.
pub(crate) const MOST_VALUES: usize = 100;

tokio::task_local! {
    static SHEET: RefCell<Sheet>;
}

/// The values of a metric's dimensions. Static text: what comes from outside has no place here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Labels([Option<&'static str>; Dimension::ALL.len()]);

impl Labels {
    /// Of a metric without dimensions.
    pub const NONE: Self = Self([None; Dimension::ALL.len()]);

    #[must_use]
    pub fn with(mut self, dimension: Dimension, value: &'static str) -> Self {
        self.0[dimension as usize] = Some(value);
        self
    }

    pub fn get(&self, dimension: Dimension) -> Option<&'static str> {
        self.0[dimension as usize]
    }

    /// Can both stand in one line, where each dimension has one value?
    pub(crate) fn agree(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|pair| match pair {
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => true,
        })
    }

    pub(crate) fn join(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own = own.or(other);
        }
    }

    /// Those that a metric has, and no others?
    fn are_of(&self, metric: Metric) -> bool {
        let dimensions = metric.declared().dimensions;
        Dimension::ALL
            .into_iter()
            .all(|dimension| self.get(dimension).is_some() == dimensions.contains(&dimension))
    }
}

/// A metric with its dimensions, and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub metric: Metric,
    pub labels: Labels,
    pub values: Vec<u64>,
}

/// What was noted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    pub(crate) entries: Vec<Entry>,
    pub(crate) tenant: Option<String>,
}

impl Sheet {
    fn add(&mut self, metric: Metric, labels: Labels, value: u64) {
        debug_assert!(labels.are_of(metric), "{metric:?} has other dimensions");
        let fold = metric.declared().fold;
        let same = self.entries.iter_mut().find(|entry| {
            let has_room = fold != Fold::Each || entry.values.len() < MOST_VALUES;
            entry.metric == metric && entry.labels == labels && has_room
        });
        match (same, fold) {
            (None, Fold::Sum | Fold::Largest | Fold::Each) => self.entries.push(Entry {
                metric,
                labels,
                values: vec![value],
            }),
            (Some(entry), Fold::Each) => entry.values.push(value),
            (Some(entry), Fold::Sum) => entry.values[0] = entry.values[0].saturating_add(value),
            (Some(entry), Fold::Largest) => entry.values[0] = entry.values[0].max(value),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Every value of a metric, whatever its dimensions.
    pub fn values(&self, metric: Metric) -> Vec<u64> {
        let of_metric = self.entries.iter().filter(|entry| entry.metric == metric);
        of_metric.flat_map(|entry| entry.values.iter().copied()).collect()
    }

    /// The values of a metric with these dimensions.
    pub fn values_of(&self, metric: Metric, labels: Labels) -> Vec<u64> {
        let of_labels = self.entries.iter().filter(|entry| entry.metric == metric && entry.labels == labels);
        of_labels.flat_map(|entry| entry.values.iter().copied()).collect()
    }
}

/// Runs `work`, and returns what it noted beside what it came to. What it spawns as a task of its own notes nothing.
pub async fn gathered<T>(work: impl Future<Output = T>) -> (T, Sheet) {
    SHEET
        .scope(RefCell::default(), async {
            let answer = work.await;
            (answer, SHEET.with(RefCell::take))
        })
        .await
}

/// The same of work that waits for nothing.
pub fn gathered_now<T>(work: impl FnOnce() -> T) -> (T, Sheet) {
    SHEET.sync_scope(RefCell::default(), || {
        let answer = work();
        (answer, SHEET.with(RefCell::take))
    })
}

/// Notes a value: a count, or a time in milliseconds. Does nothing outside of [`gathered`].
pub fn note(metric: Metric, labels: Labels, value: u64) {
    // Who is not in a scope is no function: a command, a test, the simulation.
    let _ = SHEET.try_with(|sheet| sheet.borrow_mut().add(metric, labels, value));
}

/// The tenant that this invocation is for: a property for queries over logs, and no dimension.
pub fn about(tenant: impl FnOnce() -> String) {
    let _ = SHEET.try_with(|sheet| sheet.borrow_mut().tenant = Some(tenant()));
}

/// A time as it is noted; none is negative, though clocks may differ.
pub(crate) fn milliseconds(time: SignedDuration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(0)
}

impl Metric {
    /// Notes a time.
    pub fn took(self, labels: Labels, time: SignedDuration) {
        note(self, labels, milliseconds(time));
    }
}
