//! Many devices in one process: a task and a few kilobytes each.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::time::Instant;

use crate::client::{Client, Settings};
use crate::state::{Status, View};

/// Devices by their names.
#[derive(Debug, Default)]
pub struct Fleet(BTreeMap<String, Client>);

impl Fleet {
    /// Starts a device for each name, online where `online` says so.
    pub fn start(devices: impl IntoIterator<Item = (String, Settings)>, online: impl Fn(&str) -> bool) -> Self {
        let start = |(name, settings): (String, Settings)| {
            let client = if online(&name) {
                Client::start(settings)
            } else {
                Client::start_offline(settings)
            };
            (name, client)
        };
        Self(devices.into_iter().map(start).collect())
    }

    pub fn get(&self, name: &str) -> Option<&Client> {
        self.0.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Client)> {
        self.0.iter().map(|(name, client)| (name.as_str(), client))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many devices look so now.
    pub fn count(&self, looks_so: impl Fn(&View) -> bool) -> usize {
        self.0.values().filter(|client| looks_so(&client.look())).count()
    }

    /// For a while, cuts devices off by chance, `a_second` of them; they come back by themselves.
    pub async fn shake(&self, a_second: u32, during: Duration) {
        let end = Instant::now() + during;
        let clients: Vec<&Client> = self.0.values().collect();
        while Instant::now() < end && !clients.is_empty() && a_second > 0 {
            clients[rand::random_range(0..clients.len())].cut_off();
            tokio::time::sleep(Duration::from_secs(1) / a_second).await;
        }
    }

    pub fn all_online(&self) {
        self.0.values().for_each(Client::go_online);
    }

    /// Those that are offline and `wanted` come online, `at_once` of them, for
    /// a service that cannot take all at the same time. One that is not
    /// registered in a minute makes room for the next.
    pub async fn come_online(&self, at_once: usize, wanted: impl Fn(&str) -> bool) {
        let offline = self
            .iter()
            .filter(|(name, client)| wanted(name) && client.look().status == Status::Offline);
        futures::stream::iter(offline)
            .for_each_concurrent(at_once, async |(_, client)| {
                client.go_online();
                client.until(Duration::from_mins(1), |view| view.status == Status::Registered).await;
            })
            .await;
    }

    /// Waits until every device looks as wanted; the names of those that do not in time.
    pub async fn until_all(&self, within: Duration, wanted: impl Fn(&View) -> bool) -> Vec<&str> {
        let waiting: FuturesUnordered<_> = self
            .iter()
            .map(|(name, client)| {
                let wanted = &wanted;
                async move { (!client.until(within, wanted).await).then_some(name) }
            })
            .collect();
        waiting.filter_map(async |late| late).collect().await
    }
}
