//! The notification bars of all simulated devices of one vendor.
//!
//! A notification that shares its key or its tag with one on the bar replaces it in place; any
//! other is added. What the user opened or cleared is gone, so a later push with that key shows as
//! a new notification, which `shown_after_removed` counts. What the vendor recalled is gone too, and
//! shows nothing in its place.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::clock::now_ms;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Active,
    /// The app is gone; the vendor says so.
    Unregistered,
    /// Cannot be reached; the vendor may keep pushes for later.
    Offline,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct Notification {
    pub key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    pub title: String,
    pub body: String,
    /// Shown without a sound.
    pub silent: bool,
    /// Absent for what the control API delivered.
    pub vendor_request_id: Option<String>,
    pub shown_at: u64,
    /// What a recall names, where a vendor recalls by task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// Of one job key the client shows the first message only, where a vendor has such keys.
    #[serde(skip)]
    pub job_key: Option<String>,
}

impl Notification {
    fn named(&self, name: &str) -> bool {
        self.key.as_deref() == Some(name) || self.tag.as_deref() == Some(name)
    }

    fn replaces(&self, shown: &Self) -> bool {
        (self.key.is_some() && self.key == shown.key) || (self.tag.is_some() && self.tag == shown.tag)
    }
}

/// How long and beside what a vendor keeps a push for a device that is offline.
#[derive(Debug, Clone)]
pub struct Keep {
    /// Of one group only the latest is kept; without a group all are.
    pub group: Option<String>,
    /// Not kept at all when already over.
    pub until_ms: u64,
}

/// What a push does on a device.
#[derive(Debug, Clone)]
pub enum Effect {
    Show(Notification),
    /// Wakes the app and shows nothing.
    Background,
}

struct Waiting {
    effect: Effect,
    keep: Keep,
}

#[derive(Serialize)]
pub struct Device {
    #[serde(skip)]
    app: String,
    state: State,
    /// Vendor pushes accepted for this device, shown or stored.
    pushes: u64,
    backgrounds: u64,
    shown_after_removed: u64,
    /// Recalls that took something away from this device.
    removed: u64,
    /// Pushes that the client ignored because it knew their job key.
    ignored: u64,
    notifications: Vec<Notification>,
    /// Keys and tags that the user opened or cleared.
    #[serde(skip)]
    gone: HashSet<String>,
    #[serde(skip)]
    job_keys: HashSet<String>,
    #[serde(skip)]
    waiting: Vec<Waiting>,
}

impl Device {
    fn new(app: String, state: State) -> Self {
        Self {
            app,
            state,
            pushes: 0,
            backgrounds: 0,
            shown_after_removed: 0,
            removed: 0,
            ignored: 0,
            notifications: Vec::new(),
            gone: HashSet::new(),
            job_keys: HashSet::new(),
            waiting: Vec::new(),
        }
    }

    fn take(&mut self, effect: Effect, keep: Keep) {
        if self.state == State::Offline {
            if keep.until_ms <= now_ms() {
                return;
            }
            if keep.group.is_some() {
                self.waiting.retain(|waiting| waiting.keep.group != keep.group);
            }
            self.waiting.push(Waiting { effect, keep });
        } else {
            self.happen(effect);
        }
    }

    fn happen(&mut self, effect: Effect) {
        let Effect::Show(mut new) = effect else {
            self.backgrounds += 1;
            return;
        };
        if let Some(job_key) = new.job_key.clone()
            && !self.job_keys.insert(job_key)
        {
            self.ignored += 1;
            return;
        }
        new.shown_at = now_ms();
        if let Some(shown) = self.notifications.iter_mut().find(|shown| new.replaces(shown)) {
            *shown = new;
            return;
        }
        let names = [&new.key, &new.tag];
        let mut returns = false;
        for name in names.into_iter().flatten() {
            returns |= self.gone.remove(name);
        }
        self.shown_after_removed += u64::from(returns);
        self.notifications.push(new);
    }

    fn come_online(&mut self) {
        self.state = State::Active;
        let now = now_ms();
        for waiting in std::mem::take(&mut self.waiting) {
            if waiting.keep.until_ms > now {
                self.happen(waiting.effect);
            }
        }
    }

    /// Removes what is named, or everything, from the bar.
    fn remove(&mut self, name: Option<&str>) -> usize {
        let before = self.notifications.len();
        let gone = &mut self.gone;
        self.notifications.retain(|shown| {
            let goes = name.is_none_or(|name| shown.named(name));
            if goes {
                gone.extend([&shown.key, &shown.tag].into_iter().flatten().cloned());
            }
            !goes
        });
        before - self.notifications.len()
    }

    /// The vendor takes back what is shown and what is stored.
    fn recall(&mut self, is_meant: impl Fn(&Notification) -> bool) {
        self.pushes += 1;
        let before = self.notifications.len() + self.waiting.len();
        self.notifications.retain(|shown| !is_meant(shown));
        self.waiting.retain(|waiting| match &waiting.effect {
            Effect::Show(stored) => !is_meant(stored),
            Effect::Background => true,
        });
        let after = self.notifications.len() + self.waiting.len();
        self.removed += u64::from(after < before);
    }
}

/// How a device stands to a push for an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Reachable,
    Unregistered,
    OtherApp,
    Unknown,
}

/// State, pushes, recalls that took something away, and the titles on the bar.
pub type Alike<'a> = (State, u64, u64, Vec<&'a str>);

#[derive(Default)]
pub struct Bars {
    devices: HashMap<String, Device>,
    /// App and task to the devices that were given something of it.
    tasks: HashMap<(String, String), HashSet<String>>,
}

impl Bars {
    pub fn register(&mut self, app: &str, token: String, state: State) {
        let device = self.devices.entry(token).or_insert_with(|| Device::new(app.to_owned(), state));
        app.clone_into(&mut device.app);
        if device.state == State::Offline && state == State::Active {
            device.come_online();
        }
        device.state = state;
    }

    pub fn standing(&self, app: &str, token: &str) -> Standing {
        match self.devices.get(token) {
            None => Standing::Unknown,
            Some(device) if device.app != app => Standing::OtherApp,
            Some(device) if device.state == State::Unregistered => Standing::Unregistered,
            Some(_) => Standing::Reachable,
        }
    }

    /// A push by the vendor's API.
    pub fn push(&mut self, token: &str, effect: Effect, keep: Keep) {
        if let Some(device) = self.devices.get_mut(token) {
            device.pushes += 1;
            note_task(&mut self.tasks, &device.app, token, &effect);
            device.take(effect, keep);
        }
    }

    /// A recall by key for one device. What is not there (any more) is no mistake.
    pub fn recall_key(&mut self, token: &str, key: &str) {
        if let Some(device) = self.devices.get_mut(token) {
            device.recall(|notification| notification.key.as_deref() == Some(key));
        }
    }

    /// A recall of a whole task. `None` if no device was ever given something of it, otherwise
    /// how many devices were reached.
    pub fn recall_task(&mut self, app: &str, task: &str) -> Option<usize> {
        let tokens = self.tasks.get(&(app.to_owned(), task.to_owned()))?;
        let mut reached = 0;
        for token in tokens {
            if let Some(device) = self.devices.get_mut(token)
                && device.state != State::Unregistered
            {
                device.recall(|notification| notification.task.as_deref() == Some(task));
                reached += 1;
            }
        }
        Some(reached)
    }

    /// The original message, put there by the control API. False for an unknown device.
    pub fn deliver(&mut self, token: &str, notification: Notification) -> bool {
        let Some(device) = self.devices.get_mut(token) else {
            return false;
        };
        let keep = Keep {
            group: None,
            until_ms: u64::MAX,
        };
        let effect = Effect::Show(notification);
        note_task(&mut self.tasks, &device.app, token, &effect);
        device.take(effect, keep);
        true
    }

    /// The user opens or clears. `None` for an unknown device.
    pub fn remove(&mut self, token: &str, name: Option<&str>) -> Option<usize> {
        Some(self.devices.get_mut(token)?.remove(name))
    }

    pub fn online(&mut self, token: &str) -> bool {
        let known = self.devices.get_mut(token);
        let found = known.is_some();
        if let Some(device) = known.filter(|device| device.state == State::Offline) {
            device.come_online();
        }
        found
    }

    /// How many devices of an app are alike in state, pushes, recalls and what they show.
    pub fn alike(&self, app: &str) -> BTreeMap<Alike<'_>, u64> {
        let mut alike = BTreeMap::new();
        for device in self.devices.values().filter(|device| device.app == app) {
            let shows = device.notifications.iter().map(|shown| shown.title.as_str()).collect();
            *alike.entry((device.state, device.pushes, device.removed, shows)).or_default() += 1;
        }
        alike
    }

    pub fn device(&self, token: &str) -> Option<&Device> {
        self.devices.get(token)
    }
}

fn note_task(tasks: &mut HashMap<(String, String), HashSet<String>>, app: &str, token: &str, effect: &Effect) {
    if let Effect::Show(Notification { task: Some(task), .. }) = effect {
        tasks.entry((app.to_owned(), task.clone())).or_default().insert(token.to_owned());
    }
}
