//! Keeps a batch: payload first, header second.
//!
//! The header is the commit point. A payload lies under its own digest, so a
//! batch that loses the race for its id never touches the payload of the one
//! that won; what is left over expires by itself.

use revocation_app::ports::{BatchRecorder, Recorded, StoreError};
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::window::KEPT;

use super::DynamoPushStore;
use crate::items::condition::Condition;
use crate::items::{batch, gone_since};
use crate::table::Written;

impl BatchRecorder for DynamoPushStore {
    async fn record(&self, header: &BatchHeader, deliveries: &[Delivery]) -> Result<Recorded, StoreError> {
        let written = batch::write(header, deliveries)?;
        if let Some(payload) = written.payload {
            self.table.put(payload).await?;
        }
        // What is past its time makes room for a new recording.
        let free = Condition::of(
            "attribute_not_exists(pk) OR sent_at <= :gone",
            [(":gone", gone_since(self.now(), KEPT))],
        );
        match self.table.put_if(&written.header, &free).await? {
            Written::Yes => Ok(Recorded::New),
            Written::No(there) => {
                let there = there.ok_or(StoreError::Damaged {
                    item: "batch header",
                    attribute: "pk",
                })?;
                if batch::read_digest(&there)? == header.digest {
                    Ok(Recorded::Same)
                } else {
                    Ok(Recorded::Conflict)
                }
            }
        }
    }
}
