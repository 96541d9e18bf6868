//! One figure: what was measured, and what it should be.

use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    AtMost(f64),
    AtLeast(f64),
}

impl Target {
    pub fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
        }
    }
}

#[derive(Debug, Clone)]
pub struct Figure {
    pub name: String,
    pub unit: &'static str,
    runs: Vec<f64>,
    pub target: Option<Target>,
    /// The peer's value by ours, or ours by the limit's.
    pub peer_ratio: Option<f64>,
}

impl Figure {
    /// # Panics
    /// Without a run there is no figure.
    pub fn new(name: impl Into<String>, unit: &'static str, mut runs: Vec<f64>) -> Self {
        assert!(!runs.is_empty(), "a figure without a run");
        runs.sort_by(f64::total_cmp);
        Self {
            name: name.into(),
            unit,
            runs,
            target: None,
            peer_ratio: None,
        }
    }

    pub fn one(name: impl Into<String>, unit: &'static str, value: f64) -> Self {
        Self::new(name, unit, vec![value])
    }

    #[must_use]
    pub fn at_most(mut self, most: f64) -> Self {
        self.target = Some(Target::AtMost(most));
        self
    }

    #[must_use]
    pub fn at_least(mut self, least: f64) -> Self {
        self.target = Some(Target::AtLeast(least));
        self
    }

    #[must_use]
    pub fn ratio(mut self, ratio: f64) -> Self {
        self.peer_ratio = Some(ratio);
        self
    }

    /// The median.
    pub fn value(&self) -> f64 {
        let middle = self.runs.len() / 2;
        if self.runs.len().is_multiple_of(2) {
            f64::midpoint(self.runs[middle - 1], self.runs[middle])
        } else {
            self.runs[middle]
        }
    }

    pub fn min(&self) -> f64 {
        self.runs[0]
    }

    pub fn max(&self) -> f64 {
        self.runs[self.runs.len() - 1]
    }

    pub fn runs(&self) -> usize {
        self.runs.len()
    }

    pub fn to_json(&self) -> Value {
        let mut json = json!({
            "name": self.name, "unit": self.unit, "value": self.value(), "min": self.min(), "max": self.max(), "runs": self.runs(),
        });
        if let Some(ratio) = self.peer_ratio {
            json["peer_ratio"] = ratio.into();
        }
        match self.target {
            Some(Target::AtMost(most)) => json["at_most"] = most.into(),
            Some(Target::AtLeast(least)) => json["at_least"] = least.into(),
            None => {}
        }
        if let Some(why) = crate::report::limited_by(&self.name) {
            json["limited_by"] = why.into();
        }
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_its_median_between_its_least_and_its_most() {
        let odd = Figure::new("a", "ms", vec![3.0, 1.0, 2.0]);
        assert_eq!(
            [odd.value(), odd.min(), odd.max()].map(f64::to_bits),
            [2.0, 1.0, 3.0].map(f64::to_bits)
        );
        assert_eq!(
            Figure::new("a", "ms", vec![4.0, 1.0, 2.0, 3.0]).value().to_bits(),
            2.5_f64.to_bits()
        );
    }

    #[test]
    fn a_target_is_met_on_its_edge() {
        assert!(Target::AtMost(6.0).is_met(6.0) && !Target::AtMost(6.0).is_met(6.1));
        assert!(Target::AtLeast(22.0).is_met(22.0) && !Target::AtLeast(22.0).is_met(21.9));
    }
}
