//! A table with its indexes: who is let in.

use std::collections::HashMap;

use super::Call;
use super::bucket::Bucket;
use crate::limits::{Partition, Throughput};
use crate::sim::{Micros, SECOND};

/// The table, or one of its indexes. Each has partitions and a throughput of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    Table,
    Open,
    Listed,
}

impl Space {
    const ALL: [Self; 3] = [Self::Table, Self::Open, Self::Listed];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Open => "index open",
            Self::Listed => "index listed",
        }
    }
}

/// Why a call was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Throttled,
    /// An item is in somebody else's transaction.
    Conflict,
}

/// The partition that was used most in one second.
#[derive(Debug, Clone, PartialEq)]
pub struct Hottest {
    pub space: Space,
    pub pk: String,
    pub what: &'static str,
    /// In its busiest second.
    pub units: f64,
    pub limit: f64,
}

struct Key {
    reads: Bucket,
    writes: Bucket,
}

/// What a space has shown that it can do.
struct Warm {
    reads: Bucket,
    writes: Bucket,
    limit: (f64, f64),
    raised_at: Micros,
    minute: u64,
    in_minute: (f64, f64),
    highest: (f64, f64),
}

pub struct Table {
    partition: Partition,
    throughput: Throughput,
    keys: HashMap<(Space, String), Key>,
    warm: HashMap<Space, Warm>,
    /// Items that a transaction holds, and until when.
    held: HashMap<(String, String), Micros>,
    swept_at: Micros,
    hottest: [Option<Hottest>; 2],
    longest_refusal: Option<(Micros, String)>,
}

impl Table {
    pub fn new(partition: Partition, throughput: Throughput) -> Self {
        let warm = |space| {
            let warm = Warm {
                reads: Bucket::full(throughput.reads),
                writes: Bucket::full(throughput.writes),
                limit: (throughput.reads, throughput.writes),
                raised_at: 0,
                minute: 0,
                in_minute: (0.0, 0.0),
                highest: (0.0, 0.0),
            };
            (space, warm)
        };
        Self {
            partition,
            throughput,
            keys: HashMap::new(),
            warm: Space::ALL.into_iter().map(warm).collect(),
            held: HashMap::new(),
            swept_at: 0,
            hottest: [None, None],
            longest_refusal: None,
        }
    }

    /// Lets a call in, or refuses it as a whole. What a transaction writes is its own until `held_until`.
    pub fn admit(&mut self, call: &Call, now: Micros, held_until: Option<Micros>) -> Result<(), Refusal> {
        self.forget(now);
        if held_until.is_some() {
            let held = call.parts.iter().filter_map(|part| {
                let key = (part.pk.clone(), part.sk.clone()?);
                self.held.get(&key)
            });
            if held.into_iter().any(|until| *until > now) {
                return Err(Refusal::Conflict);
            }
        }
        let mut refused = false;
        for part in &call.parts {
            refused |= !self.has_room(part.space, &part.pk, part.read > 0.0, part.write > 0.0, now);
        }
        if refused {
            return Err(Refusal::Throttled);
        }
        for part in &call.parts {
            self.take(part.space, &part.pk, part.read, part.write, now);
            if let (Some(until), Some(sk)) = (held_until, &part.sk) {
                self.held.insert((part.pk.clone(), sk.clone()), until);
            }
        }
        Ok(())
    }

    fn has_room(&mut self, space: Space, pk: &str, reads: bool, writes: bool, now: Micros) -> bool {
        let partition = self.partition;
        let key = self.key(space, pk);
        let key_has = (
            !reads || key.reads.has_room(partition.reads, now),
            !writes || key.writes.has_room(partition.writes, now),
        );
        if !key_has.0 {
            key.reads.refused(now);
        }
        if !key_has.1 {
            key.writes.refused(now);
        }
        let longest = key.reads.longest_refusal.max(key.writes.longest_refusal);
        if self.longest_refusal.as_ref().is_none_or(|(known, _)| longest > *known) && longest > 0 {
            self.longest_refusal = Some((longest, format!("{} {pk}", space.name())));
        }
        let throughput = self.throughput;
        let Some(warm) = self.warm.get_mut(&space) else { return true };
        warm.grow(throughput, now);
        let (read_limit, write_limit) = warm.limit;
        let warm_has = (
            !reads || warm.reads.has_room(read_limit, now),
            !writes || warm.writes.has_room(write_limit, now),
        );
        if !warm_has.0 {
            warm.reads.refused(now);
        }
        if !warm_has.1 {
            warm.writes.refused(now);
        }
        // What is beyond a whole table waits and is done: that is counted, and no fault as a busy partition is.
        key_has.0 && key_has.1 && warm_has.0 && warm_has.1
    }

    fn take(&mut self, space: Space, pk: &str, read: f64, write: f64, now: Micros) {
        let limits = [self.partition.reads, self.partition.writes];
        let key = self.key(space, pk);
        key.reads.take(read, now);
        key.writes.take(write, now);
        let most = [key.reads.most, key.writes.most];
        for (nth, what) in ["reads", "writes"].into_iter().enumerate() {
            if self.hottest[nth].as_ref().is_none_or(|known| most[nth] > known.units) {
                self.hottest[nth] = Some(Hottest {
                    space,
                    pk: pk.to_owned(),
                    what,
                    units: most[nth],
                    limit: limits[nth],
                });
            }
        }
        if let Some(warm) = self.warm.get_mut(&space) {
            warm.reads.take(read, now);
            warm.writes.take(write, now);
            warm.in_minute.0 += read;
            warm.in_minute.1 += write;
        }
    }

    fn key(&mut self, space: Space, pk: &str) -> &mut Key {
        let partition = self.partition;
        self.keys.entry((space, pk.to_owned())).or_insert_with(|| Key {
            reads: Bucket::full(partition.reads),
            writes: Bucket::full(partition.writes),
        })
    }

    /// A key that nobody has asked for in a while is full again: what is known of it is in the maxima.
    fn forget(&mut self, now: Micros) {
        if now.saturating_sub(self.swept_at) < 20 * SECOND || self.keys.len() < 100_000 {
            return;
        }
        self.swept_at = now;
        let idle = now.saturating_sub(10 * SECOND);
        self.keys
            .retain(|_, key| key.reads.is_used_since(idle) || key.writes.is_used_since(idle));
        self.held.retain(|_, until| *until > now);
    }

    /// By the share of its limit.
    pub fn hottest(&self) -> Option<&Hottest> {
        let share = |hottest: &&Hottest| hottest.units / hottest.limit;
        self.hottest
            .iter()
            .flatten()
            .max_by(|one, other| share(one).total_cmp(&share(other)))
    }

    /// How long one partition refused without a break, and which.
    pub fn longest_refusal(&self) -> Option<&(Micros, String)> {
        self.longest_refusal.as_ref()
    }

    /// Forgets maxima, not limits: what came before is of no interest.
    pub fn start_over(&mut self) {
        self.hottest = [None, None];
        self.longest_refusal = None;
        self.keys.clear();
    }
}

impl Warm {
    fn grow(&mut self, throughput: Throughput, now: Micros) {
        let minute = now / (60 * SECOND);
        if minute != self.minute {
            self.minute = minute;
            self.highest.0 = self.highest.0.max(self.in_minute.0 / 60.0);
            self.highest.1 = self.highest.1.max(self.in_minute.1 / 60.0);
            self.in_minute = (0.0, 0.0);
        }
        if now.saturating_sub(self.raised_at) >= throughput.every {
            self.raised_at = now;
            self.limit.0 = (throughput.grows * self.highest.0).clamp(self.limit.0, throughput.quota.max(self.limit.0));
            self.limit.1 = (throughput.grows * self.highest.1).clamp(self.limit.1, throughput.quota.max(self.limit.1));
        }
    }
}
