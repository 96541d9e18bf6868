//! What the function works with, made once per execution environment.

use revocation_aws::{DynamoAccessKeys, DynamoNonces, DynamoPushStore, QueueUrls, SqsJobQueue, SystemClock, SystemDice, sdk_config};
use revocation_http::auth::KeyCache;
use revocation_lambda::config::{ConfigError, Settings};
use revocation_rules::channel::Channels;

pub struct Deps {
    pub store: DynamoPushStore,
    pub queue: SqsJobQueue,
    pub keys: DynamoAccessKeys,
    pub key_cache: KeyCache,
    pub nonces: DynamoNonces,
    pub channels: Channels,
    pub clock: SystemClock,
    pub dice: SystemDice,
}

impl Deps {
    pub async fn connect(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut settings = Settings::new(lookup);
        let pushes = settings.text("PUSHES_TABLE");
        let access_keys = settings.text("ACCESS_KEYS_TABLE");
        let nonces = settings.text("RPC_NONCES_TABLE");
        let fanout = settings.text("FANOUT_QUEUE_URL");
        let channels = settings.read("CHANNELS", Channels::FORMAT, Channels::parse).unwrap_or_default();
        settings.finish()?;
        let aws = sdk_config().await;
        let dynamo = aws_sdk_dynamodb::Client::new(&aws);
        Ok(Self {
            store: DynamoPushStore::new(dynamo.clone(), pushes),
            // It queues fan-outs only.
            queue: SqsJobQueue::new(
                aws_sdk_sqs::Client::new(&aws),
                QueueUrls {
                    fanout,
                    ..QueueUrls::default()
                },
            ),
            keys: DynamoAccessKeys::new(dynamo.clone(), access_keys),
            key_cache: KeyCache::default(),
            nonces: DynamoNonces::new(dynamo, nonces),
            channels,
            clock: SystemClock,
            dice: SystemDice,
        })
    }
}
