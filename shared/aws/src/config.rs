//! How long we wait for AWS, and how often we ask again.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};

/// How long an operation may take, and how often the SDK asks.
struct Patience {
    connect: Duration,
    attempt: Duration,
    operation: Duration,
    attempts: u32,
}

/// An operation ends within eight seconds, well inside the time an invocation has. Who asks a function has a second
/// chance of their own.
const FUNCTION: Patience = Patience {
    connect: Duration::from_secs(1),
    attempt: Duration::from_secs(3),
    operation: Duration::from_secs(8),
    attempts: 3,
};

/// A person who runs a command waits rather than types it again.
const PERSON: Patience = Patience {
    connect: Duration::from_secs(5),
    attempt: Duration::from_secs(10),
    operation: Duration::from_mins(1),
    attempts: 8,
};

/// The settings that every client of a function is made from; region, credentials and endpoint come from the
/// environment.
pub async fn sdk_config() -> SdkConfig {
    with(FUNCTION).await
}

/// The same for a command that a person runs.
pub async fn sdk_config_of_a_command() -> SdkConfig {
    with(PERSON).await
}

async fn with(patience: Patience) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(patience.connect)
                .operation_attempt_timeout(patience.attempt)
                .operation_timeout(patience.operation)
                .build(),
        )
        .retry_config(RetryConfig::standard().with_max_attempts(patience.attempts))
        .load()
        .await
}
