//! The published table: of this machine, today.

use std::path::Path;

use crate::clock;
use crate::error::BenchError;

const BEGIN: &str = "<!-- figures: begin -->";
const END: &str = "<!-- figures: end -->";

/// Replaces what stands between the two marks, and the chart beside the document.
pub fn renew(document: &Path, table: &str, chart: &str) -> Result<(), BenchError> {
    let text = std::fs::read_to_string(document)?;
    let parts = text.split_once(BEGIN).zip(text.split_once(END));
    let ((before, _), (_, after)) = parts.ok_or_else(|| BenchError::new(format!("no marks in {}", document.display())))?;
    let figures = format!(
        "{BEGIN}\n{}\n\n{table}\n\n![Each figure as a part of its target](images/bench.svg)\n{END}",
        machine()?
    );
    std::fs::write(document, format!("{before}{figures}{after}"))?;
    let images = document.with_file_name("images");
    std::fs::write(images.join("bench.svg"), chart)?;
    Ok(())
}

/// Of the kernel: the processor, how many there are, and since when this is true.
fn machine() -> Result<String, BenchError> {
    let processors = std::fs::read_to_string("/proc/cpuinfo")?;
    let models: Vec<&str> = processors
        .lines()
        .filter_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map(|(_, model)| model.trim())
        .collect();
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let release = kernel.trim().split('-').next().unwrap_or_default();
    let model = models.first().copied().unwrap_or(std::env::consts::ARCH);
    let day = clock::now().strftime("%Y-%m-%d");
    Ok(format!("{day}, {} x {model}, Linux {release}:", models.len().max(1)))
}
