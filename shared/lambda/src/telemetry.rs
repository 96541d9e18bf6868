//! Logs: one JSON object a line, for queries rather than for reading.

use tracing_subscriber::EnvFilter;

/// Starts logging; `filter` is what `RUST_LOG` says. Call once, first in `main`.
pub fn start(filter: Option<&str>) {
    let filter = filter
        .and_then(|text| EnvFilter::try_new(text).ok())
        .unwrap_or_else(|| EnvFilter::new("info"));
    // CloudWatch stamps each line itself.
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .without_time()
        .with_env_filter(filter)
        .with_writer(std::io::stdout)
        .init();
    crate::panics::log_places();
}
