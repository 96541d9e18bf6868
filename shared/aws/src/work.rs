//! What every function that hands jobs on works with.

use std::collections::HashMap;

use aws_config::SdkConfig;
use revocation_rules::channel::{Channel, Channels};

use crate::{DynamoPushStore, QueueUrls, SqsJobQueue, SystemClock, SystemDice};

pub struct Work {
    pub store: DynamoPushStore,
    pub queue: SqsJobQueue,
    /// The channels with a dispatcher, and how each takes back.
    pub channels: Channels,
    pub clock: SystemClock,
    pub dice: SystemDice,
}

impl Work {
    /// `pushes` is the table, `fanout` and `dispatch` are where jobs go. Each
    /// channel of `dispatch` has its default strategy.
    pub fn new(aws: &SdkConfig, pushes: String, fanout: String, dispatch: HashMap<Channel, String>) -> Self {
        Self {
            store: DynamoPushStore::new(aws_sdk_dynamodb::Client::new(aws), pushes),
            channels: Channels::new(dispatch.keys().copied()),
            queue: SqsJobQueue::new(
                aws_sdk_sqs::Client::new(aws),
                QueueUrls {
                    fanout,
                    dispatch,
                    ..QueueUrls::default()
                },
            ),
            clock: SystemClock,
            dice: SystemDice,
        }
    }
}
