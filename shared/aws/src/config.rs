//! How long we wait for AWS, and how often we ask again.

use std::path::Path;
use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use aws_sdk_dynamodb::config::ProvideCredentials as _;
use aws_types::service_config::ServiceConfigKey;
use futures::future::join_all;

use crate::http::Https;

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

/// What every client of a function is made from.
#[derive(Debug)]
pub struct FunctionConfig {
    pub sdk: SdkConfig,
    https: Option<Https>,
}

impl From<SdkConfig> for FunctionConfig {
    /// With the SDK's own client, or none.
    fn from(sdk: SdkConfig) -> Self {
        Self { sdk, https: None }
    }
}

impl FunctionConfig {
    /// Region, credentials and endpoint come from the environment. `ca_file` has the only certificates that are
    /// trusted; without one it is Mozilla's list.
    pub async fn load(ca_file: Option<&Path>) -> Self {
        let https = Https::new(ca_file, FUNCTION.connect);
        let mut loader = loader(&FUNCTION)
            // An attempt ends after seconds, however slowly its answer comes.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        if let Some(https) = &https {
            loader = loader.http_client(https.clone());
        }
        // Lambda sets them once. Whoever has them elsewhere still does, after files and other places were looked at.
        if let Ok(credentials) = EnvironmentVariableCredentialsProvider::new().provide_credentials().await {
            loader = loader.credentials_provider(credentials).identity_cache(IdentityCache::no_cache());
        }
        Self {
            sdk: loader.load().await,
            https,
        }
    }

    /// Opens a connection to each service, all at once, so that the first calls need not. Only over TLS, where it takes
    /// its time; for a second at most, and whatever comes of it.
    pub async fn open_connections(&self, services: impl IntoIterator<Item = Service>) {
        if let Some(https) = &self.https {
            let origins = services.into_iter().filter_map(|service| self.origin(service));
            let over_tls: Vec<String> = origins.filter(|origin| origin.starts_with("https://")).collect();
            join_all(over_tls.iter().map(|origin| https.open(origin))).await;
        }
    }

    /// Where a service is, such as `DynamoDB` under `dynamodb`: as the environment says, or else where AWS has it in this
    /// region. Good for nothing but a connection that may turn out to be of no use.
    fn origin(&self, Service { id, host }: Service) -> Option<String> {
        let set = || {
            let key = ServiceConfigKey::builder()
                .service_id(id)
                .env("AWS_ENDPOINT_URL")
                .profile("endpoint_url")
                .build();
            self.sdk.service_config()?.load_config(key.ok()?)
        };
        set().or_else(|| self.sdk.endpoint_url().map(str::to_owned)).or_else(|| {
            let region = self.sdk.region()?;
            let suffix = if region.as_ref().starts_with("cn-") { ".cn" } else { "" };
            Some(format!("https://{host}.{region}.amazonaws.com{suffix}"))
        })
    }
}

/// A service of AWS that connections are opened to before they are needed.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    id: &'static str,
    host: &'static str,
}

impl Service {
    pub const DYNAMO: Self = Self {
        id: "DynamoDB",
        host: "dynamodb",
    };
    pub const SQS: Self = Self { id: "SQS", host: "sqs" };
}

/// What every client of a command that a person runs is made from.
pub async fn sdk_config_of_a_command() -> SdkConfig {
    loader(&PERSON).load().await
}

fn loader(patience: &Patience) -> ConfigLoader {
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(patience.connect)
                .operation_attempt_timeout(patience.attempt)
                .operation_timeout(patience.operation)
                .build(),
        )
        .retry_config(RetryConfig::standard().with_max_attempts(patience.attempts))
}
