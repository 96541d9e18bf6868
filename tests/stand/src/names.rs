//! The names that `infra/template.yaml` gives what is of a channel.

use revocation_rules::channel::Channel;

/// `HuaweiAuthUrl` for `HUAWEI_AUTH_URL`, `SelfBuilt` for `self_built`.
pub fn pascal(name: &str) -> String {
    let part =
        |part: &str| part.chars().take(1).collect::<String>().to_uppercase() + &part.chars().skip(1).collect::<String>().to_lowercase();
    name.split('_').map(part).collect()
}

/// Those that are not there once for each channel.
const OTHERS: [&str; 12] = [
    "record",
    "record-queued",
    "revoke",
    "lookup",
    "console",
    "mpaas",
    "receipts",
    "receipts-queued",
    "devices",
    "socket",
    "fanout",
    "sweep",
];

/// All functions that are deployed, without the name of the stack.
pub fn functions() -> impl Iterator<Item = String> {
    let dispatchers = Channel::dispatched().map(|channel| format!("dispatch-{}", channel.as_str().replace('_', "-")));
    OTHERS.map(str::to_owned).into_iter().chain(dispatchers)
}
