//! Terms of revocations that this process has read. They never change, so what is kept is right for ever; it is let go
//! for want of room, and after a while, since nobody may ask for it again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::StoreError;
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::revocation::Revocation;
use revocation_rules::terms::{Assignment, Terms};

use super::DynamoPushStore;
use crate::items::revocation::{self, Targets};
use crate::items::{Item, at, is_over, key};

/// Most bytes that are kept, as [`size`] says: a hundred lists of 1,000 targets.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// Most revocations that are kept.
const MOST: usize = 256;
/// Kept for so long after it was read.
const AGE: SignedDuration = SignedDuration::from_mins(15);

#[derive(Default)]
pub(super) struct KeptTerms(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    by_id: HashMap<RevocationId, Entry>,
    bytes: usize,
    /// How often one was asked for: the order in which they are let go.
    asked: u64,
}

struct Entry {
    terms: Arc<Terms>,
    bytes: usize,
    read_at: Timestamp,
    last_asked: u64,
}

impl KeptTerms {
    /// Of this push, read not too long ago.
    pub(super) fn get(&self, push: &PushRef, id: &RevocationId, now: Timestamp) -> Option<Arc<Terms>> {
        let mut kept = self.kept();
        kept.asked += 1;
        let asked = kept.asked;
        // A clock that was set back says nothing about an age.
        let entry = kept.by_id.get_mut(id).filter(|entry| {
            let age = now.duration_since(entry.read_at);
            entry.terms.push == *push && !age.is_negative() && age < AGE
        })?;
        entry.last_asked = asked;
        Some(Arc::clone(&entry.terms))
    }

    pub(super) fn keep(&self, terms: Arc<Terms>, now: Timestamp) {
        let mut kept = self.kept();
        let bytes = size(&terms);
        kept.asked += 1;
        let entry = Entry {
            bytes,
            read_at: now,
            last_asked: kept.asked,
            terms,
        };
        kept.bytes += bytes;
        if let Some(before) = kept.by_id.insert(entry.terms.id.clone(), entry) {
            kept.bytes -= before.bytes;
        }
        kept.make_room();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing panics while it is held; and were it so, the worst is a wrong number of bytes.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn make_room(&mut self) {
        while self.by_id.len() > MOST || (self.bytes > MOST_BYTES && self.by_id.len() > 1) {
            let longest_unasked = self
                .by_id
                .iter()
                .min_by_key(|(_, entry)| entry.last_asked)
                .map(|(id, _)| id.clone());
            let Some(gone) = longest_unasked.and_then(|id| self.by_id.remove(&id)) else {
                return;
            };
            self.bytes -= gone.bytes;
        }
    }
}

/// About what it takes in memory.
fn size(terms: &Terms) -> usize {
    const PIECE: usize = 64;
    let targets = terms.scope.targets.iter().flatten().map(|target| PIECE + target.as_str().len());
    let notices = terms
        .notices
        .all()
        .map(|(_, notice)| 4 * PIECE + notice.title.len() + notice.text.len());
    16 * PIECE + targets.sum::<usize>() + notices.sum::<usize>()
}

impl DynamoPushStore {
    /// Reads a revocation for whoever works on its batches, and keeps its terms.
    pub(super) async fn assignment(&self, push: &PushRef, item: &Item) -> Result<Option<Assignment>, StoreError> {
        let Some(revocation) = self.whole_revocation(push, item).await? else {
            return Ok(None);
        };
        let assignment = Assignment {
            replays: revocation.replays,
            terms: Arc::new(revocation.into()),
        };
        self.terms.keep(Arc::clone(&assignment.terms), self.now());
        Ok(Some(assignment))
    }

    /// A revocation out of its item, with its targets: once they were read they are kept with its terms. `None` when it
    /// is past its time, and its targets are gone before it.
    pub(super) async fn whole_revocation(&self, push: &PushRef, item: &Item) -> Result<Option<Revocation>, StoreError> {
        let Some(id) = revocation::of_targets_apart(item)? else {
            return revocation::read(push, item, &Targets::Inside).map(Some);
        };
        if let Some(terms) = self.terms.get(push, &id, self.now()) {
            return revocation::read(push, item, &Targets::Known(&terms.scope)).map(Some);
        }
        let (pk, sk) = key::targets_of(push, &id);
        let Some(targets) = self.table.get_unchanging(at(pk, sk)).await? else {
            return if is_over(item, self.now()) {
                Ok(None)
            } else {
                Err(StoreError::Damaged {
                    item: "revocation",
                    attribute: "targets",
                })
            };
        };
        let revocation = revocation::read(push, item, &Targets::Item(&targets))?;
        self.terms.keep(Arc::new((&revocation).into()), self.now());
        Ok(Some(revocation))
    }
}
