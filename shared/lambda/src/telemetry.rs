//! Logs: one JSON object a line, for queries rather than for reading.

use tracing_subscriber::EnvFilter;

/// Starts logging; `filter` is what `RUST_LOG` says. The audit is written whatever it says.
/// Call once, first in `main`.
pub fn start(filter: Option<&str>) {
    // CloudWatch stamps each line itself.
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .without_time()
        .with_env_filter(levels(filter))
        .with_writer(std::io::stdout)
        .init();
    crate::panics::log_places();
}

/// Starts logging of a command that a person runs: what goes wrong it says itself, so that only
/// the audit is left, on stderr and with the time.
pub fn start_command() {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(levels(Some("off")))
        .with_writer(std::io::stderr)
        .init();
}

fn levels(filter: Option<&str>) -> EnvFilter {
    let named = filter.unwrap_or("info");
    EnvFilter::try_new(format!("{named},audit=info")).unwrap_or_else(|_| EnvFilter::new("info"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audit_is_written_at_every_log_level() {
        for named in [None, Some("error"), Some("warn"), Some("info"), Some("=?"), Some("off")] {
            let subscriber = tracing_subscriber::fmt().with_env_filter(levels(named)).finish();
            tracing::subscriber::with_default(subscriber, || {
                assert!(tracing::enabled!(target: "audit", tracing::Level::INFO), "{named:?}");
            });
        }
        let quiet = tracing_subscriber::fmt().with_env_filter(levels(Some("error"))).finish();
        tracing::subscriber::with_default(quiet, || {
            assert!(!tracing::enabled!(target: "other", tracing::Level::WARN));
        });
    }
}
