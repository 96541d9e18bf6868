//! The notification bar, and what a device remembers of messages.
//!
//! It ends the same whichever comes first, the message or its revocation, and
//! however often each comes: pure, and no clock but the one it is given.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::frame::{Notice, Revoke};

/// How long a device remembers: as long as a message can be revoked. An
/// original that is older is not delivered any more.
pub const REMEMBERED: Duration = Duration::from_hours(7 * 24);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Message,
    Task,
}

/// Names one notification of one push on this device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub kind: Kind,
    pub id: String,
    pub notify_id: u32,
}

/// What the sender delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub key: Key,
    /// Needed to tell the service what became of it.
    pub batch_id: String,
    pub title: String,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Message,
    /// What replaced it.
    Notice,
}

/// One notification in the bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub title: String,
    pub text: String,
    pub shown: Shown,
    batch_id: String,
}

/// What became of a message that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived {
    /// Shown, with sound.
    Shown,
    /// It was revoked before it came: the notice stands in its place, silently.
    AsNotice,
    /// It came before.
    Again,
    /// The device has not heard yet what it missed: shown once it has.
    Held,
}

/// What the user did with a message, or that it was taken back: what a revocation is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    Revoked,
    Opened,
    Cleared,
}

#[derive(Debug, Clone)]
enum Past {
    Opened,
    Cleared,
    Revoked {
        notice: Notice,
        /// The notice took the message's place, or would have.
        replaced: bool,
    },
}

/// A device's notifications and memory. A real device keeps it over restarts.
#[derive(Debug, Clone, Default)]
pub struct Bar {
    entries: BTreeMap<Key, Entry>,
    past: BTreeMap<Key, (Past, Instant)>,
    sounds: usize,
}

impl Bar {
    pub fn entries(&self) -> &BTreeMap<Key, Entry> {
        &self.entries
    }

    /// How often the user was disturbed. A notice never does.
    pub fn sounds(&self) -> usize {
        self.sounds
    }

    /// The sender's message arrives.
    pub fn arrive(&mut self, message: Message, now: Instant) -> Arrived {
        self.forget(now);
        if self.entries.contains_key(&message.key) {
            return Arrived::Again;
        }
        let entry = |notice: Option<&Notice>| Entry {
            title: notice.map_or(&message.title, |notice| &notice.title).clone(),
            text: notice.map_or(&message.text, |notice| &notice.text).clone(),
            shown: if notice.is_some() { Shown::Notice } else { Shown::Message },
            batch_id: message.batch_id.clone(),
        };
        match self.past.get_mut(&message.key) {
            None => {
                let entry = entry(None);
                self.entries.insert(message.key, entry);
                self.sounds += 1;
                Arrived::Shown
            }
            Some((Past::Revoked { notice, replaced }, _)) if !*replaced => {
                *replaced = true;
                let entry = entry(Some(notice));
                self.entries.insert(message.key, entry);
                Arrived::AsNotice
            }
            Some(_) => Arrived::Again,
        }
    }

    /// Takes a message back. Says what really is, the same however often it is asked.
    pub fn revoke(&mut self, revoke: &Revoke, now: Instant) -> Said {
        self.forget(now);
        match self.past.get(&revoke.key) {
            Some((Past::Opened, _)) => return Said::Opened,
            Some((Past::Cleared, _)) => return Said::Cleared,
            Some((Past::Revoked { .. }, _)) => return Said::Revoked,
            None => {}
        }
        let shown = self.entries.get_mut(&revoke.key);
        let past = Past::Revoked {
            notice: revoke.notice.clone(),
            replaced: shown.is_some(),
        };
        if let Some(entry) = shown {
            entry.title.clone_from(&revoke.notice.title);
            entry.text.clone_from(&revoke.notice.text);
            entry.shown = Shown::Notice;
        }
        self.past.insert(revoke.key.clone(), (past, now));
        Said::Revoked
    }

    /// The user opens a notification. The batch of the message, if that is what it was.
    pub fn open(&mut self, key: &Key, now: Instant) -> Option<String> {
        self.take(key, Past::Opened, now)
    }

    /// The user takes a notification off.
    pub fn clear(&mut self, key: &Key, now: Instant) -> Option<String> {
        self.take(key, Past::Cleared, now)
    }

    fn take(&mut self, key: &Key, past: Past, now: Instant) -> Option<String> {
        let entry = self.entries.remove(key)?;
        if entry.shown == Shown::Notice {
            return None;
        }
        self.past.insert(key.clone(), (past, now));
        Some(entry.batch_id)
    }

    fn forget(&mut self, now: Instant) {
        self.past.retain(|_, (_, since)| now.duration_since(*since) < REMEMBERED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key {
            kind: Kind::Task,
            id: "t1".to_owned(),
            notify_id: 7,
        }
    }

    fn message() -> Message {
        Message {
            key: key(),
            batch_id: "b1".to_owned(),
            title: "90 % off".to_owned(),
            text: "Everything".to_owned(),
        }
    }

    fn revoke() -> Revoke {
        Revoke {
            instruction: "ins_1".to_owned(),
            key: key(),
            notice: Notice {
                title: "Message revoked".to_owned(),
                text: "Message revoked".to_owned(),
            },
        }
    }

    fn titles(bar: &Bar) -> Vec<&str> {
        bar.entries().values().map(|entry| entry.title.as_str()).collect()
    }

    #[test]
    fn the_notice_takes_the_place_of_a_shown_message_silently() {
        let (mut bar, now) = (Bar::default(), Instant::now());
        assert_eq!(bar.arrive(message(), now), Arrived::Shown);
        assert_eq!(bar.revoke(&revoke(), now), Said::Revoked);
        assert_eq!((titles(&bar), bar.sounds()), (vec!["Message revoked"], 1));
    }

    #[test]
    fn an_original_that_comes_after_its_revocation_is_never_shown() {
        let (mut bar, now) = (Bar::default(), Instant::now());
        assert_eq!(bar.revoke(&revoke(), now), Said::Revoked);
        assert_eq!(titles(&bar), Vec::<&str>::new());
        assert_eq!(bar.arrive(message(), now + REMEMBERED - Duration::from_secs(1)), Arrived::AsNotice);
        assert_eq!((titles(&bar), bar.sounds()), (vec!["Message revoked"], 0));
    }

    #[test]
    fn a_notice_that_was_cleared_does_not_come_back() {
        let (mut bar, now) = (Bar::default(), Instant::now());
        bar.arrive(message(), now);
        bar.revoke(&revoke(), now);
        assert_eq!(bar.clear(&key(), now), None, "clearing a notice says nothing of the message");
        assert_eq!(bar.arrive(message(), now), Arrived::Again);
        assert_eq!(bar.revoke(&revoke(), now), Said::Revoked);
        assert_eq!(titles(&bar), Vec::<&str>::new());
    }

    #[test]
    fn what_the_user_opened_or_cleared_stays_as_it_is() {
        for (opened, said) in [(true, Said::Opened), (false, Said::Cleared)] {
            let (mut bar, now) = (Bar::default(), Instant::now());
            bar.arrive(message(), now);
            let batch = if opened { bar.open(&key(), now) } else { bar.clear(&key(), now) };
            assert_eq!(batch.as_deref(), Some("b1"));
            for _ in 0..2 {
                assert_eq!(bar.revoke(&revoke(), now), said);
                assert_eq!(bar.arrive(message(), now), Arrived::Again);
                assert_eq!(titles(&bar), Vec::<&str>::new());
            }
        }
    }

    /// All orders of: message, message again, revocation, revocation again.
    #[test]
    fn the_bar_ends_the_same_in_every_order() {
        for order in 0..16_u32 {
            let (mut bar, now) = (Bar::default(), Instant::now());
            for step in 0..4 {
                if order >> step & 1 == 0 {
                    bar.arrive(message(), now);
                } else {
                    bar.revoke(&revoke(), now);
                }
            }
            let expected: &[&str] = match order {
                0 => &["90 % off"],
                15 => &[],
                _ => &["Message revoked"],
            };
            assert_eq!(titles(&bar), expected, "{order:04b}");
        }
    }

    #[test]
    fn two_notifications_of_a_push_are_told_apart() {
        let (mut bar, now) = (Bar::default(), Instant::now());
        let other = Message {
            key: Key { notify_id: 8, ..key() },
            ..message()
        };
        bar.arrive(message(), now);
        bar.arrive(other, now);
        bar.revoke(&revoke(), now);
        assert_eq!(titles(&bar), ["Message revoked", "90 % off"]);
    }
}
