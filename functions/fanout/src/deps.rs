//! What the function works with, made once per execution environment.

use revocation_aws::{DynamoPushStore, QueueUrls, SqsJobQueue, SystemClock, SystemDice, sdk_config};
use revocation_lambda::config::{ConfigError, Settings};
use revocation_rules::channel::Channels;

pub struct Deps {
    pub store: DynamoPushStore,
    pub queue: SqsJobQueue,
    /// The channels with a dispatcher.
    pub channels: Channels,
    pub clock: SystemClock,
    pub dice: SystemDice,
}

impl Deps {
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
            store: DynamoPushStore::new(aws_sdk_dynamodb::Client::new(&aws), pushes),
            channels: Channels::new(dispatch.keys().copied()),
            queue: SqsJobQueue::new(aws_sdk_sqs::Client::new(&aws), QueueUrls { fanout, dispatch }),
            clock: SystemClock,
            dice: SystemDice,
        })
    }
}
