//! Revocations and their counters.

use std::collections::BTreeMap;

use jiff::Timestamp;
use revocation_app::ports::{Counters, DUE_PARTS, DuePage, DuePlace, RevocationStore, Saved, StoreError};
use revocation_rules::channel::Channel;
use revocation_rules::counters::ChannelCounters;
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::outcome::Counts;
use revocation_rules::push::Push;
use revocation_rules::revocation::{Revocation, State};

use super::{Items, MemoryStore};

impl Items {
    pub(super) fn counters_of(&self, push: &PushRef, revocation: &RevocationId) -> BTreeMap<Channel, ChannelCounters> {
        self.counters
            .iter()
            .filter(|((of, id, _), _)| of == push && id == revocation)
            .map(|((_, _, channel), counted)| {
                let mut outcomes = Counts::default();
                for (outcome, count) in &counted.outcomes {
                    outcomes.add(*outcome, u64::try_from(*count).unwrap_or(0));
                }
                let counters = ChannelCounters {
                    late: counted.late,
                    outcomes,
                    suspected: u64::try_from(counted.suspected).unwrap_or(0),
                };
                (*channel, counters)
            })
            .collect()
    }
}

impl RevocationStore for MemoryStore {
    async fn insert_revocation(&self, push: &Push, revocation: &Revocation) -> Result<Saved, StoreError> {
        self.weather.before().await?;
        let saved = {
            let mut items = self.items();
            match items.pushes.get_mut(&push.registration.push) {
                // Versions begin anew in another life of the same id.
                Some(known) if known.version == push.version && known.registered_at == push.registered_at => {
                    known.closures.push(revocation.closure());
                    known.version += 1;
                    let key = (push.registration.push.clone(), revocation.id.clone());
                    items.revocations.insert(key, revocation.clone());
                    Saved::Yes
                }
                Some(_) | None => {
                    self.weather.note("a lost race between revocations");
                    Saved::Outdated
                }
            }
        };
        self.weather.after().await?;
        Ok(saved)
    }

    async fn revocation(&self, push: &PushRef, revocation: &RevocationId) -> Result<Option<Revocation>, StoreError> {
        self.weather.before().await?;
        let found = self.items().revocations.get(&(push.clone(), revocation.clone())).cloned();
        self.weather.after().await?;
        Ok(found)
    }

    async fn save_revocation(&self, revocation: &Revocation) -> Result<Saved, StoreError> {
        self.weather.before().await?;
        let saved = self.save(revocation);
        self.weather.after().await?;
        Ok(saved)
    }

    async fn due(&self, part: u8, now: Timestamp, after: Option<&DuePlace>, limit: usize) -> Result<DuePage, StoreError> {
        self.weather.before().await?;
        let mut due: Vec<_> = self
            .items()
            .revocations
            .values()
            .filter(|revocation| part_of(&revocation.id) == part)
            .filter_map(|revocation| Some((revocation.due_at.filter(|at| *at <= now)?, revocation)))
            .map(|(at, revocation)| (place_of(at, revocation), revocation.push.clone(), revocation.id.clone()))
            .filter(|(place, _, _)| after.is_none_or(|after| *place > after.0))
            .collect();
        due.sort();
        let more = due.len() > limit;
        due.truncate(limit);
        let next = due.last().filter(|_| more).map(|(place, _, _)| DuePlace(place.clone()));
        let due = due.into_iter().map(|(_, push, id)| (push, id)).collect();
        self.weather.after().await?;
        Ok(DuePage { due, next })
    }
}

/// Nothing is in the last part: no older version wrote here.
fn part_of(id: &RevocationId) -> u8 {
    id.as_str().bytes().fold(0, u8::wrapping_add) % (DUE_PARTS - 1)
}

fn place_of(due_at: Timestamp, revocation: &Revocation) -> String {
    format!("{:015}#{:?}#{}", due_at.as_millisecond(), revocation.push, revocation.id)
}

impl MemoryStore {
    fn save(&self, revocation: &Revocation) -> Saved {
        let mut items = self.items();
        let Some(known) = items.revocations.get_mut(&(revocation.push.clone(), revocation.id.clone())) else {
            return Saved::Outdated;
        };
        if known.version != revocation.version {
            self.weather.note("an outdated revocation");
            return Saved::Outdated;
        }
        let reopened = matches!(known.state, State::Settled { .. }) && matches!(revocation.state, State::Dispatched { .. });
        let requested_again = known.state != State::Requested && revocation.state == State::Requested;
        if revocation.replays != known.replays + u32::from(requested_again) {
            self.weather
                .report(format!("L4: {} was requested again, or replayed twice", revocation.id));
        }
        // Only what the port names.
        known.state = revocation.state.clone();
        known.fanout = revocation.fanout.clone();
        known.due_at = revocation.due_at;
        known.checks = revocation.checks;
        known.replays = revocation.replays;
        known.last_replay.clone_from(&revocation.last_replay);
        known.version += 1;
        if reopened {
            self.weather.note("a reopened revocation");
        }
        Saved::Yes
    }
}

impl Counters for MemoryStore {
    async fn add_late(&self, push: &PushRef, revocation: &RevocationId, channel: Channel, count: u64) -> Result<(), StoreError> {
        self.weather.before().await?;
        let key = (push.clone(), revocation.clone(), channel);
        self.items().counters.entry(key).or_default().late += count;
        self.weather.after().await?;
        Ok(())
    }

    async fn counters(&self, push: &PushRef, revocation: &RevocationId) -> Result<BTreeMap<Channel, ChannelCounters>, StoreError> {
        self.weather.before().await?;
        let found = self.items().counters_of(push, revocation);
        self.weather.after().await?;
        Ok(found)
    }
}
