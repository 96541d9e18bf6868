//! What the function works with, made once per execution environment.

use revocation_aws::{DynamoAccessKeys, DynamoPushStore, SystemClock, sdk_config};
use revocation_http::auth::KeyCache;
use revocation_lambda::config::{ConfigError, Settings};

pub struct Deps {
    pub store: DynamoPushStore,
    pub keys: DynamoAccessKeys,
    pub key_cache: KeyCache,
    pub clock: SystemClock,
}

impl Deps {
    pub async fn connect(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut settings = Settings::new(lookup);
        let pushes = settings.text("PUSHES_TABLE");
        let access_keys = settings.text("ACCESS_KEYS_TABLE");
        settings.finish()?;
        let dynamo = aws_sdk_dynamodb::Client::new(&sdk_config().await);
        Ok(Self {
            store: DynamoPushStore::new(dynamo.clone(), pushes),
            keys: DynamoAccessKeys::new(dynamo, access_keys),
            key_cache: KeyCache::default(),
            clock: SystemClock,
        })
    }
}
