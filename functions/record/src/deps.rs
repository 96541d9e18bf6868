//! What the function works with, made once per execution environment.

use aws_sdk_dynamodb::Client as Dynamo;
use revocation_aws::{DynamoAccessKeys, DynamoPushStore, QueueUrls, SqsJobQueue, SystemClock, sdk_config};
use revocation_http::auth::KeyCache;
use revocation_lambda::config::{ConfigError, Settings};
use revocation_rules::channel::Channels;

/// What recording needs.
pub struct Work {
    pub store: DynamoPushStore,
    pub queue: SqsJobQueue,
    pub channels: Channels,
    pub clock: SystemClock,
}

/// What the HTTP function needs besides: who is asking.
pub struct Deps {
    pub work: Work,
    pub keys: DynamoAccessKeys,
    pub key_cache: KeyCache,
}

impl Work {
    pub async fn connect(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut settings = Settings::new(lookup);
        let pushes = settings.text("PUSHES_TABLE");
        let fanout = settings.text("FANOUT_QUEUE_URL");
        let dispatch = settings
            .read(
                "DISPATCH_QUEUE_URLS",
                "a list such as huawei=<url>,apns=<url>",
                QueueUrls::parse_dispatch,
            )
            .unwrap_or_default();
        settings.finish()?;
        let aws = sdk_config().await;
        Ok(Self {
            store: DynamoPushStore::new(Dynamo::new(&aws), pushes),
            channels: Channels::new(dispatch.keys().copied()),
            queue: SqsJobQueue::new(aws_sdk_sqs::Client::new(&aws), QueueUrls { fanout, dispatch }),
            clock: SystemClock,
        })
    }
}

impl Deps {
    pub async fn connect(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut settings = Settings::new(lookup);
        let access_keys = settings.text("ACCESS_KEYS_TABLE");
        settings.finish()?;
        Ok(Self {
            work: Work::connect(lookup).await?,
            keys: DynamoAccessKeys::new(Dynamo::new(&sdk_config().await), access_keys),
            key_cache: KeyCache::default(),
        })
    }
}
