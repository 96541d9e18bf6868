//! What an invocation noted, on standard output: `CloudWatch` takes the metrics out of the log.

use std::io::Write as _;

use revocation_metrics::Sheet;

/// The setting that names the metrics' namespace; without it nothing is written.
pub const NAMESPACE: &str = "METRICS_NAMESPACE";

/// Writes them, each line whole: logs go to the same place.
pub fn write(namespace: Option<&str>, sheet: &Sheet) {
    let Some(namespace) = namespace.filter(|namespace| !namespace.is_empty()) else {
        return;
    };
    if sheet.is_empty() {
        return;
    }
    let lines = sheet.lines(namespace, now_ms());
    // What cannot be written is lost, as a log line would be; the work itself is done.
    let _ = std::io::stdout().lock().write_all(lines.as_bytes());
}

#[expect(
    clippy::disallowed_methods,
    reason = "a metric is stamped where it is written, and nothing is decided by it"
)]
fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
