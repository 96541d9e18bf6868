//! Logs: one JSON object a line, for queries rather than for reading.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{fmt, registry};

/// Starts logging; `filter` is what `RUST_LOG` says. The audit is written whatever it says.
/// Call once, first in `main`.
pub fn start(filter: Option<&str>) {
    // CloudWatch stamps each line itself.
    let lines = fmt::layer().json().flatten_event(true).without_time();
    registry().with(lines.with_writer(std::io::stdout)).with(levels(filter)).init();
    crate::panics::log_places();
}

/// Starts logging of a command that a person runs: what goes wrong it says itself, so that only
/// the audit is left, on stderr and with the time.
pub fn start_command() {
    let lines = fmt::layer().json().flatten_event(true);
    registry().with(lines.with_writer(std::io::stderr)).with(levels(Some("off"))).init();
}

/// Levels by target: what `RUST_LOG` is used for here, without the regular expressions that its whole language needs.
fn levels(filter: Option<&str>) -> Targets {
    let named = filter.unwrap_or("info").parse();
    let named = named.unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    named.with_target("audit", LevelFilter::INFO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audit_is_written_at_every_log_level() {
        for named in [None, Some("error"), Some("warn"), Some("info"), Some("=?"), Some("off")] {
            let subscriber = registry().with(levels(named));
            tracing::subscriber::with_default(subscriber, || {
                assert!(tracing::enabled!(target: "audit", tracing::Level::INFO), "{named:?}");
            });
        }
        let quiet = registry().with(levels(Some("error")));
        tracing::subscriber::with_default(quiet, || {
            assert!(!tracing::enabled!(target: "other", tracing::Level::WARN));
        });
    }
}
