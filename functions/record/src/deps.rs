//! What the function works with, made once per execution environment.

use revocation_app::KnownBindings;
use revocation_aws::{DynamoAccessKeys, QueueUrls, Work, sdk_config};
use revocation_http::auth::KeyCache;
use revocation_lambda::config::{ConfigError, Settings};
use revocation_rules::channel::Channels;
use revocation_rules::queue_sender::Unbound;

/// What the HTTP function needs: to work, and to know who is asking.
pub struct Deps {
    pub work: Work,
    pub keys: DynamoAccessKeys,
    pub key_cache: KeyCache,
}

pub async fn connect(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Deps, ConfigError> {
    let mut settings = Settings::new(lookup);
    let access_keys = settings.text("ACCESS_KEYS_TABLE");
    let work = work(settings).await?;
    Ok(Deps {
        keys: DynamoAccessKeys::new(work.store.client(), access_keys),
        work,
        key_cache: KeyCache::default(),
    })
}

/// What the queue's function needs: to work, and to know for whom its senders may record.
pub struct QueuedDeps {
    pub work: Work,
    pub senders: DynamoAccessKeys,
    pub known: KnownBindings,
    pub unbound: Unbound,
}

/// The queue's function asks nobody for a key.
pub async fn connect_queued(lookup: &dyn Fn(&str) -> Option<String>) -> Result<QueuedDeps, ConfigError> {
    let mut settings = Settings::new(lookup);
    let access_keys = settings.text("ACCESS_KEYS_TABLE");
    let unbound = settings.read("UNBOUND_QUEUE_SENDERS", Unbound::FORMAT, Unbound::parse);
    let work = work(settings).await?;
    Ok(QueuedDeps {
        senders: DynamoAccessKeys::new(work.store.client(), access_keys),
        work,
        known: KnownBindings::default(),
        unbound: unbound.unwrap_or(Unbound::Refuse),
    })
}

async fn work(mut settings: Settings<'_>) -> Result<Work, ConfigError> {
    let pushes = settings.text("PUSHES_TABLE");
    let fanout = settings.text("FANOUT_QUEUE_URL");
    let dispatch = settings.read("DISPATCH_QUEUE_URLS", QueueUrls::FORMAT, QueueUrls::parse_dispatch);
    let channels = settings.read("CHANNELS", Channels::FORMAT, Channels::parse);
    settings.finish()?;
    Ok(Work {
        channels: channels.unwrap_or_default(),
        ..Work::new(&sdk_config().await, pushes, fanout, dispatch.unwrap_or_default())
    })
}
