//! Takes a batch: writes the lease unless somebody else wrote since.

use revocation_app::ports::{Claimed, StoreError};
use revocation_rules::progress::BatchProgress;

use super::DynamoPushStore;
use crate::dice::random_text;
use crate::items::progress;

impl DynamoPushStore {
    pub(super) async fn claim_batch(&self, claimed: &BatchProgress) -> Result<Claimed, StoreError> {
        let name = random_text();
        let item = progress::write(claimed, claimed.version, &name, self.now())?;
        let before = claimed.version.saturating_sub(1);
        if self.put_progress(item, before, &name).await? {
            Ok(Claimed::Yes)
        } else {
            Ok(Claimed::Lost)
        }
    }
}
