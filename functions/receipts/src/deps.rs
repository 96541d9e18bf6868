//! What the function works with, made once per execution environment.

use revocation_aws::{DynamoAccessKeys, DynamoPushStore, QueueUrls, SqsJobQueue, SystemClock, sdk_config};
use revocation_http::auth::{KeyCache, SenderCallbacks};
use revocation_lambda::config::{ConfigError, Settings};

/// What both triggers need.
pub struct Work {
    pub store: DynamoPushStore,
    pub queue: SqsJobQueue,
    pub clock: SystemClock,
}

/// What the HTTP function needs: to work, and to know who is asking.
pub struct Deps {
    pub work: Work,
    pub keys: DynamoAccessKeys,
    pub key_cache: KeyCache,
    pub sender_callbacks: SenderCallbacks,
}

pub async fn connect(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Deps, ConfigError> {
    let mut settings = Settings::new(lookup);
    let access_keys = settings.text("ACCESS_KEYS_TABLE");
    let sender_callbacks = settings.read("CALLBACK_SENDER_KEYS", SenderCallbacks::FORMAT, SenderCallbacks::parse);
    let work = work(settings).await?;
    Ok(Deps {
        keys: DynamoAccessKeys::new(work.store.client(), access_keys),
        work,
        key_cache: KeyCache::default(),
        // What is missing or wrong was complained about.
        sender_callbacks: sender_callbacks.unwrap_or(SenderCallbacks::Refuse),
    })
}

/// The queue's function asks nobody for a key.
pub async fn connect_queued(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Work, ConfigError> {
    work(Settings::new(lookup)).await
}

async fn work(mut settings: Settings<'_>) -> Result<Work, ConfigError> {
    let pushes = settings.text("PUSHES_TABLE");
    let receipts = settings.text("RECEIPTS_QUEUE_URL");
    settings.finish()?;
    let aws = sdk_config().await;
    // It queues nothing else.
    let urls = QueueUrls {
        receipts,
        ..QueueUrls::default()
    };
    Ok(Work {
        store: DynamoPushStore::new(aws_sdk_dynamodb::Client::new(&aws), pushes),
        queue: SqsJobQueue::new(aws_sdk_sqs::Client::new(&aws), urls),
        clock: SystemClock,
    })
}
