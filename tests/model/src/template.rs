//! What `infra/template.yaml` says of functions and queues: read, not repeated.

use std::collections::BTreeMap;

use crate::sim::{Micros, SECOND};

const TEMPLATE: &str = include_str!("../../../infra/template.yaml");

/// A function of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    pub memory_mb: u32,
    pub timeout: Micros,
}

/// A queue of the template, with what takes from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    pub hidden: Micros,
    pub receives: u32,
    pub batch: usize,
    pub workers: usize,
}

/// Where the resource `name` begins, and its lines.
fn block(name: &str) -> Option<Vec<&'static str>> {
    let first = format!("  {name}:");
    let mut lines = TEMPLATE.lines().skip_while(|line| *line != first);
    lines.next()?;
    Some(lines.take_while(|line| line.starts_with("   ") || line.is_empty()).collect())
}

fn number(lines: &[&str], name: &str) -> Option<u64> {
    let wanted = format!("{name}:");
    let line = lines.iter().map(|line| line.trim()).find(|line| line.starts_with(&wanted))?;
    line[wanted.len()..].trim().parse().ok()
}

/// What all functions have unless they say otherwise.
fn globals() -> Vec<&'static str> {
    let lines = TEMPLATE.lines().skip_while(|line| *line != "Globals:").skip(1);
    lines.take_while(|line| line.starts_with(' ')).collect()
}

/// The function of a logical name such as `Fanout`; `None` when there is none.
pub fn function(name: &str) -> Option<Function> {
    let lines = block(&format!("{name}Function"))?;
    let globals = globals();
    let said = |what: &str| number(&lines, what).or_else(|| number(&globals, what));
    Some(Function {
        memory_mb: u32::try_from(said("MemorySize")?).ok()?,
        timeout: said("Timeout")? * SECOND,
    })
}

/// The queue of a logical name such as `Fanout`, whose source takes as many at once as `parameter` says by default.
pub fn queue(name: &str, parameter: &str) -> Option<Queue> {
    let lines = block(&format!("{name}Queue"))?;
    let source = block(&format!("{name}Source")).or_else(|| block(&format!("{name}QueuedSource")))?;
    let workers = block(&format!("{parameter}MaximumConcurrency"))?;
    Some(Queue {
        hidden: number(&lines, "VisibilityTimeout")? * SECOND,
        receives: u32::try_from(number(&lines, "maxReceiveCount")?).ok()?,
        batch: usize::try_from(number(&source, "BatchSize")?).ok()?,
        workers: usize::try_from(number(&workers, "Default")?).ok()?,
    })
}

/// How much memory every function has, by its logical name.
pub fn memories() -> BTreeMap<&'static str, u32> {
    let names = TEMPLATE
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix("Function:"));
    names
        .filter(|name| !name.starts_with(' '))
        .filter_map(|name| Some((name, function(name)?.memory_mb)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_says_what_the_model_asks_it() {
        let fanout = function("Fanout").unwrap();
        assert!(fanout.memory_mb >= 128 && fanout.timeout >= 10 * SECOND, "{fanout:?}");
        assert!(function("Revoke").unwrap().timeout >= SECOND);
        for (queue_of, parameter) in [("Fanout", "Fanout"), ("DispatchHuawei", "Huawei"), ("Receipts", "Receipts")] {
            let queue = queue(queue_of, parameter).unwrap();
            assert!(queue.receives > 1 && queue.batch >= 1 && queue.workers >= 2, "{queue:?}");
        }
        assert!(memories().len() > 10);
        assert_eq!(function("Nobodys"), None);
    }
}
