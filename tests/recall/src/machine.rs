//! The machine that a figure is of.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    pub cpu: String,
    pub cores: usize,
    pub memory_gib: u64,
}

impl Machine {
    /// This one. What the system does not say stays unknown.
    pub fn this() -> Self {
        let read = |file| std::fs::read_to_string(file).unwrap_or_default();
        Self {
            cpu: cpu(&read("/proc/cpuinfo")),
            cores: std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
            memory_gib: memory_gib(&read("/proc/meminfo")),
        }
    }

    pub fn in_words(&self) -> String {
        format!("{} cores of {}, {} GiB", self.cores, self.cpu, self.memory_gib)
    }
}

fn cpu(info: &str) -> String {
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or(std::env::consts::ARCH.to_owned(), |(_, model)| {
        model.split_whitespace().collect::<Vec<_>>().join(" ")
    })
}

/// Rounded to the nearest: a machine has a little less than it is said to.
fn memory_gib(info: &str) -> u64 {
    let line = info.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kilobytes: u64 = line
        .and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or_default();
    (kilobytes + 512 * 1024) / (1024 * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_told_by_what_the_system_says() {
        assert_eq!(cpu("processor\t: 0\nmodel name\t: Made   Up CPU @ 2GHz\n"), "Made Up CPU @ 2GHz");
        assert_eq!(memory_gib("MemTotal:       24689140 kB\nMemFree: 1 kB\n"), 24);
        assert!(Machine::this().cores > 0);
    }
}
