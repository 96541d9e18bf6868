//! What the function works with, made once per execution environment.

use std::sync::Arc;

use lambda_runtime::Error;
use revocation_app::ports::{ChannelClient, SessionStore};
use revocation_aws::{DynamoPushStore, SqsJobQueue, SystemClock, SystemDice};
use revocation_channels::{NoSessions, shares_sessions};
use revocation_rules::channel::{Channel, Channels, Peer};
use revocation_wiring::Wiring;

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
    pub async fn connect() -> Result<Self, Error> {
        let mut wiring = Wiring::start().await;
        let channel = wiring.settings.read("CHANNEL", "a channel", Channel::parse);
        let strategy = wiring.settings.text("STRATEGY");
        let vendor = vendor(channel, &mut wiring.settings);
        let store = wiring.store();
        // It queues dispatches of its own channel only.
        let queue = channel.map(|channel| wiring.dispatch_queue(channel));
        let client = channel.and_then(|channel| match channel.facts().peer {
            Peer::Vendor => {
                let credentials = Arc::new(wiring.credentials());
                let sessions: Arc<dyn SessionStore> = if shares_sessions(channel) {
                    Arc::new(wiring.vendor_sessions())
                } else {
                    Arc::new(NoSessions)
                };
                revocation_channels::connect(channel, &vendor, credentials, sessions, Arc::new(SystemClock))
            }
            // No vendor, no session.
            Peer::Device => {
                let devices = Arc::new(wiring.devices());
                let outbox = Arc::clone(&devices);
                let own = revocation_channels::self_built(outbox, devices, Arc::new(wiring.links()), Arc::new(SystemClock));
                Some(revocation_channels::paced(own, &vendor, Arc::new(SystemClock)))
            }
        });
        wiring.open_connections().await;
        let (store, channel, queue) = wiring.finish((store, channel, queue))?;
        // Cannot fail: `finish` complains about a missing channel.
        let (channel, queue) = channel.zip(queue).ok_or("`CHANNEL` is not set")?;
        Ok(Self {
            store,
            queue,
            channels: Channels::parse(&format!("{channel}={strategy}"))
                .ok_or_else(|| format!("`STRATEGY` is not one that {channel} has"))?,
            client: client.ok_or_else(|| format!("there is no dispatcher for {channel}"))?,
            clock: SystemClock,
            dice: SystemDice,
        })
    }
}
