//! Revocations, when they are due, and their counters.

use std::collections::BTreeMap;
use std::ops::Bound;

use jiff::Timestamp;
use revocation_app::ports::{Counters, DUE_PARTS, DuePage, DuePlace, RevocationStore, Saved, StoreError};
use revocation_rules::channel::Channel;
use revocation_rules::counters::ChannelCounters;
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::outcome::Counts;
use revocation_rules::push::Push;
use revocation_rules::revocation::Revocation;

use super::{Counted, Due, ModelStore};

impl Counted {
    fn sum(&self) -> ChannelCounters {
        let mut outcomes = Counts::default();
        for (outcome, count) in &self.outcomes {
            outcomes.add(*outcome, u64::try_from(*count).unwrap_or(0));
        }
        ChannelCounters {
            late: self.late,
            outcomes,
            suspected: u64::try_from(self.suspected).unwrap_or(0),
        }
    }
}

impl RevocationStore for ModelStore {
    async fn insert_revocation(&self, push: &Push, revocation: &Revocation) -> Result<Saved, StoreError> {
        let mut items = self.items();
        let items = &mut *items;
        let key = push.registration.push.clone();
        let of_push = items.pushes.entry(key.clone()).or_default();
        match &mut of_push.push {
            Some(known) if known.version == push.version && known.registered_at == push.registered_at => {
                known.closures.push(revocation.closure());
                known.version += 1;
            }
            Some(_) | None => return Ok(Saved::Outdated),
        }
        of_push.revocations.insert(revocation.id.clone(), revocation.clone());
        let due = items.due.entry(part_of(&revocation.id)).or_default();
        due.extend(revocation.due_at.map(|due_at| (due_at, key, revocation.id.clone())));
        Ok(Saved::Yes)
    }

    async fn revocation(&self, push: &PushRef, revocation: &RevocationId) -> Result<Option<Revocation>, StoreError> {
        let items = self.items();
        Ok(items.pushes.get(push).and_then(|items| items.revocations.get(revocation)).cloned())
    }

    async fn save_revocation(&self, revocation: &Revocation) -> Result<Saved, StoreError> {
        let mut items = self.items();
        let items = &mut *items;
        let known = items
            .pushes
            .get_mut(&revocation.push)
            .and_then(|items| items.revocations.get_mut(&revocation.id));
        let Some(known) = known.filter(|known| known.version == revocation.version) else {
            return Ok(Saved::Outdated);
        };
        let entry = |due_at: Timestamp| (due_at, revocation.push.clone(), revocation.id.clone());
        if known.due_at != revocation.due_at {
            let due = items.due.entry(part_of(&revocation.id)).or_default();
            if let Some(due_at) = known.due_at {
                due.remove(&entry(due_at));
            }
            due.extend(revocation.due_at.map(entry));
        }
        // Only what the port names.
        known.state = revocation.state.clone();
        known.fanout = revocation.fanout.clone();
        known.due_at = revocation.due_at;
        known.checks = revocation.checks;
        known.replays = revocation.replays;
        known.last_replay.clone_from(&revocation.last_replay);
        known.version += 1;
        Ok(Saved::Yes)
    }

    async fn due(&self, part: u8, now: Timestamp, after: Option<&DuePlace>, limit: usize) -> Result<DuePage, StoreError> {
        let after: Option<Due> = after.and_then(|after| serde_json::from_str(&after.0).ok());
        let from = after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let items = self.items();
        let of_part = items
            .due
            .get(&part)
            .into_iter()
            .flat_map(|of_part| of_part.range((from, Bound::Unbounded)));
        let mut due = of_part.take_while(|(due_at, _, _)| *due_at <= now);
        let page: Vec<&Due> = due.by_ref().take(limit).collect();
        let last = page.last().filter(|_| due.next().is_some());
        Ok(DuePage {
            next: last.and_then(|last| serde_json::to_string(last).ok()).map(DuePlace),
            due: page.into_iter().map(|(_, push, id)| (push.clone(), id.clone())).collect(),
        })
    }
}

/// Spread by the id; nothing is in the last part, which is for what older versions wrote.
fn part_of(id: &RevocationId) -> u8 {
    id.as_str().bytes().fold(0, u8::wrapping_add) % (DUE_PARTS - 1)
}

impl Counters for ModelStore {
    async fn add_late(&self, push: &PushRef, revocation: &RevocationId, channel: Channel, count: u64) -> Result<(), StoreError> {
        let mut items = self.items();
        let counters = &mut items.pushes.entry(push.clone()).or_default().counters;
        counters.entry((revocation.clone(), channel)).or_default().late += count;
        Ok(())
    }

    async fn counters(&self, push: &PushRef, revocation: &RevocationId) -> Result<BTreeMap<Channel, ChannelCounters>, StoreError> {
        let items = self.items();
        let counters = items.pushes.get(push).into_iter().flat_map(|items| &items.counters);
        let of_it = counters.filter(|((id, _), _)| id == revocation);
        Ok(of_it.map(|((_, channel), counted)| (*channel, counted.sum())).collect())
    }
}
