//! Which client speaks to which channel.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use revocation_app::ports::{ChannelClient, Clock, CredentialStore, DeviceConnections, DeviceLinks, DeviceOutbox, Order};
use revocation_rules::channel::Channel;
use revocation_rules::retry::Answer;

use crate::answers::{all_failed, misconfigured};
use crate::apns::ApnsClient;
use crate::huawei::HuaweiClient;
use crate::self_built::SelfBuiltClient;
use crate::settings::{Settings, Timeouts};

/// The client of `channel`; `None` when it is not built yet.
pub fn connect(
    channel: Channel,
    settings: &Settings,
    credentials: Arc<dyn CredentialStore>,
    clock: Arc<dyn Clock>,
) -> Option<Box<dyn ChannelClient>> {
    connect_with(channel, settings, Timeouts::default(), credentials, clock)
}

/// As [`connect`], with other timeouts.
pub fn connect_with(
    channel: Channel,
    settings: &Settings,
    timeouts: Timeouts,
    credentials: Arc<dyn CredentialStore>,
    clock: Arc<dyn Clock>,
) -> Option<Box<dyn ChannelClient>> {
    let client: Result<Box<dyn ChannelClient>, _> = match channel {
        Channel::Huawei => HuaweiClient::new(settings, timeouts, credentials, clock).map(boxed),
        Channel::Apns => ApnsClient::new(settings, timeouts, credentials, clock).map(boxed),
        Channel::Xiaomi | Channel::Oppo | Channel::Vivo | Channel::SelfBuilt | Channel::Sms => {
            return None;
        }
    };
    Some(client.unwrap_or_else(|error| {
        tracing::error!(channel = %channel, %error, "the settings of {channel} can not be used");
        Box::new(Unusable { channel })
    }))
}

/// The client of the self-built channel, which speaks to no vendor.
pub fn self_built(
    outbox: Arc<dyn DeviceOutbox>,
    connections: Arc<dyn DeviceConnections>,
    links: Arc<dyn DeviceLinks>,
    clock: Arc<dyn Clock>,
) -> Box<dyn ChannelClient> {
    Box::new(SelfBuiltClient {
        outbox,
        connections,
        links,
        clock,
    })
}

fn boxed<C: ChannelClient + 'static>(client: C) -> Box<dyn ChannelClient> {
    Box::new(client)
}

/// Stands in for a channel whose settings can not be used, so that its
/// deliveries wait for a person and are not lost.
struct Unusable {
    channel: Channel,
}

impl ChannelClient for Unusable {
    fn revoke<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Vec<(usize, Answer)>> {
        let failure = misconfigured(format!("{}:bad_settings", self.channel));
        async move { all_failed(order, &failure) }.boxed()
    }
}
