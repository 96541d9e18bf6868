//! What the function works with, made once per execution environment.

use std::collections::HashMap;
use std::sync::Arc;

use lambda_runtime::Error;
use revocation_app::ports::ChannelClient;
use revocation_aws::{
    DynamoPushStore, DynamoVendorSessions, QueueUrls, SecretsManagerCredentials, SqsJobQueue, SystemClock, SystemDice, sdk_config,
};
use revocation_lambda::config::Settings;
use revocation_rules::channel::{Channel, Channels, Peer};

use crate::self_built::Devices;
use crate::vendor::vendor;

pub struct Deps {
    pub store: DynamoPushStore,
    pub queue: SqsJobQueue,
    /// Its own channel, and no other.
    pub channels: Channels,
    pub client: Box<dyn ChannelClient>,
    pub clock: SystemClock,
    pub dice: SystemDice,
}

impl Deps {
    pub async fn connect(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let mut settings = Settings::new(lookup);
        let pushes = settings.text("PUSHES_TABLE");
        let own_queue = settings.text("DISPATCH_QUEUE_URL");
        let secret_prefix = settings.text("SECRET_PREFIX");
        let channel = settings.read("CHANNEL", "a channel", Channel::parse);
        let strategy = settings.text("STRATEGY");
        // A missing channel is taken for one with a vendor; `finish` complains about it.
        let (vendor_sessions, devices) = match channel.map_or(Peer::Vendor, |channel| channel.facts().peer) {
            Peer::Vendor => (settings.text("VENDOR_SESSIONS_TABLE"), None),
            // No vendor, no session.
            Peer::Device => (String::new(), Some(Devices::read(&mut settings))),
        };
        let vendor = vendor(channel, &mut settings);
        settings.finish()?;
        // Cannot fail: `finish` complains about a missing channel.
        let channel = channel.ok_or("`CHANNEL` is not set")?;
        let channels =
            Channels::parse(&format!("{channel}={strategy}")).ok_or_else(|| format!("`STRATEGY` is not one that {channel} has"))?;
        let aws = sdk_config().await;
        let dynamodb = aws_sdk_dynamodb::Client::new(&aws);
        let credentials = SecretsManagerCredentials::new(aws_sdk_secretsmanager::Client::new(&aws), secret_prefix);
        let clock = Arc::new(SystemClock);
        let client = if let Some(devices) = devices {
            revocation_channels::paced(devices.client(&aws), &vendor, clock)
        } else {
            let sessions = DynamoVendorSessions::new(dynamodb.clone(), vendor_sessions);
            revocation_channels::connect(channel, &vendor, Arc::new(credentials), Arc::new(sessions), clock)
                .ok_or_else(|| format!("there is no dispatcher for {channel}"))?
        };
        Ok(Self {
            store: DynamoPushStore::new(dynamodb, pushes),
            queue: SqsJobQueue::new(
                aws_sdk_sqs::Client::new(&aws),
                QueueUrls {
                    // It queues dispatches of its own channel only.
                    fanout: String::new(),
                    dispatch: HashMap::from([(channel, own_queue)]),
                    ..QueueUrls::default()
                },
            ),
            channels,
            client,
            clock: SystemClock,
            dice: SystemDice,
        })
    }
}
