//! Which client speaks to which channel.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use revocation_app::ports::{ChannelClient, Clock, CredentialStore, DeviceConnections, DeviceLinks, DeviceOutbox, Order, SessionStore};
use revocation_rules::channel::{Channel, Peer, Tokens};
use revocation_rules::retry::Answer;

use crate::answers::{all_failed, misconfigured};
use crate::apns;
use crate::around::Around;
use crate::fcm;
use crate::harmony;
use crate::honor;
use crate::huawei;
use crate::meizu;
use crate::oppo;
use crate::pace::{Paced, Share};
use crate::self_built::SelfBuiltClient;
use crate::settings::{Setting, Settings, Timeouts};
use crate::vivo;
use crate::web_push::{self, WebPushClient};
use crate::xiaomi;

/// What a deployment may set of a channel's vendor.
pub const fn settings(channel: Channel) -> &'static [Setting] {
    match channel {
        Channel::Huawei => huawei::SETTINGS,
        Channel::Harmony => harmony::SETTINGS,
        Channel::Xiaomi => xiaomi::SETTINGS,
        Channel::Oppo => oppo::SETTINGS,
        Channel::Vivo => vivo::SETTINGS,
        Channel::Honor => honor::SETTINGS,
        Channel::Meizu => meizu::SETTINGS,
        Channel::Apns => apns::SETTINGS,
        Channel::Fcm => fcm::SETTINGS,
        Channel::WebPush => web_push::SETTINGS,
        // They speak to no vendor.
        Channel::SelfBuilt | Channel::Sms => &[],
    }
}

/// The rates of channels that share a quota with what their tenants send themselves.
const RATES_PER_SECOND: [(Channel, u32); 1] = [(Channel::Fcm, fcm::RATE_PER_SECOND)];

/// Deliveries a second that a channel is asked for where a deployment says nothing else; 0: no limit.
pub fn default_rate_per_second(channel: Channel) -> u32 {
    let rate = RATES_PER_SECOND.iter().find(|(limited, _)| *limited == channel);
    rate.map_or(0, |(_, rate)| *rate)
}

/// Whether the workers of a channel share sessions and pauses. Browsers have as many vendors as hosts, and what each of
/// those asks for a worker finds out by itself.
pub fn shares_sessions(channel: Channel) -> bool {
    let facts = channel.facts();
    facts.peer == Peer::Vendor && facts.tokens != Tokens::Endpoints
}

/// The client that asks the channel's vendor; `None` where there is none to ask.
pub fn connect(
    channel: Channel,
    settings: &Settings,
    credentials: Arc<dyn CredentialStore>,
    sessions: Arc<dyn SessionStore>,
    clock: Arc<dyn Clock>,
) -> Option<Box<dyn ChannelClient>> {
    connect_with(channel, settings, Timeouts::default(), credentials, sessions, clock)
}

/// As [`connect`], with other timeouts.
pub fn connect_with(
    channel: Channel,
    settings: &Settings,
    timeouts: Timeouts,
    credentials: Arc<dyn CredentialStore>,
    sessions: Arc<dyn SessionStore>,
    clock: Arc<dyn Clock>,
) -> Option<Box<dyn ChannelClient>> {
    let pace_clock = Arc::clone(&clock);
    let around = Around {
        settings,
        timeouts,
        credentials,
        sessions,
        clock,
    };
    let client: Result<Box<dyn ChannelClient>, _> = match channel {
        Channel::Huawei => huawei::connect(around).map(boxed),
        Channel::Harmony => harmony::connect(around).map(boxed),
        Channel::Xiaomi => xiaomi::connect(around).map(boxed),
        Channel::Oppo => oppo::connect(around).map(boxed),
        Channel::Vivo => vivo::connect(around).map(boxed),
        Channel::Honor => honor::connect(around).map(boxed),
        Channel::Meizu => meizu::connect(around).map(boxed),
        Channel::Apns => apns::connect(around).map(boxed),
        Channel::Fcm => fcm::connect(around).map(boxed),
        Channel::WebPush => WebPushClient::new(around).map(boxed),
        Channel::SelfBuilt | Channel::Sms => return None,
    };
    let client = client.unwrap_or_else(|error| {
        tracing::error!(channel = %channel, %error, "the settings of {channel} can not be used");
        Box::new(Unusable { channel })
    });
    Some(paced(client, settings, pace_clock))
}

/// `client`, no faster than this worker's share of the channel's rate.
pub fn paced(client: Box<dyn ChannelClient>, settings: &Settings, clock: Arc<dyn Clock>) -> Box<dyn ChannelClient> {
    match Share::new(settings.rate_per_second, settings.workers) {
        None => client,
        Some(share) => Box::new(Paced::new(client, share, clock)),
    }
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

/// Stands in for a channel whose settings cannot be used, so that its
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
