//! What the function works with, made once per execution environment.

use revocation_aws::{
    DynamoAccessKeys, DynamoNonces, DynamoPushStore, KmsSeal, QueueUrls, SqsJobQueue, SystemClock, SystemDice, sdk_config,
};
use revocation_http::auth::KeyCache;
use revocation_lambda::config::{ConfigError, Settings};
use revocation_rules::channel::Channels;

use crate::authenticate::Door;

pub struct Deps {
    pub store: DynamoPushStore,
    pub queue: SqsJobQueue,
    pub door: Door<DynamoAccessKeys, KmsSeal, DynamoNonces>,
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
        let kms_key = settings.text("RPC_SECRETS_KEY");
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
            door: Door {
                keys: DynamoAccessKeys::new(dynamo.clone(), access_keys),
                cache: KeyCache::default(),
                seal: KmsSeal::new(aws_sdk_kms::Client::new(&aws), kms_key),
                nonces: DynamoNonces::new(dynamo, nonces),
            },
            channels,
            clock: SystemClock,
            dice: SystemDice,
        })
    }
}
