//! What one step costs, as it was measured: `costs.toml`, which says of each figure by which command.

use std::collections::BTreeMap;

const MEASURED: &str = include_str!("../costs.toml");

/// One figure.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cost {
    pub value: f64,
    pub unit: String,
    /// How it was measured.
    pub command: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Costs(BTreeMap<String, Cost>);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CostError {
    #[error("line {line} of the costs is neither a name nor a value")]
    Line { line: usize },
    #[error("{name} has no value, no unit or no command")]
    Incomplete { name: String },
    #[error("{name} is not among the costs")]
    Missing { name: &'static str },
}

/// What a run asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Gate,
    Revoke,
    Record1000,
    Dispatch1000,
    DispatchDone,
    FanoutPage,
    RecountPage,
    SweepOne,
    Check,
    Start,
}

impl Step {
    pub const ALL: [Self; 10] = [
        Self::Gate,
        Self::Revoke,
        Self::Record1000,
        Self::Dispatch1000,
        Self::DispatchDone,
        Self::FanoutPage,
        Self::RecountPage,
        Self::SweepOne,
        Self::Check,
        Self::Start,
    ];

    /// Its processor time, in microseconds.
    pub const fn cpu(self) -> &'static str {
        match self {
            Self::Gate => "gate_cpu_us",
            Self::Revoke => "revoke_cpu_us",
            Self::Record1000 => "record_1000_cpu_us",
            Self::Dispatch1000 => "dispatch_huawei_1000_cpu_us",
            Self::DispatchDone => "dispatch_done_cpu_us",
            Self::FanoutPage => "fanout_page_cpu_us",
            Self::RecountPage => "recount_page_cpu_us",
            Self::SweepOne => "sweep_one_cpu_us",
            Self::Check => "check_cpu_us",
            Self::Start => "start_cpu_us",
        }
    }
}

/// What of memory a run asks for, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// Of a process that has just answered for the first time.
    Resident,
    Dispatch1000,
    FanoutPage,
    RecountPage,
    SweepOne,
}

impl Memory {
    pub const ALL: [Self; 5] = [
        Self::Resident,
        Self::Dispatch1000,
        Self::FanoutPage,
        Self::RecountPage,
        Self::SweepOne,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Resident => "resident_bytes",
            Self::Dispatch1000 => "dispatch_1000_heap_bytes",
            Self::FanoutPage => "fanout_page_heap_bytes",
            Self::RecountPage => "recount_page_heap_bytes",
            Self::SweepOne => "sweep_one_heap_bytes",
        }
    }
}

impl Costs {
    /// The measured ones.
    ///
    /// # Errors
    /// When a line cannot be read, or a figure that runs ask for is not there.
    pub fn measured() -> Result<Self, CostError> {
        let costs = Self::parse(MEASURED)?;
        let asked = Step::ALL.map(Step::cpu).into_iter().chain(Memory::ALL.map(Memory::name));
        for name in asked {
            if !costs.0.contains_key(name) {
                return Err(CostError::Missing { name });
            }
        }
        Ok(costs)
    }

    /// Reads tables of `value`, `unit` and `command`.
    ///
    /// # Errors
    /// When a line cannot be read, or a table lacks one of the three.
    pub fn parse(text: &str) -> Result<Self, CostError> {
        let mut costs: BTreeMap<String, Cost> = BTreeMap::new();
        let mut name = None;
        for (nth, line) in text.lines().enumerate() {
            let bad = CostError::Line { line: nth + 1 };
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(table) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                name = Some(table.to_owned());
                costs.entry(table.to_owned()).or_default();
                continue;
            }
            let (key, value) = line.split_once(" = ").ok_or_else(|| bad.clone())?;
            let cost = name.as_ref().and_then(|name| costs.get_mut(name)).ok_or_else(|| bad.clone())?;
            let quoted = || value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).map(str::to_owned);
            match key {
                "value" => cost.value = value.parse().map_err(|_| bad)?,
                "unit" => cost.unit = quoted().ok_or(bad)?,
                "command" => cost.command = quoted().ok_or(bad)?,
                _ => return Err(bad),
            }
        }
        match costs
            .iter()
            .find(|(_, cost)| cost.value <= 0.0 || cost.unit.is_empty() || cost.command.is_empty())
        {
            Some((name, _)) => Err(CostError::Incomplete { name: name.clone() }),
            None => Ok(Self(costs)),
        }
    }

    /// Microseconds of one whole processor.
    pub fn cpu(&self, step: Step) -> f64 {
        self.value(step.cpu())
    }

    pub fn memory(&self, memory: Memory) -> f64 {
        self.value(memory.name())
    }

    /// Another figure, to see what it changes.
    pub fn set(&mut self, name: &str, value: f64) {
        self.0.entry(name.to_owned()).or_default().value = value;
    }

    fn value(&self, name: &str) -> f64 {
        self.0.get(name).map_or(0.0, |cost| cost.value)
    }

    pub fn all(&self) -> impl Iterator<Item = (&str, &Cost)> {
        self.0.iter().map(|(name, cost)| (name.as_str(), cost))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_that_is_asked_for_was_measured() {
        let costs = Costs::measured().unwrap();
        for step in Step::ALL {
            assert!(costs.cpu(step) > 0.0, "{step:?}");
        }
    }

    #[test]
    fn a_figure_without_its_command_is_none() {
        let text = "[a]\nvalue = 1.5\nunit = \"us\"\ncommand = \"make\"\n";
        assert!(Costs::parse(text).is_ok());
        for line in ["value = 1.5\n", "unit = \"us\"\n", "command = \"make\"\n"] {
            assert_eq!(
                Costs::parse(&text.replace(line, "")),
                Err(CostError::Incomplete { name: "a".into() })
            );
        }
        assert_eq!(Costs::parse("value = 1\n"), Err(CostError::Line { line: 1 }));
    }
}
