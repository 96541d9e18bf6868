//! What is kept for a device of the self-built channel until it acknowledges it.

use std::str::FromStr;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::device::Device;
use crate::hex::hex;
use crate::ids::{BatchRef, DeviceToken, IdError, RevocationId};
use crate::notice::Notice;

/// Names one instruction to one device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstructionId(String);

impl InstructionId {
    const PREFIX: &'static str = "ins_";
    /// Bytes of the digest in the name.
    const BYTES: usize = 16;

    /// The same revocation of the same delivery is the same instruction, however often it is given.
    pub fn of(revocation: &RevocationId, batch: &BatchRef, slot: usize) -> Self {
        let mut hash = Sha256::new();
        let mut field = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        };
        field(revocation.as_str());
        field(batch.batch.as_str());
        hash.update((slot as u64).to_be_bytes());
        let digest = hash.finalize();
        Self(format!("{}{}", Self::PREFIX, hex(&digest[..Self::BYTES])))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for InstructionId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let digits = text
            .strip_prefix(Self::PREFIX)
            .ok_or(IdError::WrongPrefix { expected: Self::PREFIX })?;
        let well_formed = digits.len() == 2 * Self::BYTES && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError::NotAName)
        }
    }
}

/// Take one message off one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    pub id: InstructionId,
    /// The device, as the delivery names it; its tenant is the push's.
    pub device: DeviceToken,
    /// The batch its delivery was recorded in.
    pub batch: BatchRef,
    pub notify_id: u32,
    pub notice: Notice,
    pub revoked_at: Timestamp,
    /// From then on it is no longer given to the device.
    pub closes_at: Timestamp,
}

impl Instruction {
    pub fn device(&self) -> Device {
        Device {
            tenant: self.batch.push.tenant.clone(),
            id: self.device.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{PushKind, PushRef, Tenant};

    fn batch(id: &str) -> BatchRef {
        BatchRef {
            push: PushRef {
                tenant: Tenant {
                    app: "shop".parse().unwrap(),
                    workspace: "default".parse().unwrap(),
                },
                kind: PushKind::Task,
                id: "t".parse().unwrap(),
            },
            shard: 0,
            batch: id.parse().unwrap(),
        }
    }

    #[test]
    fn an_instruction_is_named_by_its_revocation_batch_and_slot() {
        let (one, two) = ("rvk_1".parse().unwrap(), "rvk_2".parse().unwrap());
        let id = InstructionId::of(&one, &batch("b"), 7);
        assert_eq!(id, InstructionId::of(&one, &batch("b"), 7));
        for other in [
            InstructionId::of(&two, &batch("b"), 7),
            InstructionId::of(&one, &batch("c"), 7),
            InstructionId::of(&one, &batch("b"), 8),
        ] {
            assert_ne!(id, other);
        }
        assert_eq!(id.as_str().parse(), Ok(id));
    }

    #[test]
    fn a_text_that_is_no_instruction_id_is_none() {
        for bad in [
            "",
            "ins_",
            "ins_xyz",
            &format!("ins_{}", "A".repeat(32)),
            &format!("rvk_{}", "0".repeat(32)),
        ] {
            assert!(bad.parse::<InstructionId>().is_err(), "{bad}");
        }
    }
}
