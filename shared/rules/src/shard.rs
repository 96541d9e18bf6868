//! Where the batches of a push lie: spread over key ranges, each found again by its id.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ids::{BatchId, BatchRef, PushKind, PushRef};

/// Most deliveries that a sender may say it expects of a task.
pub const MAX_EXPECTED: u64 = 10_000_000_000;
/// One key range takes 1,000 writes a second, and taking back a batch and what came of it needs three of them: 330
/// batches a second. With batches of only 100 deliveries this many are 2,500 batches, and eight seconds.
const DELIVERIES_A_SHARD: u64 = 250_000;
/// More key ranges than all workers of an account can write at once: 64 take 21,000 batches a second.
const MOST: u16 = 64;

/// Over how many key ranges the batches of a push are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardCount(u16);

impl ShardCount {
    /// A task may have 100,000 batches, a message has few.
    pub const fn of(kind: PushKind) -> Self {
        match kind {
            PushKind::Message => Self(1),
            PushKind::Task => Self(16),
        }
    }

    /// For a task of which its sender expects so many deliveries; a message has one whatever is said.
    pub fn expecting(kind: PushKind, deliveries: Option<u64>) -> Self {
        match (kind, deliveries) {
            (PushKind::Message, _) | (PushKind::Task, None) => Self::of(kind),
            (PushKind::Task, Some(deliveries)) => {
                let shards = deliveries.div_ceil(DELIVERIES_A_SHARD).clamp(1, MOST.into());
                Self(u16::try_from(shards).unwrap_or(MOST))
            }
        }
    }

    /// `None` for zero shards.
    pub const fn new(count: u16) -> Option<Self> {
        if count == 0 { None } else { Some(Self(count)) }
    }

    pub const fn get(self) -> u16 {
        self.0
    }

    /// The shard a batch lies in, always the same for the same batch id.
    pub fn shard_of(self, batch: &BatchId) -> u16 {
        let hash = Sha256::digest(batch.as_str().as_bytes());
        u16::from_be_bytes([hash[0], hash[1]]) % self.0
    }

    pub fn locate(self, push: PushRef, batch: BatchId) -> BatchRef {
        BatchRef {
            shard: self.shard_of(&batch),
            push,
            batch,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_has_as_many_shards_as_its_deliveries_want_and_no_more_than_64() {
        let of = |deliveries| ShardCount::expecting(PushKind::Task, deliveries).get();
        assert_eq!(of(None), 16);
        for (deliveries, shards) in [
            (0, 1),
            (250_000, 1),
            (250_001, 2),
            (4_000_000, 16),
            (15_999_999, 64),
            (100_000_000, 64),
            (u64::MAX, 64),
        ] {
            assert_eq!(of(Some(deliveries)), shards, "{deliveries}");
        }
        assert_eq!(ShardCount::expecting(PushKind::Message, Some(100_000_000)).get(), 1);
    }
}
