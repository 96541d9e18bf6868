//! Where the batches of a push lie: spread over key ranges, each found again by its id.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ids::{BatchId, BatchRef, PushKind, PushRef};

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
